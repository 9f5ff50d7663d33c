"""YOLO detection labels: one text file a picture, `class x y width height` as fractions, x and y of the middle."""

from __future__ import annotations

from collections.abc import Sequence

import yaml

from central.export.verdicts import Picture, Verdict


def label_lines(picture: Picture, classes: Sequence[str]) -> bytes:
    """Write the label file of a picture; classes count from 0. Without a positive it is empty: a background picture."""
    lines = []
    for one in picture.of(Verdict.POSITIVE):
        x1, y1, x2, y2 = one.box
        middle = ((x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1)
        lines.append(f"{classes.index(one.label)} " + " ".join(f"{number:.6f}" for number in middle) + "\n")
    return "".join(lines).encode()


def data_yaml(classes: Sequence[str], *, has_validation: bool) -> bytes:
    """Write data.yaml. Without validation pictures `val` points to the training pictures, and says so."""
    whole = {
        "path": ".",
        "train": "images/train",
        "val": "images/val" if has_validation else "images/train",
        "names": dict(enumerate(classes)),
    }
    warning = "" if has_validation else "# One camera only: no picture is left for validation, val is train.\n"
    return (warning + yaml.safe_dump(whole, allow_unicode=True, sort_keys=False)).encode()
