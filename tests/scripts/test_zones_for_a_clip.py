"""Zones that a user brings with a clip: read as the box reads them, every fault named with its place."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scripts.demonstration.failure import DemoError
from scripts.demonstration.zones_file import BUILTIN, read_zones, shortest_dwell_s

KERB = "{id: kerb, kind: illegal_parking, dwell_s: 45, polygon: [[0.1, 0.6], [0.6, 0.6], [0.6, 0.9]]}"


def write(folder: Path, text: str, name: str = "zones.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def fault(path: Path) -> str:
    with pytest.raises(DemoError) as told:
        read_zones(path)
    assert str(path) in str(told.value)
    return str(told.value)


def test_the_demo_has_a_zone_of_its_own() -> None:
    (zone,) = read_zones(BUILTIN)
    assert zone["kind"] == "illegal_parking"
    assert shortest_dwell_s([zone]) == 60


def test_a_yaml_list_of_zones_is_read(tmp_path: Path) -> None:
    (zone,) = read_zones(write(tmp_path, f"- {KERB}"))
    assert (zone["id"], shortest_dwell_s([zone])) == ("kerb", 45)


def test_the_zones_of_a_label_file_are_read(tmp_path: Path) -> None:
    label = {
        "clip": "a.mp4",
        "fps": 12,
        "zones": [
            {
                "id": "bay",
                "kind": "umbrella_stall",
                "polygon": [[0, 0], [1, 0], [1, 1]],
                "exclude": [],
                "classes": ["umbrella"],
                "dwell_s": 60,
            }
        ],
        "expected": [],
        "view_changed_s": None,
    }
    assert read_zones(write(tmp_path, json.dumps(label), "a.json")) == label["zones"]


def test_times_of_day_stay_what_they_were_written_as(tmp_path: Path) -> None:
    windows = "when: {windows: [{start: 22:00, end: 06:30}]}"
    (zone,) = read_zones(write(tmp_path, f"- {KERB[:-1]}, {windows}}}"))
    assert zone["when"]["windows"] == [{"start": "22:00", "end": "06:30"}]


def test_zones_without_a_dwell_have_that_of_their_kind(tmp_path: Path) -> None:
    zones = read_zones(write(tmp_path, f"- {KERB}\n- {KERB.replace('id: kerb', 'id: b').replace('dwell_s: 45, ', '')}"))
    assert shortest_dwell_s(zones[1:]) > 45
    assert shortest_dwell_s(zones) == 45


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "- {id: a, kind: illegal_parking, polygon: [[0, 0], [1, 1], [1, 0], [0, 1]]}",
            r"zones[0].polygon: edges cross",
        ),
        ("- {id: a, kind: illegal_parking, polygon: [[0, 0], [1, 1]]}", "at least three points"),
        ("- {id: a, kind: illegal_parking, polygon: [[0, 0], [640, 0], [640, 480]]}", "fractions of the picture"),
        ("- {id: a, kind: litter, polygon: [[0, 0], [1, 0], [1, 1]]}", "zones[0].kind"),
        (f"- {KERB}\n- {KERB}", "zones[1].id"),
        (f"- {KERB[:-1]}, dwel: 3}}", "dwell_s"),
        ("[]", "zones: is empty"),
        ("zone: 1", "must be a list of zones"),
        ("", "must be a list of zones"),
        ("- {id: a", "line"),
    ],
)
def test_a_fault_is_named_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    assert said in fault(write(tmp_path, text))


def test_a_file_that_is_not_there_or_not_text_is_named(tmp_path: Path) -> None:
    assert "check the path" in fault(tmp_path / "none.yaml")
    (tmp_path / "zones.yaml").write_bytes("区域".encode("gbk"))
    assert "UTF-8" in fault(tmp_path / "zones.yaml")
    assert "Expecting" in fault(write(tmp_path, "{", "label.json"))
