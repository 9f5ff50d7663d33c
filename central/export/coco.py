"""COCO object detection JSON (cocodataset.org/#format-data): boxes in pixels, x and y of the corner, width, height."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from central.export.verdicts import Picture, Verdict


def coco_json(pictures: Iterable[tuple[str, Picture]], classes: Sequence[str]) -> bytes:
    """Write the annotations of pictures, given with their file names; category ids begin with 1."""
    category = {name: number for number, name in enumerate(classes, start=1)}
    images: list[dict[str, object]] = []
    boxes: list[dict[str, object]] = []
    for image_id, (file_name, picture) in enumerate(pictures, start=1):
        images.append(
            {
                "id": image_id,
                "file_name": file_name,
                "width": picture.width_px,
                "height": picture.height_px,
                "date_captured": picture.taken_at,
                "camera": picture.camera,
            }
        )
        for one in picture.of(Verdict.POSITIVE):
            x, y, width, height = pixels(one.box, picture)
            boxes.append(
                {
                    "id": len(boxes) + 1,
                    "image_id": image_id,
                    "category_id": category[one.label],
                    "bbox": [x, y, width, height],
                    "area": round(width * height, 2),
                    "iscrowd": 0,
                    "segmentation": [],
                    "case": one.case_number,
                    "kind": one.kind,
                    "detector": one.model,
                    "detector_score": one.score,
                }
            )
    categories = [{"id": number, "name": name, "supercategory": ""} for name, number in category.items()]
    whole = {"info": {"description": "KerbWatch"}, "images": images, "annotations": boxes, "categories": categories}
    return json.dumps(whole, ensure_ascii=False, indent=1).encode()


def pixels(box: Sequence[float], picture: Picture) -> tuple[float, float, float, float]:
    """Turn fractions (x1, y1, x2, y2) into pixels (x, y, width, height), to a hundredth."""
    x1, y1, x2, y2 = box
    across, down = picture.width_px, picture.height_px
    return round(x1 * across, 2), round(y1 * down, 2), round((x2 - x1) * across, 2), round((y2 - y1) * down, 2)
