"""Reading a message: size, JSON, version, whose it is, and its shape. Each failure says which."""

from __future__ import annotations

import re
from typing import Any, TypeVar
from uuid import UUID

from pydantic import BaseModel, ValidationError

from central.ingest.outcome import Unacceptable
from protocol.bounds import MAX_MESSAGE_BYTES, MAX_SIGNED_BYTES
from protocol.messages import PROTOCOL_VERSION, check_version
from protocol.signing import read_json as read_any_json

_ID = re.compile(rb'"id"\s*:\s*"([0-9A-Fa-f-]{32,36})"')
_ERRORS_TOLD = 5
M = TypeVar("M", bound=BaseModel)


def check_size(payload: bytes, *, signed: bool = False) -> None:
    """Raise Unacceptable when a message is longer than the protocol allows."""
    most = MAX_SIGNED_BYTES if signed else MAX_MESSAGE_BYTES
    if len(payload) > most:
        raise Unacceptable(
            f"消息过长（{len(payload)} 字节，上限 {most}）",
            f"the message is too long: {len(payload)} bytes, at most {most} are taken",
        )


def read_json(payload: bytes) -> dict[str, Any]:
    """Read a JSON object. Raises Unacceptable."""
    try:
        value = read_any_json(payload)
    except ValueError as error:
        raise Unacceptable("不是有效的 JSON", f"not JSON: {error}") from error
    if not isinstance(value, dict):
        raise Unacceptable("不是 JSON 对象", "not a JSON object")
    return value


def message_id(raw: dict[str, Any]) -> UUID | None:
    """Give the id that the message claims, if it can be read."""
    try:
        return UUID(raw["id"])
    except (KeyError, ValueError, TypeError, AttributeError):
        return None


def claimed_id(payload: bytes) -> UUID | None:
    """Give the id that a message seems to have which could not be read, so that its box can be answered."""
    for found in _ID.finditer(payload):
        try:
            return UUID(found[1].decode())
        except ValueError:
            continue
    return None


def check_envelope(raw: dict[str, Any], device: str) -> None:
    """Check the protocol's version, and that the message is of the device that its topic names."""
    version = raw.get("version", PROTOCOL_VERSION)
    try:
        check_version(str(version))
    except ValueError as error:
        raise Unacceptable("协议版本不受支持，请升级", str(error), message_id=message_id(raw)) from error
    if raw.get("device") != device:
        raise Unacceptable(
            "消息中的设备与主题不符",
            f"the topic is of device {device!r}, the message of {raw.get('device')!r}",
            message_id=message_id(raw),
        )


def read_model(model: type[M], raw: dict[str, Any]) -> M:
    """Read the message's shape. Raises Unacceptable that names the fields."""
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        found = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()[:_ERRORS_TOLD])
        raise Unacceptable("字段有误", f"fields are wrong: {found}", message_id=message_id(raw)) from error
