"""Local users: passwords (Argon2id, RFC 9106), sessions, and a short lock after repeated wrong passwords."""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from central.column_types import now
from central.database import Sessions, insert_or_ignore
from central.problems import Problem
from central.tables import UserRow, UserSession, WrongPasswords

FIRST_ADMIN = "admin"
SESSION_LENGTH = timedelta(hours=12)
"""A shift."""

WRONG_PASSWORDS_ALLOWED = 5
LOCK_LENGTH = timedelta(seconds=30)
_FORGET_WRONG_AFTER = timedelta(minutes=15)
_SHORTEST_PASSWORD = 8
_NAME = re.compile(r"[^\s/\x00-\x1f\x7f]{1,64}")


class WeakPassword(Problem):
    """The password is too short."""

    code = "weak_password"
    status = 422

    def __init__(self) -> None:
        super().__init__(
            f"密码至少 {_SHORTEST_PASSWORD} 个字符", f"A password has at least {_SHORTEST_PASSWORD} characters"
        )


class BadUserName(Problem):
    """The name cannot be a user's."""

    code = "bad_user_name"
    status = 422

    def __init__(self, name: str) -> None:
        super().__init__(
            f"用户名 {name!r} 不可用：1-64 个字符，不含空格和 /",
            f"{name!r} cannot be a user name: 1-64 characters, no spaces, no /",
        )


class UserExists(Problem):
    """The name is taken."""

    code = "user_exists"
    status = 409

    def __init__(self, name: str) -> None:
        super().__init__(f"用户 {name} 已存在", f"There is a user {name} already")


class UnknownUser(Problem):
    """No user has this name."""

    code = "unknown_user"
    status = 404

    def __init__(self, name: str) -> None:
        super().__init__(f"没有用户 {name}", f"There is no user {name}")


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who may use the console and the API."""

    name: str


class Accounts:
    """The users in the database."""

    def __init__(self, sessions: Sessions, hasher: PasswordHasher | None = None) -> None:
        self._sessions = sessions
        self._hasher = hasher or PasswordHasher()

    @cached_property
    def _nobody(self) -> str:
        # Checked for names that nobody has, so that the time it takes does not say which names there are.
        return self._hasher.hash(secrets.token_hex())

    def ensure_first_admin(self, password: str | None = None) -> str | None:
        """Make the user `admin` when there is no user yet; give its password, this one time, else None."""
        with self._sessions.read() as session:
            if session.scalars(select(UserRow.name).limit(1)).first() is not None:
                return None
        password = password or secrets.token_urlsafe(9)
        try:
            self.add(FIRST_ADMIN, password)
        except UserExists:  # another worker started at the same moment
            return None
        return password

    def add(self, username: str, password: str) -> None:
        """Make a user. Raises BadUserName, WeakPassword, UserExists."""
        if not _NAME.fullmatch(username):
            raise BadUserName(username)
        hashed = self._hash(password)
        with self._sessions.write() as session:
            if not insert_or_ignore(session, UserRow, name=username, password_hash=hashed, created_at=now()):
                raise UserExists(username)

    def verify(self, username: str, password: str) -> User | None:
        """Check a password. None when it is wrong, the user is unknown, or the name is locked for a while."""
        if not _NAME.fullmatch(username) or self.locked_for_s(username) > 0:
            return None
        with self._sessions.read() as session:
            row = session.get(UserRow, username)
        try:
            self._hasher.verify(row.password_hash if row else self._nobody, password)
        except (VerificationError, InvalidHashError):
            row = None
        with self._sessions.write() as session:
            if row is None:
                _count_wrong(session, username)
                return None
            session.execute(delete(WrongPasswords).where(WrongPasswords.name == username))
            if self._hasher.check_needs_rehash(row.password_hash):
                session.get_one(UserRow, username).password_hash = self._hasher.hash(password)
        return User(username)

    def locked_for_s(self, username: str) -> float:
        """Say how many seconds this name stays locked after repeated wrong passwords; 0 when it is not."""
        if not _NAME.fullmatch(username):
            return 0.0
        with self._sessions.read() as session:
            row = session.get(WrongPasswords, username)
        if row is None or row.locked_until is None:
            return 0.0
        return max(0.0, (row.locked_until - now()).total_seconds())

    def sign_in(self, username: str, password: str) -> str | None:
        """Open a session; give its token, or None as `verify` does."""
        user = self.verify(username, password)
        if user is None:
            return None
        token = secrets.token_urlsafe(32)
        with self._sessions.write() as session:
            session.execute(delete(UserSession).where(UserSession.expires_at < now()))
            session.add(
                UserSession(token_sha256=_digest(token), user_name=user.name, expires_at=now() + SESSION_LENGTH)
            )
        return token

    def user_of(self, token: str | None) -> User | None:
        """Say whose session this is; None when it is none or has ended."""
        if not token:
            return None
        with self._sessions.read() as session:
            row = session.get(UserSession, _digest(token))
        return User(row.user_name) if row is not None and row.expires_at > now() else None

    def sign_out(self, token: str) -> None:
        """End a session."""
        with self._sessions.write() as session:
            session.execute(delete(UserSession).where(UserSession.token_sha256 == _digest(token)))

    def set_password(self, username: str, new: str) -> None:
        """Change a password and end the user's sessions. Raises UnknownUser, WeakPassword."""
        hashed = self._hash(new)
        with self._sessions.write() as session:
            row = session.get(UserRow, username)
            if row is None:
                raise UnknownUser(username)
            row.password_hash = hashed
            session.execute(delete(UserSession).where(UserSession.user_name == username))
            session.execute(delete(WrongPasswords).where(WrongPasswords.name == username))

    def _hash(self, password: str) -> str:
        if len(password) < _SHORTEST_PASSWORD:
            raise WeakPassword
        return self._hasher.hash(password)


def _count_wrong(session: Session, username: str) -> None:
    at = now()
    session.execute(delete(WrongPasswords).where(WrongPasswords.last_at < at - _FORGET_WRONG_AFTER))
    insert_or_ignore(session, WrongPasswords, name=username, count=0, last_at=at, locked_until=None)
    row = session.get_one(WrongPasswords, username, with_for_update=True)
    row.count += 1
    row.last_at = at
    if row.count >= WRONG_PASSWORDS_ALLOWED:
        row.locked_until = at + LOCK_LENGTH


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
