"""Clips run through as fast as the machine allows: for a demo, and for footage from elsewhere."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence

from edge_agent.camera_work import CameraWork
from edge_agent.keeper import Keeper
from edge_agent.source import FileSource, SourceError

_SAY_EVERY_S = 5.0

_log = logging.getLogger(__name__)


def run_clips(works: Sequence[CameraWork], keeper: Keeper, stop: threading.Event) -> int:
    """Run every camera's file through, one after the other; return how many were not looked at as they should."""
    failed = 0
    for work in works:
        try:
            _run_clip(work, keeper, stop)
            failed += work.failed_looks > 0
        except SourceError as error:
            _log.error("[%s] %s", work.camera.id, error)
            failed += 1
    return failed


def _run_clip(work: CameraWork, keeper: Keeper, stop: threading.Event) -> None:
    source = FileSource(work.camera.source.reveal(), observer=work.source_reported)
    length_s = source.duration_s()
    said_s = 0.0
    for frame in source.frames(work.look_every_s):
        if stop.is_set():
            return
        keeper.keep(work, work.look(frame))
        keeper.checkpoint_if_due()
        if frame.pts_s - said_s >= _SAY_EVERY_S:
            said_s = frame.pts_s
            _log.info("[%s] clip at %.0f of %.0f s", work.camera.id, frame.pts_s, length_s or 0.0)
    keeper.checkpoint()
