"""All that one camera needs on the box: its pipeline, its recording, its reports, and how it is."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from calibration.ground_plane import GroundPlane
from calibration.view_guard import ViewState
from edge_agent.config.box import BoxConfig, CameraConfig
from edge_agent.evidence.clips import CutClip
from edge_agent.evidence.first_seen import FirstSeenStills
from edge_agent.looking.bystanders import bystander_finder
from edge_agent.looking.rest import intervals_to_next
from edge_agent.outbox.outgoing import Outgoing
from edge_agent.pipeline import LookResult, Pipeline
from edge_agent.recording.recorder import Recorder, Recording
from edge_agent.reporting import Reporter
from edge_agent.source import Frame, PictureState, PictureWatch, SourceReport
from edge_agent.stages import stage
from edge_agent.view_memory import ViewMemory
from edge_agent.words import camera_notices
from models.detector import Detector
from protocol.messages import CameraHealth, CameraState, HealthEvent
from rules.event import Event

_PRUNE_EVERY_LOOKS = 300
_LATENESS_WINDOW = 100
TELL_AGAIN_S = 3600.0
"""How long a lasting trouble of a camera's source is told only once."""

_log = logging.getLogger(__name__)


class CameraWork:
    """One camera of the box. Looks are taken one at a time; its health may be asked for from any thread."""

    def __init__(
        self,
        config: BoxConfig,
        camera: CameraConfig,
        detector: Detector,
        data_dir: Path,
        first_seen: FirstSeenStills,
        tell: Callable[[HealthEvent], None],
    ) -> None:
        self.camera = camera
        self._config = config
        self._tell = tell
        self._first_seen = first_seen
        self._view = ViewMemory(data_dir, camera.id)
        ground = GroundPlane(*camera.calibration.pairs) if camera.calibration else None
        self._pipeline = Pipeline(camera.id, camera.zones, detector, config.zone_info, self._view.guard(), ground)
        self._pictures = PictureWatch()
        self._picture_state = PictureState.OK
        self._view_state = ViewState.OK
        self._source_state = CameraState.STARTING
        self._source_text = ""
        self._source_told_s: dict[str, float] = {}
        self._reporter = Reporter(config, first_seen, detector.entry.name, bystander_finder(detector))
        budget_bytes = int(config.recording.budget_mb * 1e6 / len(config.cameras))
        recordings = data_dir / "observations" / camera.id
        self._recorder = Recorder(recordings, budget_bytes, self._recording_failed) if budget_bytes else None
        self._unreported: list[Event] = []
        self._report_failing = self._look_failing = False
        self.has_news = False
        """Whether the last look brought events: what the rules remember should be on disk soon."""
        self.intervals_to_next = 1
        """After how many intervals the next look is owed; more than one while the camera rests."""
        self.failed_looks = 0
        self._looks = 0
        self._last_frame_s: float | None = None
        self._lateness_s: deque[float] = deque(maxlen=_LATENESS_WINDOW)

    def follows(self, cut_clip: CutClip) -> None:
        """Say where clips of this camera can be cut from, once it is live."""
        self._reporter.cut_clip = cut_clip

    @property
    def look_every_s(self) -> float:
        """How often this camera wants to be looked at, seconds."""
        return self.camera.look_every_s or self._config.look_every_s

    def look(self, frame: Frame, lateness_s: float = 0.0) -> list[Outgoing]:
        """Take a picture in and give what must be reported because of it.

        Never raises: one camera's odd picture must not end the watch of all. What could not be reported (no evidence
        could be made of it) is reported at the next look.
        """
        self.has_news, self.intervals_to_next = False, 1
        try:
            self._look(frame)
            self._look_failing = False
        except Exception as error:
            self.failed_looks += 1
            if not self._look_failing:
                _log.exception("[%s] a look failed", self.camera.id)
                self._tell(camera_notices.look_failed(self.camera.id, repr(error)))
            self._look_failing = True
        self._lateness_s.append(lateness_s)
        return self._report(frame)

    def _look(self, frame: Frame) -> None:
        judgement = self._pictures.judge(frame.luma())
        if judgement.state is not self._picture_state:
            self._tell(camera_notices.picture(self.camera.id, judgement))
            self._picture_state = judgement.state
        if self._view_state is ViewState.MOVED and self._view.take_acceptance():
            self._accept_view()
        before = self._head(frame.taken_at_s)
        result = self._pipeline.look(frame, usable=judgement.state is PictureState.OK)
        self._unreported += result.events
        self.has_news = bool(result.events)
        at_rest = result.at_rest and not self._pictures.may_be_frozen
        self.intervals_to_next = intervals_to_next(self.look_every_s, at_rest=at_rest)
        if self._recorder:
            self._recorder.write(result.observation, before)
        self._follow_view(result)
        self._looks += 1
        self._last_frame_s = frame.taken_at_s
        if self._looks % _PRUNE_EVERY_LOOKS == 0:
            self.prune()

    def _report(self, frame: Frame) -> list[Outgoing]:
        with stage("evidence"):
            outgoing, failed = self._reporter.report(self._unreported, frame)
        self._unreported = [event for event, _ in failed]
        if failed and not self._report_failing:
            event, error = failed[0]
            _log.error("[%s] stay %s: its pictures cannot be made", self.camera.id, event.stay, exc_info=error)
            self._tell(camera_notices.report_failed(self.camera.id, repr(error)))
        self._report_failing = bool(failed)
        return outgoing

    def snapshot(self) -> str | None:
        """Give what the rules remember, for the store.

        None while something that they call reported is not: after a restart it must be found again.
        """
        return None if self._unreported else self._pipeline.watch.snapshot()

    def restore(self, snapshot: str) -> None:
        """Go on where the box stopped. What cannot be read is said, and the camera starts afresh."""
        try:
            self._pipeline.watch.restore(snapshot)
        except ValueError as error:
            self._tell(camera_notices.state_lost(self.camera.id, str(error)))

    def prune(self) -> None:
        """Delete the first pictures of what no longer stands."""
        self._first_seen.prune(self.camera.id, self._pipeline.watch.places().keys())

    def flush(self) -> None:
        """Hand the recording to the operating system."""
        if self._recorder:
            self._recorder.flush()

    def close(self) -> None:
        """Finish the recording and keep the view."""
        if self._recorder:
            self._recorder.close()
        self._view.keep(self._pipeline.guard)

    def source_reported(self, report: SourceReport) -> None:
        """Note what the source says of itself; called from its thread.

        A dead camera says so at every try: people are told once, and again only every TELL_AGAIN_S.
        """
        is_new = report.state is not self._source_state or report.code not in self._source_told_s
        self._source_state, self._source_text = report.state, f"{report.text_zh} {report.text_en}"
        if is_new or report.at_s - self._source_told_s[report.code] >= TELL_AGAIN_S:
            self._source_told_s[report.code] = report.at_s
            self._tell(camera_notices.source(self.camera.id, report))

    def health(self) -> CameraHealth:
        """Say how the camera is."""
        late = sorted(self._lateness_s)
        return CameraHealth(
            id=self.camera.id,
            state=self._state(),
            detail=self._source_text if self._source_state is not CameraState.OK else "",
            last_frame_at=None if self._last_frame_s is None else datetime.fromtimestamp(self._last_frame_s, UTC),
            looks=self._looks,
            looks_late_p95_s=round(late[int(0.95 * (len(late) - 1))], 3) if late else 0.0,
            open_stays=len(self._pipeline.watch.places()),
        )

    def _state(self) -> CameraState:
        if self._source_state is not CameraState.OK:
            return self._source_state
        if self._picture_state is not PictureState.OK:
            return CameraState(self._picture_state.value)
        return CameraState.VIEW_CHANGED if self._view_state is ViewState.MOVED else CameraState.OK

    def _head(self, at_s: float) -> Recording:
        """Give what a new recording file begins with; the snapshot is taken only when one begins."""
        begins = self._recorder is not None and self._recorder.wants_head(at_s)
        snapshot = self._pipeline.watch.snapshot() if begins else "{}"
        pairs = self.camera.calibration.pairs if self.camera.calibration else None
        return Recording(self.camera.id, self._config.zone_info, self.camera.zones, snapshot, pairs)

    def _recording_failed(self, error: OSError) -> None:
        self._tell(camera_notices.recording_failed(self.camera.id, str(error)))

    def _follow_view(self, result: LookResult) -> None:
        state = result.view.state
        if (state is ViewState.MOVED) != (self._view_state is ViewState.MOVED):
            self._tell(camera_notices.view(self.camera.id, result.view))
        self._view_state = state
        if state is ViewState.OK and not self._view.is_kept:
            self._view.keep(self._pipeline.guard)

    def _accept_view(self) -> None:
        """Begin anew under a view that an engineer has found right; what stood under the old one has no place here."""
        self._pipeline.start_afresh()
        self._view.is_kept = False
        if self._recorder:
            self._recorder.close()  # the next look begins a recording that stands by itself
