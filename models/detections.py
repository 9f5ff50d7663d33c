"""What a detector found in one picture."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Detections:
    """N objects, best score first.

    boxes_xyxy (N, 4) float32: x1, y1, x2, y2 in pixels of the picture that was given. A box is as the model drew it
    and may reach past the picture, because the object does. scores (N,) float32, 0..1. class_ids (N,) int64,
    indices into the detector's `class_names`.
    """

    boxes_xyxy: NDArray[np.float32]
    scores: NDArray[np.float32]
    class_ids: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.scores)
