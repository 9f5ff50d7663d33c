"""A turned camera: its zones are suspended until it swings back or an engineer accepts the new view."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from typer.testing import CliRunner

from calibration.view_guard import ViewGuard, ViewState
from edge_agent.cli import app
from edge_agent.view_memory import ViewMemory

TEXTURE = np.random.default_rng(3).integers(0, 255, (9, 16), dtype=np.uint8).repeat(20, 0).repeat(20, 1)
TURNED = np.roll(TEXTURE, (30, 70), (0, 1))


def _keeps_the_old_view(data_dir: Path) -> ViewGuard:
    memory = ViewMemory(data_dir, "gate")
    guard = memory.guard()
    assert guard.check(TEXTURE).state is ViewState.OK
    memory.keep(guard)
    return guard


def test_a_camera_turned_while_the_box_was_off_is_noticed_after_the_restart(tmp_path: Path) -> None:
    _keeps_the_old_view(tmp_path)
    guard = ViewMemory(tmp_path, "gate").guard()
    assert [guard.check(TURNED).state for _ in range(2)][-1] is ViewState.MOVED


def test_a_camera_that_swings_back_is_watched_again(tmp_path: Path) -> None:
    guard = _keeps_the_old_view(tmp_path)
    for _ in range(3):
        guard.check(TURNED)
    assert guard.check(TEXTURE).state is ViewState.OK


def test_an_engineer_accepts_the_new_view(tmp_path: Path) -> None:
    guard = _keeps_the_old_view(tmp_path)
    for _ in range(3):
        guard.check(TURNED)
    result = CliRunner().invoke(app, ["accept-view", "gate", "--data", str(tmp_path)])
    assert result.exit_code == 0
    memory = ViewMemory(tmp_path, "gate")
    assert memory.take_acceptance()
    assert not memory.take_acceptance(), "one word counts once"
    guard.accept()
    assert guard.check(TURNED).state is ViewState.OK


def test_a_camera_that_nobody_knows_is_told_with_those_that_are(tmp_path: Path) -> None:
    _keeps_the_old_view(tmp_path)
    result = CliRunner().invoke(app, ["accept-view", "gaet", "--data", str(tmp_path)])
    assert result.exit_code == 1
    assert "gate" in result.output


def test_a_view_that_cannot_be_read_is_learned_anew(tmp_path: Path) -> None:
    _keeps_the_old_view(tmp_path)
    (tmp_path / "views" / "gate.png").write_bytes(b"rubbish")
    assert ViewMemory(tmp_path, "gate").guard().reference is None
