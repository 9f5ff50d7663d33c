"""The commands that an engineer types."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml
from typer.testing import CliRunner

from edge_agent.cli import app
from edge_agent.uplink.identity import KEY_FILE

run = CliRunner().invoke


def written(tmp_path: Path, data: dict[str, Any]) -> str:
    path = tmp_path / "box.yaml"
    path.write_text(yaml.safe_dump(data))
    return str(path)


def test_check_says_what_a_good_file_holds(tmp_path: Path, box_data: Callable[..., dict[str, Any]]) -> None:
    result = run(app, ["check", written(tmp_path, box_data())])
    assert (result.exit_code, result.stdout) == (0, "OK: 1 cameras, 1 zones\n")


def test_check_prints_every_fault_and_fails(tmp_path: Path, box_data: Callable[..., dict[str, Any]]) -> None:
    data = box_data(time_zone="Mars/Base", look_every_s=0)
    result = run(app, ["check", written(tmp_path, data)])
    assert result.exit_code == 1
    assert "2 处错误" in result.stderr
    assert "time_zone: unknown time zone" in result.stderr
    assert "look_every_s: must be greater than 0" in result.stderr


def test_check_warns_of_a_clip_that_is_not_there_yet(tmp_path: Path, box_data: Callable[..., dict[str, Any]]) -> None:
    data = box_data()
    data["cameras"][0]["source"] = "clip.mp4"
    result = run(app, ["check", written(tmp_path, data)])
    assert result.exit_code == 0
    assert "cameras[0].source: no such file" in result.stderr


def test_run_with_a_bad_file_and_no_earlier_one_says_why_and_fails(tmp_path: Path) -> None:
    result = run(app, ["run", written(tmp_path, {"device": {}}), "--data", str(tmp_path / "data")])
    assert result.exit_code == 1
    assert "device.id: is missing" in result.stderr


def test_run_with_a_damaged_key_says_why_and_fails(tmp_path: Path, box_data: Callable[..., dict[str, Any]]) -> None:
    data_dir = tmp_path / "data"
    data_dir.mkdir()
    (data_dir / KEY_FILE).write_bytes(b"rubbish")
    result = run(app, ["run", written(tmp_path, box_data()), "--data", str(data_dir)])
    assert result.exit_code == 1
    assert "Restore it from a backup" in result.stderr


def test_replay_of_what_is_no_recording_says_so(tmp_path: Path) -> None:
    recording = tmp_path / "x.jsonl"
    recording.write_text("not a recording\n")
    result = run(app, ["replay", str(recording)])
    assert result.exit_code == 1
    assert str(recording) in result.stderr


def test_the_version_is_printed() -> None:
    assert run(app, ["version"]).stdout.startswith("kerbwatch-edge")
