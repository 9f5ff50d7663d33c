"""Hours of cameras through the rules, in a few seconds: nothing leaks, is forgotten or made up."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

from edge_agent.recording.recorder import Recorder, Recording
from protocol.kinds import ViolationKind
from rules.watch import Watch
from scripts.soaking.recorded import Recorded, read_all
from scripts.soaking.running import START_S, UTC, Camera, cameras_of, soak, summary
from scripts.soaking.street import RECIPES, MadeUpCamera
from tests.street import CAR, Street, looks, zone


def recorded_street(folder: Path) -> Recorded:
    """A car parks for 100 s in front of a camera; that is recorded as a box does."""
    street = Street().add("car", CAR, 10, 110)
    watch = Watch(street.camera, [zone()], UTC)
    recorder = Recorder(folder / street.camera, 10_000_000)
    for t_s in looks(120):
        observation = street.observe(t_s, watch.places())
        recorder.write(observation, Recording(street.camera, UTC, (zone(),), watch.snapshot()))
        watch.observe(observation)
    recorder.close()
    (recorded,) = read_all(sorted(folder.rglob("*.jsonl")))
    return recorded


def test_a_recording_played_again_and_again_is_told_alike_each_time(tmp_path: Path) -> None:
    recorded = recorded_street(tmp_path)
    camera = Camera(Watch(recorded.name, recorded.zones, UTC), recorded=recorded)
    soak([camera], hours=0.25, look_every_s=2.0, restart_every_s=100.0)
    whole = camera.passes[:-1]
    assert len(whole) >= 2
    assert [phase for phase, _, _ in whole[0]] == ["confirmed", "cleared"]
    assert all(one == whole[0] for one in whole)


def test_a_short_soak_of_every_kind_of_street_makes_nothing_up() -> None:
    cameras = cameras_of(8, [])
    kinds = {camera.made_up.recipe.kind for camera in cameras if camera.made_up}
    assert kinds == set(ViolationKind)
    figures = summary(soak(cameras, hours=0.3, look_every_s=5.0, sample_every_s=360.0, restart_every_s=300.0))
    assert figures["right"] > 0
    assert figures["false_alarms"] == []
    assert figures["lost_memories"] == 0
    # What has left is let go: no more stays than there are bays, things of clutter and passing doubts.
    assert max(sample["most_stays"] for sample in figures["samples"]) <= 12


def test_the_same_seed_gives_the_same_street() -> None:
    def told() -> list[str]:
        camera = MadeUpCamera("cam", RECIPES[0], 7, START_S)
        seen = [camera.look(START_S + 2.0 * step, {}) for step in range(300)]
        return [one.to_json() for one in seen if one is not None]

    assert told() == told()


def test_the_command_writes_figures_and_a_plot(tmp_path: Path) -> None:
    import typer

    from scripts.soak import main

    app = typer.Typer()
    app.command()(main)
    options = ["--hours", "0.05", "--cameras", "2", "--look-every", "4", "--out", str(tmp_path)]
    result = CliRunner().invoke(app, options)
    assert result.exit_code == 0, result.output
    figures = json.loads((tmp_path / "soak.json").read_text())
    assert figures["cameras"] == 2
    assert (tmp_path / "soak.png").stat().st_size > 10_000
