"""A clip read as fast as the machine allows, decoding the least that gives the wanted looks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path

import av
from av.container import InputContainer
from av.video.stream import VideoStream

from edge_agent.source.address import Address
from edge_agent.source.decoder import KeyframeDecoders
from edge_agent.source.file_looks import every_picture, owed_pictures
from edge_agent.source.frame import Frame
from edge_agent.source.reading import file_packets, open_file
from edge_agent.source.report import Observer, SourceReport, ignore
from edge_agent.source.stream_info import StreamInfo
from edge_agent.source.telling import Teller
from protocol.messages import CameraState, TimeSource

_EVERY_PICTURE_BELOW_S = 0.5  # looks this close need most pictures decoded anyway
_SHORT_BY_S = 2.0


class FileSource:
    """A video file. Its first picture was taken at `start_at_s` (Unix epoch, seconds).

    Where that is not given, the file's creation time says, else its last change less its length. What cannot be
    decoded is told to `observer` and passed over; only a file that cannot be opened at all raises SourceError.
    """

    def __init__(self, path: str | Path, *, start_at_s: float | None = None, observer: Observer = ignore) -> None:
        self.address = Address(str(path))
        self._start_at_s = start_at_s
        self._observer = observer
        self._teller = Teller(self.address.shown, 0.0, observer)

    @property
    def state(self) -> CameraState:
        """How far it is: starting, ok or ended."""
        return self._teller.report.state

    @property
    def report(self) -> SourceReport:
        """The last change of state, in words."""
        return self._teller.report

    def duration_s(self) -> float | None:
        """Say how long the file claims to be, for progress bars. Raises SourceError when it cannot be opened."""
        container, _stream = open_file(self.address)
        with closing(container):
            return _duration_s(container)

    def frames(self, look_every_s: float) -> Iterator[Frame]:
        """Give a picture about every `look_every_s` seconds of stream time; 0 gives every picture.

        A gap in the file's times stays a gap. Raises SourceError when the file cannot be opened.
        """
        self._teller = Teller(self.address.shown, look_every_s, self._observer)
        container, stream = open_file(self.address)
        with closing(container):
            yield from self._frames(container, stream, look_every_s)

    def _frames(self, container: InputContainer, stream: VideoStream, look_every_s: float) -> Iterator[Frame]:
        info = StreamInfo.of(stream)
        start_at_s = self._start_at_s if self._start_at_s is not None else _start_at_s(self.address, container)
        promised_s = _duration_s(container)
        self._teller.opened(info)
        packets = file_packets(container, stream, self._teller.damaged)
        if look_every_s < _EVERY_PICTURE_BELOW_S:
            pictures = every_picture(info, packets, look_every_s, self._teller.damaged)
        else:
            pictures = owed_pictures(info, packets, look_every_s, KeyframeDecoders(1), self._teller.damaged)
        at_s = 0.0
        for picture, at_s in pictures:
            yield Frame(start_at_s + at_s, TimeSource.FILE, at_s, picture, picture.width, picture.height, at_s)
        if promised_s is not None and at_s < promised_s - max(_SHORT_BY_S, 1.5 * look_every_s):
            self._teller.cut_short(at_s, promised_s)
        else:
            self._teller.ended()


def _duration_s(container: InputContainer) -> float | None:
    return container.duration / av.time_base if container.duration else None


def _start_at_s(address: Address, container: InputContainer) -> float:
    created = container.metadata.get("creation_time")
    if created:
        try:
            return datetime.fromisoformat(created).timestamp()
        except ValueError:
            pass  # not every writer keeps to ISO 8601
    try:
        changed_at_s = Path(address.url).stat().st_mtime
    except OSError:
        return 0.0
    return changed_at_s - (_duration_s(container) or 0.0)
