"""What the simulated city agrees upon: its site file."""

from __future__ import annotations

from typing import Any

import yaml

TOLD_MINUTES = 30


def site_file(boxes: list[str], gateway_url: str) -> str:
    """Write the site file: a shop before each box's third camera, told first in the hours in which it is open."""
    half = len(boxes) // 2 + 1
    agreed: dict[str, Any] = {
        "calendar": {"windows": [{"days": ["mon", "tue", "wed", "thu", "fri"], "start": "08:00", "end": "20:00"}]},
        "districts": {
            name: {"name": name, "zones": [f"{box}/*/*" for box in part] or ["none/none/none"]}
            for name, part in (("east", boxes[:half]), ("west", boxes[half:]))
        },
        "owners": {
            f"shop-{box}": {"name": f"{box} 商铺", "webhook": f"{gateway_url}/{box}", "zones": [f"{box}/*/shopfront"]}
            for box in boxes
        },
        "deadlines": [{"decide": 60, "dispatch": 60, "handle": 120, "verify": 240}],
        "policies": [
            {
                "kinds": ["street_vending"],
                "zones": ["shopfront"],
                "hours": [{"start": "07:00", "end": "22:00"}],
                "then": "notify",
                "minutes": TOLD_MINUTES,
            },
            {
                "kinds": ["illegal_parking"],
                "then": "file",
                "min_score": 0.9,
                "min_precision": 0.8,
                "min_verdicts": 5,
            },
        ],
        "closing": [{"kinds": ["illegal_parking"], "by_sight": "close"}, {"by_sight": "propose"}],
    }
    return yaml.safe_dump(agreed, allow_unicode=True, sort_keys=False)
