"""Signed messages: the box signs what it saw, and anyone with its public key can prove it later.

The signature is a JWS (RFC 7515) with Ed25519 (RFC 8037, the algorithm's name by RFC 9864), detached from its
payload (RFC 7515, appendix F), which is the canonical JSON (RFC 8785) of the message. So the message stays
readable on the wire.
"""

from __future__ import annotations

import json
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey
from joserfc.jws import JWSRegistry
from joserfc.util import urlsafe_b64encode

from protocol.bounds import MAX_SIGNED_BYTES
from protocol.canonical import canonical_json

_ALGORITHMS = ["Ed25519"]


class _Registry(JWSRegistry):
    """The library's own limit is below ours; whoever reads from the wire checks the length first."""

    max_payload_length = 2 * MAX_SIGNED_BYTES


_REGISTRY = _Registry(algorithms=_ALGORITHMS)


class SignatureError(ValueError):
    """The signature is missing, of another key, or does not fit the message."""


class UnsignableError(SignatureError):
    """The message holds what canonical JSON cannot carry, so that nobody can have signed it."""


def new_private_key() -> OKPKey:
    """Make a device's Ed25519 key."""
    return OKPKey.generate_key("Ed25519")


def load_private_key(pem: bytes) -> OKPKey:
    """Read a device's key from PEM. Raises ValueError when it is none."""
    try:
        return OKPKey.import_key(pem)
    except (JoseError, ValueError) as error:
        raise ValueError(f"not an Ed25519 private key: {error}") from error


def public_jwk(key: OKPKey) -> dict[str, str]:
    """Give the public half as a JWK (RFC 8037), for the centre to keep."""
    return {name: str(value) for name, value in key.as_dict(private=False).items() if name in ("kty", "crv", "x")}


def thumbprint(jwk: dict[str, str]) -> str:
    """Name a public key for people (RFC 7638)."""
    return str(OKPKey.import_key(jwk).thumbprint())  # type: ignore[arg-type]


def sign(message: dict[str, Any], key: OKPKey) -> bytes:
    """Wrap `message` (plain JSON data) and its signature into one JSON document."""
    return json.dumps({"message": message, "jws": detached_jws(message, key)}, ensure_ascii=False).encode()


def detached_jws(message: dict[str, Any], key: OKPKey) -> str:
    """Sign `message` (plain JSON data): a JWS without its payload (RFC 7515, appendix F)."""
    compact = jws.serialize_compact({"alg": "Ed25519"}, canonical_json(message), key, _ALGORITHMS, _REGISTRY)
    header, _, signature = compact.split(".")
    return f"{header}..{signature}"


def read_json(document: bytes) -> Any:
    """Read JSON as RFC 8259 has it: NaN and Infinity are none. Raises ValueError."""
    try:
        return json.loads(document, parse_constant=_no_number)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no number of JSON")


def unwrap(document: bytes) -> tuple[dict[str, Any], str]:
    """Take message and detached signature out of a signed document, unverified. Raises ValueError."""
    try:
        outer = read_json(document)
    except ValueError as error:
        raise ValueError(f"not JSON: {error}") from error
    if not isinstance(outer, dict) or not isinstance(outer.get("message"), dict):
        raise ValueError('not a signed message: an object with "message" and "jws" is expected')
    return outer["message"], str(outer.get("jws") or "")


def verify(message: dict[str, Any], detached: str, jwk: dict[str, str]) -> None:
    """Check that the key `jwk` signed exactly `message`. Raises SignatureError when it did not (UnsignableError when
    nobody can have).
    """
    header, dots, signature = detached.partition("..")
    if not (header and dots and signature):
        raise SignatureError("the message carries no signature")
    try:
        payload = urlsafe_b64encode(canonical_json(message))
    except ValueError as error:
        raise UnsignableError(str(error)) from error
    try:
        key = OKPKey.import_key(jwk)  # type: ignore[arg-type]
        jws.deserialize_compact(f"{header}.{payload.decode()}.{signature}", key, _ALGORITHMS, _REGISTRY)
    except (JoseError, ValueError) as error:
        raise SignatureError(f"the signature does not fit the message: {error}") from error
