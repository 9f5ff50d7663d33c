"""Local users: passwords (Argon2, RFC 9106), sessions, and a short lock after repeated wrong passwords."""

from __future__ import annotations

from dataclasses import dataclass

from central.database import Sessions


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who may use the console and the API."""

    name: str


class Accounts:
    """The users in the database."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def ensure_first_admin(self, password: str | None = None) -> str | None:
        """Make the user `admin` when there is no user yet; give its new password, this one time, else None."""
        raise NotImplementedError

    def verify(self, username: str, password: str) -> User | None:
        """Check a password. None when it is wrong, the user is unknown, or the name is locked for a while."""
        raise NotImplementedError

    def locked_for_s(self, username: str) -> float:
        """Say how many seconds this name stays locked after repeated wrong passwords; 0 when it is not."""
        raise NotImplementedError

    def sign_in(self, username: str, password: str) -> str | None:
        """Open a session; give its token, or None as `verify` does."""
        raise NotImplementedError

    def user_of(self, token: str | None) -> User | None:
        """Say whose session this is; None when it is none or has ended."""
        raise NotImplementedError

    def sign_out(self, token: str) -> None:
        """End a session."""
        raise NotImplementedError

    def set_password(self, username: str, new: str) -> None:
        """Change a password and end the user's sessions. Raises UnknownUser, WeakPassword."""
        raise NotImplementedError
