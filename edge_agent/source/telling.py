"""Keeps a source's state and tells an observer what changes, without repeating itself."""

from __future__ import annotations

import logging
import time
from dataclasses import replace

from edge_agent.source import words
from edge_agent.source.address import explain
from edge_agent.source.report import Observer, SourceReport
from edge_agent.source.stream_info import StreamInfo
from protocol.messages import CameraState

_log = logging.getLogger(__name__)

_DAMAGE_EVERY_S = 60.0


class SilentError(Exception):
    """Connected, but nothing came for `silent_s` seconds."""

    def __init__(self, silent_s: float) -> None:
        super().__init__(f"no video for {silent_s:.0f} s")
        self.silent_s = silent_s


class Teller:
    """Says what happens to one source. Damage is told at once and then counted, and told once a minute at most."""

    def __init__(self, address: str, look_every_s: float, observer: Observer) -> None:
        self._address, self._look_every_s, self._observer = address, look_every_s, observer
        self._damages = 0
        self._damage_told_at: float | None = None
        self._clock_was_off = False
        self.report: SourceReport = words.starting(address)

    def starting(self) -> None:
        """The first try begins."""
        self._tell(words.starting(self._address))

    def opened(self, info: StreamInfo) -> None:
        """Video comes."""
        if self.report.state is not CameraState.OK:
            self._tell(words.ok(self._address, info.codec, info.width_px, info.height_px))

    def failed(self, error: Exception | None, retry_s: float) -> None:
        """The connection failed or broke off (no error: the other side closed it); the next try is in `retry_s`."""
        if isinstance(error, SilentError):
            self._tell(words.stalled(self._address, error.silent_s, retry_s))
        else:
            cause = error if error is not None else ConnectionError("connection closed by the camera")
            self._tell(words.unreachable(self._address, explain(cause), retry_s))

    def ended(self) -> None:
        """A file is over."""
        self._tell(words.ended(self._address))

    def cut_short(self, at_s: float, promised_s: float) -> None:
        """A file has less in it than it says."""
        self._tell(words.cut_short(self._address, at_s, promised_s))

    def damaged(self, at_s: float, cause: str) -> None:
        """Something at stream time `at_s` could not be decoded."""
        self._damages += 1
        now = time.monotonic()
        if self._damage_told_at is None or now - self._damage_told_at >= _DAMAGE_EVERY_S:
            self._damage_told_at = now
            self._remark(words.damaged(self._address, at_s, cause, self._damages))

    def clock_off(self, off_s: float | None) -> None:
        """The camera's clock is so far off that it is not believed; None: it is not."""
        if off_s is not None and not self._clock_was_off:
            self._remark(words.clock_off(self._address, off_s))
        self._clock_was_off = off_s is not None

    def long_gop(self, gop_s: float) -> None:
        """Keyframes come too seldom for the wanted looks."""
        self._remark(words.long_gop(self._address, gop_s, self._look_every_s))

    def _tell(self, report: SourceReport) -> None:
        """Tell a change of state."""
        self.report = report
        quiet = report.code in ("camera_starting", "camera_ok", "camera_ended")
        self._say(report, logging.INFO if quiet else logging.WARNING)

    def _remark(self, report: SourceReport) -> None:
        """Tell something that leaves the state as it is."""
        self._say(replace(report, state=self.report.state), logging.WARNING)

    def _say(self, report: SourceReport, level: int) -> None:
        _log.log(level, "%s", report.text_en)
        self._observer(report)
