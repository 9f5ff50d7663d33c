"""Recordings of observations: whole hours, each readable by itself, whatever happened to the box or its disk."""

from __future__ import annotations

import gzip
import os
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from edge_agent.recording.recorder import RETRY_S, Recorder, Recording, RecordingError, read_recording
from rules.observation import Detection, Observation
from rules.watch import Watch
from rules.zone import Zone

TWO_O_CLOCK_S = datetime(2026, 11, 23, 14, 0, tzinfo=UTC).timestamp()
ZONE = Zone.model_validate(
    {"id": "kerb", "kind": "illegal_parking", "polygon": [[0.1, 0.5], [0.7, 0.5], [0.7, 0.9], [0.1, 0.9]]}
)
SITE = ZoneInfo("Asia/Shanghai")


def look_at(at_s: float, label: str = "car") -> Observation:
    return Observation("gate", at_s, detections=(Detection(label, 0.9, (0.2, 0.4, 0.5, 0.8)),))


def head(snapshot: str = "") -> Recording:
    return Recording("gate", SITE, (ZONE,), snapshot or Watch("gate", [ZONE], SITE).snapshot())


def recorder(folder: Path, budget_bytes: int = 10**9) -> Recorder:
    return Recorder(folder, budget_bytes)


def record(folder: Path, *times_s: float, label: str = "car") -> None:
    """One run of a box that is closed in order."""
    made = recorder(folder)
    for at_s in times_s:
        made.write(look_at(at_s, label), head())
    made.close()


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def times(path: Path) -> list[float]:
    return [look.t_s for look in read_recording(path)[1]]


def descriptor_of(path: Path) -> int:
    """Find by which number this process has a file open."""
    return next(int(one.name) for one in Path("/proc/self/fd").iterdir() if one.resolve() == path.resolve())


def test_every_hour_has_a_file_of_its_own_that_stands_by_itself(tmp_path: Path) -> None:
    record(tmp_path, *(TWO_O_CLOCK_S + 1800 * half for half in range(5)))
    assert names(tmp_path) == ["20261123-1400.jsonl.gz", "20261123-1500.jsonl.gz", "20261123-1600.jsonl"]
    for path, looks in zip(sorted(tmp_path.iterdir()), (2, 2, 1), strict=True):
        recording, observations = read_recording(path)
        assert (recording.camera, recording.time_zone, recording.zones) == ("gate", SITE, (ZONE,))
        assert len(list(observations)) == looks


def test_a_restart_within_the_hour_begins_another_file(tmp_path: Path) -> None:
    for run in range(3):
        record(tmp_path, TWO_O_CLOCK_S + 10 * run)
    assert names(tmp_path) == ["20261123-1400-1.jsonl.gz", "20261123-1400-2.jsonl", "20261123-1400.jsonl.gz"]
    assert sorted(time for path in tmp_path.iterdir() for time in times(path)) == [
        TWO_O_CLOCK_S,
        TWO_O_CLOCK_S + 10,
        TWO_O_CLOCK_S + 20,
    ]


def test_a_look_in_the_last_half_millisecond_of_an_hour_asks_for_the_head_of_the_next(tmp_path: Path) -> None:
    made = recorder(tmp_path)
    for at_s in (TWO_O_CLOCK_S - 1, TWO_O_CLOCK_S - 0.0002):
        look = look_at(at_s).rounded()  # recorded to the millisecond: it belongs to 14:00
        made.write(look, head() if made.wants_head(at_s) else head("{}"))
    made.close()
    assert times(tmp_path / "20261123-1400.jsonl") == [TWO_O_CLOCK_S]


def test_the_oldest_hours_go_when_the_budget_is_reached(tmp_path: Path) -> None:
    made = recorder(tmp_path, budget_bytes=1)
    for hour in range(4):
        made.write(look_at(TWO_O_CLOCK_S + 3600 * hour), head())
    made.close()
    assert names(tmp_path) == ["20261123-1700.jsonl"]


def test_what_was_flushed_outlives_a_kill_and_a_cut_off_last_line_is_left_out(tmp_path: Path) -> None:
    record(tmp_path, TWO_O_CLOCK_S, TWO_O_CLOCK_S + 2, label="tricycle")
    path = tmp_path / "20261123-1400.jsonl"
    content = path.read_bytes().replace(b"tricycle", "三轮车".encode())
    last_line = content.rindex(b"\n", 0, -1) + 1
    for cut in range(last_line, len(content) - 1):  # also in the middle of a Chinese character
        path.write_bytes(content[:cut])
        assert times(path) == [TWO_O_CLOCK_S]
    path.write_bytes(content[:last_line] + b"\0" * 4096)  # as a power cut leaves it on many file systems
    assert times(path) == [TWO_O_CLOCK_S]
    record(tmp_path, TWO_O_CLOCK_S + 9)  # and so it stays readable when it is packed
    assert times(tmp_path / "20261123-1400.jsonl.gz") == [TWO_O_CLOCK_S]


