"""The boxes: which are there, how they are, whose key is trusted."""

from __future__ import annotations

from pydantic import AwareDatetime

from central.cases.views import View
from central.database import Sessions
from protocol.messages import Health, HealthEvent


class DeviceView(View):
    """A box as the console shows it."""

    id: str
    name: str
    online: bool
    last_seen_at: AwareDatetime | None
    software: str
    key_fingerprint: str | None
    health: Health | None
    notices: list[HealthEvent]


class Devices:
    """The boxes in the database."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def list(self) -> list[DeviceView]:
        """Give all boxes by id."""
        raise NotImplementedError

    def get(self, device_id: str) -> DeviceView:
        """Give one box. Raises DeviceNotFound."""
        raise NotImplementedError
