"""Signed acknowledgements: only the centre can make a box delete a violation.

The signature is a field of the acknowledgement, `jws`, over all its other fields (protocol.signing), so that a box of
protocol 1.0, which ignores fields that it does not know, reads it as before. It names the box and every id, so that it
is worth nothing to another box or for another violation. Said again to the same box it changes nothing: what it says of
an id stays true.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from joserfc.jwk import OKPKey

from protocol.messages import Ack
from protocol.signing import SignatureError, detached_jws, public_jwk, read_json, thumbprint, verify


def sign_ack(ack: Ack, device: str, at: datetime, key: OKPKey) -> bytes:
    """Address `ack` to `device` and sign it; `at` is timezone-aware."""
    addressed = ack.model_copy(update={"device": device, "at": at, "key": public_jwk(key)})
    message = addressed.model_dump(mode="json", exclude={"jws"})
    return json.dumps(message | {"jws": detached_jws(message, key)}, ensure_ascii=False).encode()


def read_ack(payload: bytes) -> tuple[Ack, dict[str, Any]]:
    """Read an acknowledgement, unverified: as a message, and as it came. Raises ValueError when it is none."""
    raw = read_json(payload)
    if not isinstance(raw, dict):
        raise ValueError("not a JSON object")
    return Ack.model_validate(raw), raw


def key_of(ack: Ack) -> str:
    """Return the fingerprint (RFC 7638) of the key that an acknowledgement shows. Raises SignatureError."""
    if not ack.key:
        raise SignatureError("the acknowledgement shows no key")
    try:
        return thumbprint(ack.key)
    except Exception as error:  # the key library raises many kinds for a key that is none
        raise SignatureError(f"the centre's key cannot be read: {error}") from error


def verify_ack(raw: dict[str, Any], device: str, jwk: dict[str, str]) -> None:
    """Check that the key `jwk` signed exactly this acknowledgement, for `device`. Raises SignatureError."""
    message = {name: value for name, value in raw.items() if name != "jws"}
    if message.get("kind") != "ack" or message.get("device") != device:
        raise SignatureError(f"it is an acknowledgement for {message.get('device')!r}, not for {device!r}")
    verify(message, str(raw.get("jws") or ""), jwk)
