"""Sending evidence files in parts, few at a time, and not again what the broker has taken.

A part that the broker acknowledged is not sent again, whether the violation is repeated or the line breaks in the
middle: a 20 MB clip over a poor mobile network arrives piece by piece. Two things make a file start anew: the
centre names it in `missing`, or the broker forgot the box's session (see MqttLink.session), for then it may have
forgotten the parts too. Parts are read from disk while sending, so memory stays at WINDOW parts, 1 MiB.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from paho.mqtt.client import MQTTMessageInfo

from edge_agent.outbox.outgoing import Sendable
from edge_agent.uplink.link import MqttLink
from protocol import topics
from protocol.evidence_parts import PART_BYTES, EvidencePart

WINDOW = 4


class StoppedError(Exception):
    """The box is being stopped; what was under way goes on after the next start."""


def wait_taken(info: MQTTMessageInfo, stopping: Callable[[], bool]) -> None:
    """Block until the broker has a message, however long the outage. Raises StoppedError when the box is stopped."""
    while not info.is_published():
        if stopping():
            raise StoppedError
        info.wait_for_publish(0.5)


@dataclass(slots=True)
class _Progress:
    session: int
    taken: set[int] = field(default_factory=set)


class EvidenceSender:
    """Publishes files for one device and remembers which parts the broker has."""

    def __init__(self, device: str, link: MqttLink, stopping: Callable[[], bool]) -> None:
        self._device = device
        self._link = link
        self._stopping = stopping
        self._progress: dict[str, _Progress] = {}
        self._lock = threading.Lock()

    def send(self, file: Sendable, give_way: Callable[[], bool] = lambda: False) -> bool:
        """Publish the parts that the broker has not taken yet; True when it has them all.

        False when `give_way`, asked before every part, says that something else goes first: call again to go on.
        Raises OSError when the file cannot be read, StoppedError when the box is stopped.
        """
        while not self._send_once(file, give_way):
            if give_way():
                return False
        return True

    def forget(self, files: Iterable[str]) -> None:
        """Send these files from the start next time (the centre misses them), or forget that they were ever sent."""
        with self._lock:
            for sha256 in files:
                self._progress.pop(sha256, None)

    def _send_once(self, file: Sendable, give_way: Callable[[], bool]) -> bool:
        """Send what lacks; False when it gave way, the broker forgot us meanwhile, or the centre asked anew."""
        progress = self._progress_of(file.sha256)
        count = max(1, -(-file.size_bytes // PART_BYTES))
        under_way: deque[tuple[int, MQTTMessageInfo]] = deque()
        missing = [index for index in range(count) if index not in progress.taken]
        if missing:
            with file.open() as content:
                for index in missing:
                    if give_way():
                        break
                    if len(under_way) >= WINDOW:
                        self._wait_for_oldest(under_way, progress)
                    content.seek(index * PART_BYTES)
                    part = EvidencePart(index, count, file.size_bytes, content.read(PART_BYTES))
                    topic = topics.evidence(self._device, file.sha256)
                    under_way.append((index, self._link.publish(topic, part.encode())))
        while under_way:
            self._wait_for_oldest(under_way, progress)
        with self._lock:
            is_ours = self._progress.get(file.sha256) is progress and progress.session == self._link.session
        return is_ours and len(progress.taken) == count

    def _wait_for_oldest(self, under_way: deque[tuple[int, MQTTMessageInfo]], progress: _Progress) -> None:
        index, info = under_way.popleft()
        wait_taken(info, self._stopping)
        progress.taken.add(index)

    def _progress_of(self, sha256: str) -> _Progress:
        with self._lock:
            progress = self._progress.get(sha256)
            if progress is None or progress.session != self._link.session:
                progress = self._progress[sha256] = _Progress(self._link.session)
            return progress
