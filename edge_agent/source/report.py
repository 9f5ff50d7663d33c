"""What a source says about itself: states, damage and hints, in Chinese and English."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from protocol.messages import CameraState


@dataclass(frozen=True, slots=True)
class SourceReport:
    """One thing that happened to a source, for a person and for the camera's health.

    `code` names it for machines: camera_starting, camera_ok, camera_unreachable, camera_stalled, camera_ended,
    camera_clock_off, video_damaged, video_not_sampled_by_keyframes. `state` is the camera's state from now on.
    """

    at_s: float
    state: CameraState
    code: str
    text_zh: str
    text_en: str


Observer = Callable[[SourceReport], None]
"""Called from the source's own thread (or the caller's, for a file); it must return quickly and not raise."""


def ignore(report: SourceReport) -> None:
    """Observe nothing."""


class SourceError(RuntimeError):
    """A source cannot be opened at all. The text names the address, the cause and what to do."""

    def __init__(self, address: str, cause: str, hint: str) -> None:
        super().__init__(f"{address}: {cause}; {hint}")
        self.address = address
        self.cause = cause
        self.hint = hint