def test_a_broken_line_is_named_after_all_before_it_were_given(tmp_path: Path) -> None:
    record(tmp_path, *(TWO_O_CLOCK_S + second for second in range(4)))
    path = tmp_path / "20261123-1400.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    for broken in (b'{"camera":"gate"\n', b'{"camera":"gate","t":"noon","objects":[]}\n', b"[1]\n", b"\xff\xfe\n"):
        path.write_bytes(b"".join([*lines[:3], broken, *lines[4:]]))
        looks = read_recording(path)[1]
        assert [next(looks).t_s, next(looks).t_s] == [TWO_O_CLOCK_S, TWO_O_CLOCK_S + 1]
        with pytest.raises(RecordingError, match=rf"{path}:4: "):
            next(looks)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not JSON\n",
        b"[]\n",
        b'{"format":"another/1"}\n',
        b'{"format":"kerbwatch-observations/1"}\n',
        b'{"format":"kerbwatch-observations/1","camera":"c","time_zone":"Mars/Base","zones":[],"snapshot":{}}\n',
        b'{"format":"kerbwatch-observations/1","camera":"c","time_zone":"UTC","zones":7,"snapshot":{}}\n',
        b'{"format":"kerbwatch-observations/1","camera":"c","time_zone":"UTC","zones":[{}],"snapshot":{}}\n',
        b'{"format":"kerbwatch-observations/1","camera":"c","time_zone":"UTC","zones":[],"snapshot":{}}\n',
    ],
)
def test_a_file_that_is_no_recording_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "some.jsonl"
    path.write_bytes(content)
    with pytest.raises(RecordingError, match=rf"{path}:1: not a recording"):
        read_recording(path)


def test_a_packed_file_that_is_cut_off_or_missing_is_named(tmp_path: Path) -> None:
    record(tmp_path, TWO_O_CLOCK_S)
    whole = gzip.compress((tmp_path / "20261123-1400.jsonl").read_bytes())
    path = tmp_path / "packed.jsonl.gz"
    for content in (whole[:-9], whole[:20] + b"\0\0\0\0" + whole[24:], b"no gzip"):
        path.write_bytes(content)
        with pytest.raises(RecordingError, match=f"{path}"):
            list(read_recording(path)[1])
    path.unlink()
    with pytest.raises(RecordingError, match=rf"^{path}: cannot be read: "):
        read_recording(path)


def test_a_disk_that_refuses_is_told_once_and_recording_goes_on_later(tmp_path: Path) -> None:
    told: list[OSError] = []
    folder = tmp_path / "gate"
    folder.write_text("a file where the folder should be", encoding="utf-8")
    made = Recorder(folder, 10**9, told.append)
    for minute in range(3):
        made.write(look_at(TWO_O_CLOCK_S + 60 * minute), head())
        made.flush()
    assert len(told) == 1

    folder.unlink()
    made.write(look_at(TWO_O_CLOCK_S + 120 + RETRY_S / 2), head())
    assert not folder.exists(), "it was not tried at every look"
    made.write(look_at(TWO_O_CLOCK_S + 120 + RETRY_S), head())
    made.close()
    assert times(folder / "20261123-1400.jsonl") == [TWO_O_CLOCK_S + 120 + RETRY_S]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no /dev/full")
def test_a_disk_that_becomes_full_in_the_middle_of_an_hour_costs_no_more_than_recordings(tmp_path: Path) -> None:
    told: list[OSError] = []
    made = Recorder(tmp_path, 10**9, told.append)
    made.write(look_at(TWO_O_CLOCK_S), head())
    made.flush()
    # The file that is being written becomes one that takes nothing, as a full disk does.
    full = os.open("/dev/full", os.O_WRONLY)
    os.dup2(full, descriptor_of(tmp_path / "20261123-1400.jsonl"))
    os.close(full)
    made.write(look_at(TWO_O_CLOCK_S + 2), head())
    made.close()
    made.write(look_at(TWO_O_CLOCK_S + 2 + RETRY_S), head())
    made.close()
    assert [error.strerror for error in told] == [os.strerror(28)]
    assert names(tmp_path) == ["20261123-1400-1.jsonl", "20261123-1400.jsonl.gz"]
