"""Acknowledgements that only the centre can give, and that boxes of protocol 1.0 read as before."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from protocol.acks import key_of, read_ack, sign_ack, verify_ack
from protocol.messages import Ack, Refusal
from protocol.signing import SignatureError, new_private_key, public_jwk, thumbprint

AT = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
KEY = new_private_key()


def test_a_signed_acknowledgement_is_read_by_old_and_new_boxes() -> None:
    ack = Ack(stored=(uuid4(),), refused=(Refusal(id=uuid4(), reason="签名不符"),), missing=("a" * 64,))
    payload = sign_ack(ack, "box-17", AT, KEY)
    old = json.loads(payload)
    assert old["stored"] == [str(ack.stored[0])]
    assert old["refused"][0]["reason"] == "签名不符"
    read, raw = read_ack(payload)
    assert (read.stored, read.refused, read.missing) == (ack.stored, ack.refused, ack.missing)
    assert key_of(read) == thumbprint(public_jwk(KEY))
    verify_ack(raw, "box-17", public_jwk(KEY))
    with pytest.raises(SignatureError, match="box-17"):
        verify_ack(raw, "box-18", public_jwk(KEY))


@pytest.mark.parametrize("change", [{"stored": []}, {"at": "2026-11-24T00:00:00Z"}, {"missing": ["b" * 64]}, {"x": 1}])
def test_nothing_of_it_can_be_changed(change: dict[str, object]) -> None:
    _, raw = read_ack(sign_ack(Ack(stored=(uuid4(),)), "box-17", AT, KEY))
    with pytest.raises(SignatureError):
        verify_ack(raw | change, "box-17", public_jwk(KEY))


@pytest.mark.parametrize("payload", [b"[]", b"\xff{", b'{"stored": ["x"]}', b"{" * 100_000, b'{"at": NaN}'])
def test_what_is_no_acknowledgement_is_a_value_error(payload: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_ack(payload)


@pytest.mark.parametrize("key", [None, {}, {"kty": "RSA"}, {"kty": "OKP", "crv": "Ed25519", "x": "?"}])
def test_a_key_that_is_none_is_refused(key: dict[str, str] | None) -> None:
    with pytest.raises(SignatureError):
        key_of(Ack(key=key))
