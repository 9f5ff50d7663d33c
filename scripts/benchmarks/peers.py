"""What is usually done: every picture read by OpenCV, detected, tracked (ByteTrack), and asked whether it is in a zone.

`supervision` and `trackers` are needed for nothing else, so they lie in a folder of their own in the cache.
"""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from models.detector import Detector
from rules.zone import Zone
from scripts.benchmarks.clips import FPS
from scripts.demonstration.clip import cached_clip
from scripts.demonstration.failure import DemoError

PACKAGES = (
    "supervision==0.31.2",
    "trackers==2.6.1",
    # What they import and the box does not have; not all that they ask for, which would bring a second OpenCV.
    "defusedxml",
    "pydeprecate",
    "requests",
    "urllib3",
    "certifi",
    "idna",
    "charset-normalizer",
    "tqdm",
)
_MIN_SCORE = 0.1


def have_peers() -> None:
    """Make `supervision` and `trackers` importable, fetching them where they are missing. Raises DemoError."""
    folder = cached_clip().parent.parent / "bench-peers"
    if not _importable():
        sys.path.append(str(folder))
    if not _importable():
        print(f"fetching {', '.join(PACKAGES)} into {folder} (only this benchmark needs them)", file=sys.stderr)
        command = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target", str(folder), *PACKAGES]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        importlib.invalidate_caches()
        if done.returncode or not _importable():
            raise DemoError(
                f"无法安装 {PACKAGES}，请检查网络与 pip 源",
                f"{', '.join(PACKAGES)} could not be installed; check the network and pip's index:\n{done.stderr}",
            )


def _importable() -> bool:
    return all(importlib.util.find_spec(name) is not None for name in ("supervision", "trackers"))


def usual_pipeline(clip: Path, detector: Detector, zone: Zone, fps: int, seconds: float) -> float:
    """Run the usual pipeline over the first `seconds` of a clip, at `fps`; give CPU-ms per camera-second."""
    import supervision as sv  # type: ignore[import-not-found,unused-ignore]
    from trackers import ByteTrackTracker  # type: ignore[import-not-found,unused-ignore]

    cv2.setNumThreads(1)
    capture = cv2.VideoCapture(str(clip), cv2.CAP_FFMPEG, [cv2.CAP_PROP_N_THREADS, 1])
    width, height = capture.get(cv2.CAP_PROP_FRAME_WIDTH), capture.get(cv2.CAP_PROP_FRAME_HEIGHT)
    polygon = np.array([(x * width, y * height) for x, y in zone.polygon], np.int64)
    watched: Any = sv.PolygonZone(polygon=polygon)
    tracker: Any = ByteTrackTracker(frame_rate=float(fps))
    step = FPS // fps
    pictures = round(seconds * FPS)
    began_s = time.process_time()
    for number in range(pictures):
        if not capture.grab():
            raise DemoError(f"{clip} 太短", f"{clip} is shorter than {seconds} s")
        if number % step:
            continue
        _, picture = capture.retrieve()
        (found,) = detector.detect([np.asarray(picture, np.uint8)], _MIN_SCORE)
        detections = sv.Detections(
            xyxy=found.boxes_xyxy, confidence=found.scores, class_id=found.class_ids.astype(np.int64)
        )
        watched.trigger(tracker.update(detections))
    return 1000 * (time.process_time() - began_s) / seconds
