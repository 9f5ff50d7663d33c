"""Zones for a clip of one's own: a YAML list of zones, or a label file (JSON) with `zones` among its keys."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from edge_agent.config.faults import faults_of, path_of, repeated_ids
from edge_agent.config.yaml_reading import YamlError, YamlText
from rules.zone import Zone
from scripts.demonstration.failure import DemoError

BUILTIN = Path(__file__).with_name("vtest.zones.yaml")
"""The zone of the demo's own clip."""


class _ZonesFile(BaseModel):
    zones: tuple[Zone, ...]


def read_zones(path: Path) -> list[dict[str, Any]]:
    """Give the zones as plain data, each checked as the box will check it. Raises DemoError that lists every fault."""
    try:
        text = path.read_text(encoding="utf-8")
        found = json.loads(text) if path.suffix.lower() == ".json" else YamlText(text).data
    except OSError as error:
        raise _unusable(path, [f"cannot be read ({error.strerror}): check the path"]) from error
    except UnicodeDecodeError as error:
        raise _unusable(path, ["is not UTF-8 text: save it as UTF-8"]) from error
    except (json.JSONDecodeError, YamlError) as error:
        raise _unusable(path, [str(error)]) from error
    data = {"zones": found} if isinstance(found, list) else found
    if not isinstance(data, dict) or "zones" not in data:
        raise _unusable(path, ["must be a list of zones (- id: ...), or have the key `zones`"])
    if data["zones"] == []:
        raise _unusable(path, ["zones: is empty, so nothing could be reported: draw at least one zone"])
    faults = repeated_ids({"cameras": [{"zones": data["zones"]}]})
    try:
        _ZonesFile.model_validate(data)
    except ValidationError as error:
        faults = [*faults_of(error, _ZonesFile, data), *((loc[2:], said) for loc, said in faults)]
    if faults:
        raise _unusable(path, [f"{path_of(loc)}: {said}" for loc, said in faults])
    zones: list[dict[str, Any]] = data["zones"]
    return zones


def shortest_dwell_s(zones: list[dict[str, Any]]) -> float:
    """Give how long something must stand at least, in any of the zones, before it is reported."""
    return min(Zone.model_validate(zone).numbers_of(None).dwell_s for zone in zones)


def _unusable(path: Path, faults: list[str]) -> DemoError:
    return DemoError(f"区域文件 {path} 有误：", f"The zones file {path} cannot be used:\n  " + "\n  ".join(faults))
