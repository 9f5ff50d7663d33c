"""What the benchmarks write: stages that add up, and a plot from the files."""

from __future__ import annotations

from pathlib import Path

import pytest

from edge_agent.sampler import SamplerStats
from scripts.benchmarks.density import STAGES, Density, _config, _figures
from scripts.benchmarks.plot import plot

LATE = SamplerStats(20, 20, 0, 0.01, 0.2, 0.3)


def wish(cameras: int = 10, active: float = 1.0) -> Density:
    return Density(cameras, 4.0, active, Path("busy.mp4"), Path("quiet.mp4"), ())


def test_the_stages_add_up_to_all_that_was_spent() -> None:
    looks = {f"camera-{n}": 2 for n in range(10)}
    figures = _figures(wish(), 4.0, 0.6, {"demux": 0.02, "decode": 0.25, "detect": 0.2, "rest": 9.0}, looks, LATE)
    assert figures["cpu_ms_per_camera_second"] == 15.0
    assert tuple(figures["stages"]) == STAGES
    assert sum(figures["stages"].values()) == pytest.approx(15.0)
    assert figures["looks_owed"] == figures["looks_done"] == 20
    assert set(figures["lateness_s"]) == {"p50", "p95", "max"}


@pytest.mark.parametrize(("share", "busy"), [(0.0, 0), (0.2, 2), (0.5, 5), (1.0, 10)])
def test_the_wished_share_of_the_cameras_shows_the_busy_street(share: float, busy: int) -> None:
    sources = [camera["source"] for camera in _config(wish(active=share))["cameras"]]
    assert sources.count("busy.mp4") == busy


def test_a_plot_is_drawn_from_the_figures(tmp_path: Path) -> None:
    runs = [_figures(wish(n), 4.0, 0.1 * n, {"decode": 0.05 * n}, {"camera-0": 2}, LATE) for n in (4, 1)]
    plot(runs, tmp_path / "img" / "cameras.png")
    assert (tmp_path / "img" / "cameras.png").stat().st_size > 1000
