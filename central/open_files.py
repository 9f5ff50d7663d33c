"""Which evidence files of each box are under way, in parts. Pure: no clock, no I/O.

What one box may have under way is bounded, so that parts of files that never become whole cost the others nothing: a
refused part is a look into a dictionary. Each worker counts what it has seen itself.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field

MOST_FILES = 64
MOST_PARTS = 8192
IDLE_S = 600.0
"""A file that has got no part for so long makes room when the box needs it."""
_MOST_DEVICES = 20_000


@dataclass(slots=True)
class OpenFile:
    """A file of which parts are here. `known`: indexes of the parts that are in the store."""

    device: str
    sha256: str
    total_bytes: int
    count: int
    last_s: float
    known: set[int] = field(default_factory=set)
    next_unknown: int = 0

    def note(self, index: int) -> None:
        """Note a part that is in the store."""
        self.known.add(index)
        while self.next_unknown in self.known:
            self.next_unknown += 1

    @property
    def complete(self) -> bool:
        """Whether all parts are known."""
        return self.next_unknown >= self.count


class OpenFiles:
    """The files under way, by box; the longest idle first. Times are monotonic seconds."""

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._devices: OrderedDict[str, OrderedDict[tuple[str, int, int], OpenFile]] = OrderedDict()

    def open(
        self, device: str, sha256: str, total_bytes: int, count: int, now_s: float
    ) -> tuple[OpenFile | None, list[OpenFile]]:
        """Return the file that a part belongs to (None: its box has too much under way), and those that made room."""
        files = self._devices.setdefault(device, OrderedDict())
        name = (sha256, total_bytes, count)
        file = files.get(name)
        if file is not None:
            file.last_s = now_s
            files.move_to_end(name)
            return file, []
        gone: list[OpenFile] = []
        while not self._fits(files, total_bytes, count):
            oldest = next(iter(files.values()), None)
            if oldest is None or now_s - oldest.last_s < IDLE_S:
                return None, gone
            gone.append(oldest)
            del files[oldest.sha256, oldest.total_bytes, oldest.count]
        file = files[name] = OpenFile(device, sha256, total_bytes, count, now_s)
        self._devices.move_to_end(device)
        if len(self._devices) > _MOST_DEVICES:
            self._devices.popitem(last=False)
        return file, gone

    def close(self, file: OpenFile) -> None:
        """Forget a file that is whole, or gone."""
        files = self._devices.get(file.device, OrderedDict())
        files.pop((file.sha256, file.total_bytes, file.count), None)
        if not files:
            self._devices.pop(file.device, None)

    def _fits(self, files: OrderedDict[tuple[str, int, int], OpenFile], total_bytes: int, count: int) -> bool:
        return (
            len(files) < MOST_FILES
            and count + sum(file.count for file in files.values()) <= MOST_PARTS
            and total_bytes + sum(file.total_bytes for file in files.values()) <= self._most_bytes
        )
