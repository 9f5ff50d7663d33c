"""Training and validation apart by camera: two pictures of one street are never on both sides."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable

VALIDATION_SHARE = 0.2


def validation_cameras(cameras: Iterable[str]) -> frozenset[str]:
    """Choose cameras for validation until they have a fifth of the pictures; `cameras` names one for each picture.

    Cameras are taken in the order of a hash of their names, so that the choice does not jump with every export. With
    a single camera there is none: its pictures are too much alike for an honest validation.
    """
    pictures = Counter(cameras)
    wanted, chosen, have = VALIDATION_SHARE * pictures.total(), set[str](), 0
    for camera in sorted(pictures, key=lambda name: hashlib.sha256(name.encode()).digest())[:-1]:
        if have >= wanted:
            break
        if chosen and have + pictures[camera] > 2 * wanted:
            continue  # a camera with very many pictures is better trained on
        chosen.add(camera)
        have += pictures[camera]
    return frozenset(chosen)
