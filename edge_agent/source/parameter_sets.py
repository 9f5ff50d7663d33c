"""The parameter sets (VPS, SPS, PPS) at the head of a keyframe: what a decoder must have to be shared by cameras."""

from __future__ import annotations

from edge_agent.source.stream_info import StreamInfo, VideoPacket

_HEAD_BYTES = 4096  # parameter sets come before the picture and take some hundred bytes
_H264_SETS = frozenset({7, 8})  # ITU-T H.264, table 7-1: SPS, PPS
_H265_SETS = frozenset({32, 33, 34})  # ITU-T H.265, table 7-1: VPS, SPS, PPS


def parameter_sets(info: StreamInfo, packet: VideoPacket) -> bytes:
    """Give the parameter sets in the packet's head, one after the other; empty when it has none of its own."""
    if info.codec not in ("h264", "hevc"):
        return b""
    head = bytes(memoryview(packet)[:_HEAD_BYTES])
    units = _by_start_codes(head) if info.is_annex_b else _by_lengths(head, _length_bytes(info))
    if info.codec == "h264":
        return b"".join(unit for unit in units if unit and unit[0] & 0x1F in _H264_SETS)
    return b"".join(unit for unit in units if unit and unit[0] >> 1 & 0x3F in _H265_SETS)


def _by_start_codes(head: bytes) -> list[bytes]:
    return head.split(b"\0\0\1")[1:]


def _by_lengths(head: bytes, length_bytes: int) -> list[bytes]:
    units: list[bytes] = []
    at = 0
    while at + length_bytes < len(head):
        size = int.from_bytes(head[at : at + length_bytes], "big")
        at += length_bytes
        units.append(head[at : at + size])
        at += size
    return units


def _length_bytes(info: StreamInfo) -> int:
    """ISO/IEC 14496-15: lengthSizeMinusOne is in byte 4 of avcC and byte 21 of hvcC."""
    at = 4 if info.codec == "h264" else 21
    return (info.extradata[at] & 3) + 1 if len(info.extradata) > at else 4
