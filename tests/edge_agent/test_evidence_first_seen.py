"""The first picture of a car that stands: it is there when the minute is over, also after a power cut."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from edge_agent.evidence.first_seen import FirstSeenStills
from edge_agent.evidence.snapshot import Snapshot, encode_jpeg

NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)


def some_picture(grey: int = 90) -> Snapshot:
    return Snapshot(np.full((36, 64, 3), grey, np.uint8), NOW, ((0.1, 0.2, 0.3, 0.4),))


def test_it_survives_a_restart_exactly_as_it_was(tmp_path: Path) -> None:
    FirstSeenStills(tmp_path).keep("gate", "s1", some_picture())
    kept = FirstSeenStills(tmp_path).get("gate", "s1")
    assert kept is not None
    assert kept.jpeg == encode_jpeg(some_picture().frame, 90)
    assert (kept.taken_at, kept.people) == (NOW, ((0.1, 0.2, 0.3, 0.4),))
    assert kept.frame.shape == (36, 64, 3)


def test_a_later_picture_does_not_replace_the_first(tmp_path: Path) -> None:
    stills = FirstSeenStills(tmp_path)
    stills.keep("gate", "s1", some_picture(90))
    stills.keep("gate", "s1", some_picture(200))
    kept = stills.get("gate", "s1")
    assert kept is not None
    assert kept.frame.mean() < 100


def test_pictures_of_stays_that_ended_are_deleted(tmp_path: Path) -> None:
    stills = FirstSeenStills(tmp_path)
    for stay in ("s1", "s2", "s3"):
        stills.keep("gate", stay, some_picture())
    stills.keep("other", "s1", some_picture())
    stills.prune("gate", {"s2"})
    assert [stills.get("gate", stay) is not None for stay in ("s1", "s2", "s3")] == [False, True, False]
    assert stills.get("other", "s1") is not None
    assert len(list((tmp_path / "stays" / "gate").iterdir())) == 2
    stills.prune("never seen", set())


def test_a_row_of_two_hundred_bicycles_does_not_fill_the_disk(tmp_path: Path) -> None:
    stills = FirstSeenStills(tmp_path, most=5)
    for number in range(9):
        stills.keep("gate", f"s{number}", some_picture())
    assert len(list((tmp_path / "stays" / "gate").glob("*.jpg"))) == 5
    assert stills.get("gate", "s8") is not None


@pytest.mark.parametrize("stay", ["../../etc/passwd", "a/b", "", ".", "车", "x" * 300, "gate:17@3.5"])
def test_any_name_of_a_stay_stays_inside_the_folder(tmp_path: Path, stay: str) -> None:
    stills = FirstSeenStills(tmp_path)
    stills.keep("gate", stay, some_picture())
    assert stills.get("gate", stay) is not None
    assert len(list((tmp_path / "stays" / "gate").iterdir())) == 2


@pytest.mark.parametrize("damage", ["cut picture", "no picture", "no json", "bad json"])
def test_what_a_power_cut_left_half_written_does_not_count(tmp_path: Path, damage: str) -> None:
    stills = FirstSeenStills(tmp_path)
    stills.keep("gate", "s1", some_picture())
    picture = tmp_path / "stays" / "gate" / "s1.jpg"
    about = picture.with_suffix(".json")
    match damage:
        case "cut picture":
            picture.write_bytes(picture.read_bytes()[:100])
        case "no picture":
            picture.unlink()
        case "no json":
            about.unlink()
        case _:
            about.write_text('{"people": 3')
    assert stills.get("gate", "s1") is None


def test_the_oldest_goes_first_by_when_it_was_kept(tmp_path: Path) -> None:
    stills = FirstSeenStills(tmp_path, most=2)
    late = Snapshot(some_picture().frame, NOW + timedelta(hours=1))
    for stay in ("s1", "s2", "s3"):
        stills.keep("gate", stay, late)
    assert stills.get("gate", "s3") is not None
