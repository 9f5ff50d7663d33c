"""From stream time to the time a picture was taken."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from protocol.messages import TimeSource

NTP_EPOCH_S = 2_208_988_800
"""Seconds from 1 January 1900, where NTP counts from, to 1970 (RFC 5905)."""

_TRUSTED_WITHIN_S = 5.0
_JUMP_S = 2.0
_RTP_HZ = 90_000  # RFC 6184 and RFC 7798: H.264 and H.265
_SENDER_REPORT = struct.Struct("=I4xQIII4x")


@dataclass(frozen=True, slots=True)
class SenderReport:
    """A camera's word on its clock (RTCP SR, RFC 3550, 6.4.1): this RTP time was this moment."""

    ntp_s: float
    rtp_time: int

    @classmethod
    def from_side_data(cls, data: bytes) -> SenderReport:
        """Read FFmpeg's AVRTCPSenderReport. Raises ValueError when it is no such thing."""
        try:
            _ssrc, ntp, rtp_time, _packets, _octets = _SENDER_REPORT.unpack(data)
        except struct.error as error:
            raise ValueError(f"not a sender report: {len(data)} bytes") from error
        return cls(ntp / 2**32 - NTP_EPOCH_S, rtp_time)


class LiveClock:
    """Dates the packets of one connection to a live camera.

    By the camera's own clock where it says (RTCP) what can be true; else by arrival. Packets that waited in a buffer
    are dated by the last one that did not, so that reading in batches does not blur the times.
    """

    def __init__(self) -> None:
        self.off_s: float | None = None
        """How far the camera's clock is from ours (positive: ahead), as of its last report."""
        self._arrival: float | None = None  # arrival minus stream time, of the last packet that did not wait
        self._camera: float | None = None  # camera's clock minus stream time
        self._reported: tuple[int, float] | None = None  # RTP time and stream time of the last report

    def report(self, report: SenderReport, start_realtime_s: float, now_s: float) -> None:
        """Take in a sender report; `start_realtime_s` is FFmpeg's moment of stream time 0, of the first report."""
        if self._reported is None:
            stream_s = report.ntp_s - start_realtime_s
        else:
            rtp_time, stream_s = self._reported
            stream_s += ((report.rtp_time - rtp_time + 2**31) % 2**32 - 2**31) / _RTP_HZ  # RTP time wraps
        self._reported = report.rtp_time, stream_s
        self._camera = report.ntp_s - stream_s
        if self._arrival is not None:
            self.off_s = self._camera - self._arrival
        else:
            self.off_s = report.ntp_s - now_s

    def date(self, pts_s: float | None, arrived_at_s: float, *, waited: bool) -> tuple[float, TimeSource]:
        """Say when a packet's picture was taken (Unix epoch, seconds) and how that is known."""
        if pts_s is None:
            return arrived_at_s, TimeSource.ARRIVAL
        if self._arrival is None or not waited or abs(pts_s + self._arrival - arrived_at_s) > _JUMP_S:
            self._arrival = arrived_at_s - pts_s
        if self._camera is not None and self.off_s is not None and abs(self.off_s) <= _TRUSTED_WITHIN_S:
            return pts_s + self._camera, TimeSource.RTCP
        return pts_s + self._arrival, TimeSource.ARRIVAL

    @property
    def is_off(self) -> bool:
        """Whether the camera reports times that are not believed."""
        return self.off_s is not None and abs(self.off_s) > _TRUSTED_WITHIN_S
