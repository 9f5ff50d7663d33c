"""Reading a message: size, JSON, version, whose it is, and its shape. Each failure says which."""

from __future__ import annotations

import json
from typing import Any, TypeVar
from uuid import UUID

from pydantic import BaseModel, ValidationError

from central.ingest.outcome import Unacceptable
from protocol.messages import PROTOCOL_VERSION, check_version

MAX_MESSAGE_BYTES = 256 * 1024
"""Of a violation, status or health message; evidence has its own limit."""

_ERRORS_TOLD = 5
M = TypeVar("M", bound=BaseModel)


def check_size(payload: bytes) -> None:
    """Raise Unacceptable when a message is longer than any that a box would send."""
    if len(payload) > MAX_MESSAGE_BYTES:
        raise Unacceptable(
            f"消息过长（{len(payload)} 字节，上限 {MAX_MESSAGE_BYTES}）",
            f"the message is too long: {len(payload)} bytes, at most {MAX_MESSAGE_BYTES} are taken",
        )


def read_json(payload: bytes) -> dict[str, Any]:
    """Read a JSON object. Raises Unacceptable."""
    try:
        value = json.loads(payload)
    except (ValueError, RecursionError) as error:
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
