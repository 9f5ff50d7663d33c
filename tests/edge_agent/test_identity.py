"""The centre trusts a box by its key, so the key is made once and never replaced behind anybody's back."""

from __future__ import annotations

from pathlib import Path

import pytest
from joserfc.jwk import OKPKey

from edge_agent.uplink.identity import KEY_FILE, IdentityError, device_key
from protocol.signing import public_jwk, sign, unwrap, verify


def test_the_key_is_made_at_the_first_start_and_stays(tmp_path: Path) -> None:
    first, second = device_key(tmp_path / "data"), device_key(tmp_path / "data")
    assert public_jwk(first) == public_jwk(second)
    message, jws = unwrap(sign({"a": 1}, first))
    verify(message, jws, public_jwk(second))


def test_nobody_else_on_the_machine_can_read_it(tmp_path: Path) -> None:
    device_key(tmp_path)
    (tmp_path / KEY_FILE).chmod(0o644)
    device_key(tmp_path)
    assert (tmp_path / KEY_FILE).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"-----BEGIN PRIVATE KEY-----\nMC4CAQ",
        OKPKey.generate_key("X25519").as_pem(private=True),
        OKPKey.generate_key("Ed25519").as_pem(private=False),
    ],
    ids=["empty", "cut off", "another kind of key", "only the public half"],
)
def test_a_damaged_key_is_said_and_left_as_it_is(tmp_path: Path, content: bytes) -> None:
    (tmp_path / KEY_FILE).write_bytes(content)
    with pytest.raises(IdentityError, match=r"(?s)已损坏.*Restore it from a backup"):
        device_key(tmp_path)
    assert (tmp_path / KEY_FILE).read_bytes() == content
