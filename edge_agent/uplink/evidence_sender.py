"""Sending evidence files in parts, few at a time, and not again what the broker has taken.

A part that the broker acknowledged is not sent again, whether the violation is repeated or the line breaks in the
middle: a 20 MB clip over a poor mobile network arrives piece by piece. Two things make a file start anew: the
centre names it in `missing`, or the broker forgot the box's session (see MqttLink.session), for then it may have
forgotten the parts too. Parts are read from disk while sending, so memory stays at WINDOW parts, 1 MiB.

A part that does not get through makes the parts smaller (edge_agent.uplink.part_size).
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field

from paho.mqtt.client import MQTTMessageInfo

from edge_agent.outbox.outgoing import Sendable
from edge_agent.uplink.link import MqttLink
from edge_agent.uplink.part_size import HANG_UPS, PartSize
from protocol import topics
from protocol.evidence_parts import EvidencePart, count_parts

WINDOW = 4
_MISSED_TIMES = 2


class StoppedError(Exception):
    """The box is being stopped; what was under way goes on after the next start."""


class LineRenewedError(Exception):
    """The line was made anew while a message was on its way: it has to be handed over again."""


class PacketsRefusedError(OSError):
    """The broker takes no packet of this size, and smaller ones cannot be made."""


class Progress:
    """Waiting for the broker to take messages, and noticing that it never will."""

    def __init__(self, link: MqttLink, stopping: Callable[[], bool]) -> None:
        self._link, self._stopping = link, stopping
        self._hang_ups = 0

    def wait_taken(self, info: MQTTMessageInfo, generation: int) -> bool:
        """Block until the broker has a message, however long the outage; `generation` is the line's of the publish.

        False when the line has broken over it HANG_UPS times and nothing went through in between. Raises StoppedError
        when the box is stopped, LineRenewedError.
        """
        while not info.is_published():
            if self._stopping():
                raise StoppedError
            if self._link.generation != generation:
                raise LineRenewedError
            if self._link.hang_ups - self._hang_ups >= HANG_UPS:
                self._hang_ups = self._link.hang_ups
                return False
            info.wait_for_publish(0.5)
        self._hang_ups = self._link.hang_ups
        return True


@dataclass(slots=True)
class _Sent:
    session: int
    part_bytes: int
    largest: int
    count: int
    taken: set[int] = field(default_factory=set)

    @property
    def complete(self) -> bool:
        return len(self.taken) == self.count


class EvidenceSender:
    """Publishes files for one device and remembers which parts the broker has."""

    def __init__(self, device: str, link: MqttLink, size: PartSize, stopping: Callable[[], bool]) -> None:
        self._device = device
        self._link = link
        self._size = size
        self._waiting = Progress(link, stopping)
        self._progress: dict[str, _Sent] = {}
        self._missed: dict[str, int] = {}
        self._lock = threading.Lock()

    def send(self, file: Sendable, give_way: Callable[[], bool] = lambda: False) -> bool:
        """Publish the parts that the broker has not taken yet; True when it has them all.

        False when `give_way`, asked before every part, says that something else goes first: call again to go on.
        Raises OSError when the file cannot be read, PacketsRefusedError, StoppedError when the box is stopped.
        """
        while True:
            with suppress(LineRenewedError):
                if self._send_once(file, give_way):
                    return True
            if give_way():
                return False

    def missed(self, files: Iterable[str]) -> None:
        """Send these files anew: the centre lacks them. Twice, and the broker took them: it drops what is so large."""
        for sha256 in files:
            with self._lock:
                sent = self._progress.pop(sha256, None)
                if sent is None or not sent.complete:
                    continue
                self._missed[sha256] = self._missed.get(sha256, 0) + 1
                twice = self._missed[sha256] >= _MISSED_TIMES
                if twice:
                    del self._missed[sha256]
            if twice and sent.part_bytes == self._size.bytes:  # else they are smaller by now
                self._size.shrink(sent.largest)

    def forget(self, files: Iterable[str]) -> None:
        """Send these files from the start next time (the centre misses them), or forget that they were ever sent."""
        with self._lock:
            for sha256 in files:
                self._progress.pop(sha256, None)
                self._missed.pop(sha256, None)

    def _send_once(self, file: Sendable, give_way: Callable[[], bool]) -> bool:
        """Send what lacks; False when it gave way, the broker forgot us meanwhile, or the centre asked anew."""
        sent = self._progress_of(file)
        generation = self._link.generation
        under_way: deque[tuple[int, MQTTMessageInfo]] = deque()
        missing = [index for index in range(sent.count) if index not in sent.taken]
        if missing:
            with file.open() as content:
                for index in missing:
                    if give_way():
                        break
                    if len(under_way) >= WINDOW:
                        self._wait_for_oldest(under_way, sent, generation)
                    content.seek(index * sent.part_bytes)
                    part = EvidencePart(index, sent.count, file.size_bytes, content.read(sent.part_bytes))
                    topic = topics.evidence(self._device, file.sha256)
                    under_way.append((index, self._link.publish(topic, part.encode())))
        while under_way:
            self._wait_for_oldest(under_way, sent, generation)
        with self._lock:
            is_ours = self._progress.get(file.sha256) is sent and sent.session == self._link.session
        return is_ours and sent.complete

    def _wait_for_oldest(self, under_way: deque[tuple[int, MQTTMessageInfo]], sent: _Sent, generation: int) -> None:
        index, info = under_way.popleft()
        if not self._waiting.wait_taken(info, generation):
            smaller = self._size.shrink(sent.largest)
            self._link.renew()
            if not smaller:
                raise PacketsRefusedError(f"the broker takes no packet of {sent.largest} bytes")
            raise LineRenewedError
        sent.taken.add(index)

    def _progress_of(self, file: Sendable) -> _Sent:
        with self._lock:
            sent = self._progress.get(file.sha256)
            recut = sent is not None and not sent.complete and sent.part_bytes != self._size.bytes
            if sent is None or recut or sent.session != self._link.session:
                size = self._size.bytes
                sent = _Sent(self._link.session, size, min(size, file.size_bytes), count_parts(file.size_bytes, size))
                self._progress[file.sha256] = sent
            return sent
