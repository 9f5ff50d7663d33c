"""Reading what a box has signed: whole, of this box, by the key that is trusted for it."""

from __future__ import annotations

from typing import TypeVar

from central.database import Sessions
from central.ingest import reading
from central.ingest.outcome import KeyNotYetKnown, Unacceptable
from central.tables import Device
from protocol.messages import PictureResponse, Violation
from protocol.signing import SignatureError, UnsignableError, unwrap, verify

Signed = TypeVar("Signed", Violation, PictureResponse)


def read_signed(
    sessions: Sessions, device: str, payload: bytes, model: type[Signed], *, most_evidence_bytes: int
) -> tuple[Signed, dict[str, str]]:
    """Give the message, and the key (JWK) that proved it. Raises Unacceptable, KeyNotYetKnown."""
    reading.check_size(payload, signed=True)
    try:
        raw, signature = unwrap(payload)
    except ValueError as error:
        raise Unacceptable("不是签名消息", str(error)) from error
    reading.check_envelope(raw, device)
    with sessions.read() as session:
        row = session.get(Device, device)
        key = row.public_key if row else None
    if key is None:
        raise KeyNotYetKnown(device)
    try:
        verify(raw, signature, key)
    except UnsignableError as error:
        raise Unacceptable("内容无法以规范 JSON 表示", str(error), message_id=reading.message_id(raw)) from error
    except SignatureError as error:
        raise Unacceptable(
            "签名不符：不是由该设备受信任的密钥签发，或内容被改动",
            f"not signed by the key that is trusted for {device}, or changed since: {error}",
            message_id=reading.message_id(raw),
        ) from error
    message = reading.read_model(model, raw)
    for ref in message.evidence:
        if ref.bytes > most_evidence_bytes:
            raise Unacceptable(
                f"证据文件过大（{ref.bytes} 字节）",
                f"evidence {ref.sha256} has {ref.bytes} bytes, at most {most_evidence_bytes} are taken",
                message_id=message.id,
            )
    return message, key
