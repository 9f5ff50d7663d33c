"""What every open page asks once a second, asked of the database once for all of them."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field

from central.cases.lifecycle import CaseState
from central.services import Services

_REVISION_S = 0.8
_GLANCE_S = 5.0


@dataclass(frozen=True, slots=True)
class Glance:
    """The figures in the head of every page."""

    counts: dict[CaseState, int]
    overdue: int
    boxes_offline: int
    quarantined: int

    @property
    def waiting(self) -> int:
        """Cases that wait for an officer."""
        return self.counts.get(CaseState.REPORTED, 0)


@dataclass(slots=True)
class Pulse:
    """The services' state, at most a second old."""

    services: Services
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    _revision: int = 0
    _revision_at_s: float = float("-inf")
    _glance: Glance | None = None
    _glance_at_s: float = float("-inf")
    _glance_revision: int = -1

    async def revision(self) -> int:
        """Give the cases' revision."""
        async with self._lock:
            if time.monotonic() - self._revision_at_s > _REVISION_S:
                self._revision = await asyncio.to_thread(self.services.cases.revision)
                self._revision_at_s = time.monotonic()
            return self._revision

    async def glance(self) -> Glance:
        """Give the figures: at once after any change of a case, else every few seconds."""
        revision = await self.revision()
        async with self._lock:
            old = time.monotonic() - self._glance_at_s > _GLANCE_S
            if self._glance is None or old or revision != self._glance_revision:
                self._glance = await asyncio.to_thread(self._look)
                self._glance_at_s, self._glance_revision = time.monotonic(), revision
            return self._glance

    async def now_changed(self) -> None:
        """Forget what is known, because this console just changed something."""
        async with self._lock:
            self._revision_at_s = float("-inf")

    def _look(self) -> Glance:
        return Glance(
            counts=self.services.cases.counts(),
            overdue=self.services.cases.overdue(),
            boxes_offline=sum(not device.online for device in self.services.devices.list()),
            quarantined=self.services.quarantine.count(),
        )
