"""Signatures: whoever has a box's public key can tell what it said from what was changed on the way."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc.jwk import OKPKey

from protocol import signing
from protocol.messages import Violation
from protocol.signing import SignatureError


def test_a_violation_is_read_as_it_was_signed(parked_van: Violation, key: OKPKey) -> None:
    message, detached = signing.unwrap(signing.sign(parked_van.model_dump(mode="json"), key))
    signing.verify(message, detached, signing.public_jwk(key))
    assert Violation.model_validate(message) == parked_van


def test_the_signature_outlives_a_database_that_reorders_the_keys(parked_van: Violation, key: OKPKey) -> None:
    message, detached = signing.unwrap(signing.sign(parked_van.model_dump(mode="json"), key))
    kept = json.loads(json.dumps(message, sort_keys=True, indent=1))
    signing.verify(kept, detached, signing.public_jwk(key))


@pytest.mark.parametrize(
    "change",
    [
        {"box": [0.3, 0.5, 0.5, 0.8]},
        {"confirmed_at": "2026-05-01T09:31:00Z"},
        {"evidence": []},
        {"added": "field"},
    ],
)
def test_a_message_that_was_changed_is_noticed(parked_van: Violation, key: OKPKey, change: dict[str, Any]) -> None:
    message, detached = signing.unwrap(signing.sign(parked_van.model_dump(mode="json"), key))
    with pytest.raises(SignatureError, match="does not fit"):
        signing.verify(message | change, detached, signing.public_jwk(key))


def test_a_message_of_another_box_is_noticed(parked_van: Violation, key: OKPKey) -> None:
    message, detached = signing.unwrap(signing.sign(parked_van.model_dump(mode="json"), key))
    with pytest.raises(SignatureError, match="does not fit"):
        signing.verify(message, detached, signing.public_jwk(signing.new_private_key()))


@pytest.mark.parametrize("detached", ["", "..", "abc", "eyJhbGciOiJub25lIn0..", "eyJhbGciOiJub25lIn0..eA", "x..y"])
def test_no_signature_and_an_unsigned_algorithm_are_refused(key: OKPKey, detached: str) -> None:
    with pytest.raises(SignatureError):
        signing.verify({"a": 1}, detached, signing.public_jwk(key))


def test_a_key_that_is_none_is_a_bad_signature_and_no_crash(key: OKPKey) -> None:
    message, detached = signing.unwrap(signing.sign({"a": 1}, key))
    for jwk in ({}, {"kty": "OKP"}, {"kty": "OKP", "crv": "Ed25519", "x": "!"}):
        with pytest.raises(SignatureError):
            signing.verify(message, detached, jwk)


@given(st.binary())
def test_noise_is_no_signed_message(noise: bytes) -> None:
    with pytest.raises(ValueError, match="not"):
        signing.unwrap(noise)


@pytest.mark.parametrize("document", [b"[]", b"1", b"{}", b'{"message": 1, "jws": "a..b"}'])
def test_json_that_is_no_signed_message_is_refused(document: bytes) -> None:
    with pytest.raises(ValueError, match="not a signed message"):
        signing.unwrap(document)


def test_the_message_stays_readable_on_the_wire(parked_van: Violation, key: OKPKey) -> None:
    assert "人民路 3 号".encode() in signing.sign(parked_van.model_dump(mode="json"), key)


def test_the_key_survives_the_disk_and_only_its_public_half_is_told(key: OKPKey) -> None:
    again = signing.load_private_key(key.as_pem(private=True))
    assert signing.public_jwk(again) == signing.public_jwk(key)
    assert set(signing.public_jwk(key)) == {"kty", "crv", "x"}
    assert signing.thumbprint(signing.public_jwk(key)) == signing.thumbprint(signing.public_jwk(again))


def test_a_thumbprint_is_that_of_rfc_8037() -> None:
    jwk = {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
    assert signing.thumbprint(jwk) == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


def test_a_file_that_is_no_key_is_said_to_be_none() -> None:
    with pytest.raises(ValueError, match="not an Ed25519 private key"):
        signing.load_private_key(b"-----BEGIN NOTHING-----")
