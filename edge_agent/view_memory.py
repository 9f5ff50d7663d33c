"""The view that a camera's zones were drawn on, kept over restarts, and an engineer's word that a new one is right.

data_dir/views/{camera}.png      the view as the guard knows it
data_dir/views/{camera}.accept   an engineer has looked: take the next picture for the view
"""

from __future__ import annotations

import logging
from pathlib import Path

import cv2
import numpy as np

from calibration.view_guard import ViewGuard
from edge_agent.durable import write_durably

_log = logging.getLogger(__name__)


class ViewMemory:
    """Keeps one camera's view in `data_dir`."""

    def __init__(self, data_dir: Path, camera: str) -> None:
        self._camera = camera
        self._view = data_dir / "views" / f"{camera}.png"
        self._word = data_dir / "views" / f"{camera}.accept"
        self.is_kept = self._view.exists()

    def guard(self) -> ViewGuard:
        """Take up the view that the box knew; a file that cannot be read is as none."""
        known = cv2.imread(str(self._view), cv2.IMREAD_GRAYSCALE) if self.is_kept else None
        return ViewGuard(None if known is None else np.asarray(known, np.uint8))

    def keep(self, guard: ViewGuard) -> None:
        """Write the view down. A disk that refuses is logged: the view is then learned anew at the next start."""
        if guard.reference is None:
            return
        self.is_kept = True
        try:
            self._view.parent.mkdir(parents=True, exist_ok=True)
            write_durably(self._view, cv2.imencode(".png", guard.reference)[1].tobytes())
        except OSError as error:
            _log.warning("[%s] the view could not be kept for the next start: %s", self._camera, error)

    def accept(self) -> None:
        """Say that the camera's new view is right; the running box takes it at its next look."""
        self._word.parent.mkdir(parents=True, exist_ok=True)
        write_durably(self._word, b"")

    def take_acceptance(self) -> bool:
        """Say whether an engineer has accepted the view since it was last asked."""
        if not self._word.exists():
            return False
        self._word.unlink(missing_ok=True)
        return True
