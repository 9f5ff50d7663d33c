"""Who may use console and API."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from central.accounts import WRONG_PASSWORDS_ALLOWED, BadUserName, UnknownUser, User, UserExists, WeakPassword
from central.column_types import now
from central.services import Services
from central.tables import UserRow, UserSession, WrongPasswords


def test_the_first_admin_is_made_once_and_its_password_shown_once(services: Services) -> None:
    password = services.accounts.ensure_first_admin()
    assert password is not None
    assert services.accounts.verify("admin", password) == User("admin")
    assert services.accounts.ensure_first_admin() is None
    assert services.accounts.ensure_first_admin("another password") is None


def test_a_session_lasts_until_its_end_or_sign_out(services: Services) -> None:
    accounts = services.accounts
    accounts.add("wang", "long enough")
    token = accounts.sign_in("wang", "long enough")
    assert token is not None
    assert accounts.user_of(token) == User("wang")
    accounts.sign_out(token)
    assert accounts.user_of(token) is None

    token = accounts.sign_in("wang", "long enough")
    with services.sessions.write() as session:
        session.execute(update(UserSession).values(expires_at=now() - timedelta(seconds=1)))
    assert accounts.user_of(token) is None
    assert accounts.user_of(None) is None
    assert accounts.user_of("") is None


def test_neither_passwords_nor_tokens_are_in_the_database(services: Services) -> None:
    services.accounts.add("wang", "long enough")
    token = services.accounts.sign_in("wang", "long enough")
    with services.sessions.read() as session:
        (user,) = session.query(UserRow).all()
        (signed_in,) = session.query(UserSession).all()
    assert user.password_hash.startswith("$argon2id$")
    assert "long enough" not in user.password_hash
    assert signed_in.token_sha256 != token


@pytest.mark.parametrize("name", ["wang", "nobody"])
def test_repeated_wrong_passwords_lock_a_name_for_a_moment(services: Services, name: str) -> None:
    accounts = services.accounts
    accounts.add("wang", "long enough")
    for _ in range(WRONG_PASSWORDS_ALLOWED):
        assert accounts.locked_for_s(name) == 0
        assert accounts.sign_in(name, "wrong") is None
    assert 0 < accounts.locked_for_s(name) <= 30
    assert accounts.sign_in(name, "long enough") is None
    with services.sessions.write() as session:
        session.execute(update(WrongPasswords).values(locked_until=now() - timedelta(seconds=1)))
    assert (accounts.sign_in(name, "long enough") is not None) == (name == "wang")


def test_a_right_password_forgets_the_wrong_ones(services: Services) -> None:
    accounts = services.accounts
    accounts.add("wang", "long enough")
    for _ in range(3):
        for _ in range(WRONG_PASSWORDS_ALLOWED - 1):
            accounts.sign_in("wang", "wrong")
        assert accounts.sign_in("wang", "long enough") is not None


def test_a_new_password_ends_all_sessions(services: Services) -> None:
    accounts = services.accounts
    accounts.add("wang", "long enough")
    token = accounts.sign_in("wang", "long enough")
    accounts.set_password("wang", "another one")
    assert accounts.user_of(token) is None
    assert accounts.verify("wang", "long enough") is None
    assert accounts.verify("wang", "another one") == User("wang")


def test_names_and_passwords_that_will_not_do(services: Services) -> None:
    accounts = services.accounts
    with pytest.raises(WeakPassword):
        accounts.add("wang", "short")
    for name in ("", "two words", "a/b", "nul\0", "x" * 65):
        with pytest.raises(BadUserName):
            accounts.add(name, "long enough")
        assert accounts.verify(name, "long enough") is None
    accounts.add("wang", "long enough")
    with pytest.raises(UserExists):
        accounts.add("wang", "long enough")
    with pytest.raises(UnknownUser):
        accounts.set_password("li", "long enough")
