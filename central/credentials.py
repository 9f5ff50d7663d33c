"""The boxes' passwords to the embedded broker: made here, shown once, kept as a hash."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets

from central.column_types import now
from central.database import Sessions
from central.problems import Problem
from central.tables import DeviceCredential
from protocol.topics import DEVICE_ID_PATTERN

CENTRE_USER = "kerbwatch-central"


class BadDeviceId(Problem):
    """No box can have this id."""

    code = "bad_device_id"

    def __init__(self, device_id: str) -> None:
        super().__init__(
            f"{device_id!r} 不能作为设备编号：应为字母、数字、. _ -，最多 63 个字符，且不是 {CENTRE_USER}",
            f"{device_id!r} cannot be a box's id: letters, digits, . _ - are, at most 63, and not {CENTRE_USER}",
        )


class Credentials:
    """The passwords in the database; a box's user name is its id."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def issue(self, device_id: str) -> str:
        """Make a new password for a box, seen before or not, and return it; an earlier one ends. Raises BadDeviceId."""
        if not re.match(DEVICE_ID_PATTERN, device_id) or device_id == CENTRE_USER:
            raise BadDeviceId(device_id)
        password = secrets.token_urlsafe(24)
        with self._sessions.write() as session:
            session.merge(DeviceCredential(device_id=device_id, password_sha256=_hash(password), made_at=now()))
        return password

    def revoke(self, device_id: str) -> bool:
        """End a box's password; False when it had none. A connection that is open stays so until it breaks."""
        with self._sessions.write() as session:
            row = session.get(DeviceCredential, device_id)
            if row is not None:
                session.delete(row)
        return row is not None

    def check(self, device_id: str, password: str) -> bool:
        """Say whether this is the box's password."""
        with self._sessions.read() as session:
            row = session.get(DeviceCredential, device_id)
        return row is not None and hmac.compare_digest(row.password_sha256, _hash(password))


def _hash(password: str) -> str:
    # 192 random bits cannot be guessed, so a slow hash would only slow down a city's boxes that come back at once.
    return hashlib.sha256(password.encode("utf-8", "surrogatepass")).hexdigest()
