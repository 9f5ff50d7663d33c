"""Where people are in a whole picture, so that those who are nobody's business can be made unrecognisable.

The looks go around the zones only; a picture that is sent shows the whole street. This costs many detector inputs, but
is done only for pictures that are reported.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from edge_agent.looking.views import View, tiles_of
from models.detector import Detector
from models.nms import nms_per_class
from rules.classes import PERSON, group_of
from rules.observation import Box

_LEAST_SCORE = 0.2
"""A shadow blurred for nothing harms nobody; a face that is not blurred does."""
_SAME_IOU = 0.6

FindPeople = Callable[[NDArray[np.uint8]], tuple[Box, ...]]


def bystander_finder(detector: Detector) -> FindPeople | None:
    """Give a function that finds the people (normalised xyxy) in a picture (height x width x 3, BGR).

    None when the model knows no people: nobody may then be taken for absent.
    """
    person_ids = [i for i, name in enumerate(detector.class_names) if group_of(name) == PERSON]

    if not person_ids:
        return None

    def find(frame: NDArray[np.uint8]) -> tuple[Box, ...]:
        height, width = frame.shape[:2]
        whole = View(0, 0, width, height)
        views = [whole, *tiles_of(whole, max(detector.input_hw))]
        boxes, scores = [np.empty((0, 4), np.float32)], [np.empty(0, np.float32)]
        for view in views:
            (found,) = detector.detect([frame[view.y1 : view.y2, view.x1 : view.x2]], _LEAST_SCORE)
            people = np.isin(found.class_ids, person_ids)
            boxes.append(found.boxes_xyxy[people] + np.array([view.x1, view.y1, view.x1, view.y1], np.float32))
            scores.append(found.scores[people])
        all_boxes = np.concatenate(boxes)
        kept = nms_per_class(all_boxes, np.concatenate(scores), np.zeros(len(all_boxes), np.int64), _SAME_IOU)
        return tuple((b[0] / width, b[1] / height, b[2] / width, b[3] / height) for b in all_boxes[kept].tolist())

    return find
