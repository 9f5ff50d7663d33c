"""Somebody saves a bad configuration at night: the box goes on with the last good one and says so."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from edge_agent.config.box import ConfigError
from edge_agent.config.last_good import LAST_GOOD_FILE, config_to_run


@pytest.fixture
def config_file(tmp_path: Path, box_data: Callable[..., dict[str, Any]]) -> Path:
    path = tmp_path / "box.yaml"
    path.write_text(yaml.safe_dump(box_data()))
    return path


def test_a_bad_file_does_not_stop_a_box_that_had_a_good_one(config_file: Path, tmp_path: Path) -> None:
    good, events = config_to_run(config_file, tmp_path / "data")
    assert events == []
    config_file.write_text(config_file.read_text().replace("illegal_parking", "illegal_parkin"))
    config, events = config_to_run(config_file, tmp_path / "data")
    assert config == good
    assert [event.code for event in events] == ["config_refused"]
    assert "cameras[0].zones[0].kind" in events[0].text_en
    assert "cameras[0].zones[0].kind" in events[0].text_zh


def test_a_file_that_was_deleted_does_not_stop_it_either(config_file: Path, tmp_path: Path) -> None:
    good, _ = config_to_run(config_file, tmp_path / "data")
    config_file.unlink()
    config, events = config_to_run(config_file, tmp_path / "data")
    assert config == good
    assert events[0].severity == "error"


def test_without_a_last_good_one_the_faults_are_said_plainly(tmp_path: Path) -> None:
    bad = tmp_path / "box.yaml"
    bad.write_text("device: {id: x}")
    with pytest.raises(ConfigError, match="uplink: is missing"):
        config_to_run(bad, tmp_path / "data")


def test_a_damaged_last_good_file_is_no_help_and_no_crash(config_file: Path, tmp_path: Path) -> None:
    config_to_run(config_file, tmp_path / "data")
    (tmp_path / "data" / LAST_GOOD_FILE).write_text("{")
    config_file.write_text("?")
    with pytest.raises(ConfigError):
        config_to_run(config_file, tmp_path / "data")


def test_others_on_the_machine_cannot_read_the_kept_passwords(config_file: Path, tmp_path: Path) -> None:
    config_to_run(config_file, tmp_path / "data")
    assert (tmp_path / "data" / LAST_GOOD_FILE).stat().st_mode & 0o777 == 0o600
