"""The commands that an engineer types."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import pytest
import yaml
from typer.testing import CliRunner, Result

from edge_agent.cli import app
from edge_agent.uplink.identity import KEY_FILE
from tests.e2e.painted_street import write_detector, write_street

run = CliRunner().invoke


def written(tmp_path: Path, data: dict[str, Any]) -> str:
    path = tmp_path / "box.yaml"
    path.write_text(yaml.safe_dump(data))
    return str(path)


def check(config: str, *options: str, locale: str = "en_US.UTF-8") -> Result:
    return run(app, ["check", config, *options], env={"LC_ALL": locale, "LANGUAGE": ""})


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_street(tmp_path_factory.mktemp("street") / "street.mp4", (4, ("red",)))


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_detector(tmp_path_factory.mktemp("detector"))


@pytest.fixture
def good(street: Path, catalog: Path, box_data: Callable[..., dict[str, Any]]) -> dict[str, Any]:
    """A configuration in which all is well: a clip for a camera, and a model that knows the zone's classes."""
    data = box_data(detector={"model": "painted-cars", "catalog": str(catalog)})
    data["cameras"][0]["source"] = str(street)
    data["cameras"][0]["zones"][0]["classes"] = ["car"]
    return data


def test_check_opens_model_broker_and_camera_and_saves_a_picture(tmp_path: Path, good: dict[str, Any]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as broker:
        port = broker.getsockname()[1]
        good["uplink"] = {"broker": f"mqtt://127.0.0.1:{port}"}
        result = check(written(tmp_path, good), "--pictures", str(tmp_path / "pictures"))
    assert (result.exit_code, result.stderr) == (0, "")
    model, line, camera, last = result.stdout.splitlines()
    assert "painted-cars runs on" in model
    assert line.startswith(f"note: uplink.broker: 127.0.0.1:{port} answers")
    assert "camera 'gate-east' gives pictures of 640x352" in camera
    assert last == "OK: 1 cameras, 1 zones"
    picture = cv2.imread(str(tmp_path / "pictures" / "gate-east.jpg"))
    assert picture is not None
    assert picture.shape == (352, 640, 3)


def test_a_camera_and_a_broker_that_are_away_are_noted_and_are_no_fault_of_the_file(
    tmp_path: Path, good: dict[str, Any]
) -> None:
    good["cameras"][0]["source"] = "rtsp://viewer:Kx7wordQ@127.0.0.1:1/a"
    result = check(written(tmp_path, good))
    assert (result.exit_code, result.stderr) == (0, "")
    assert "uplink.broker: 127.0.0.1:1 cannot be reached from here now" in result.stdout
    assert "camera 'gate-east': cannot read rtsp://127.0.0.1:1/a (Connection refused)" in result.stdout
    assert "Kx7wordQ" not in result.output


def test_check_prints_every_fault_and_fails(tmp_path: Path, box_data: Callable[..., dict[str, Any]]) -> None:
    path = written(tmp_path, box_data(time_zone="Mars/Base", look_every_s=0))
    result = check(path)
    assert result.exit_code == 1
    assert result.stderr.splitlines()[0].endswith("has 2 fault(s):")
    assert "time_zone: unknown time zone" in result.stderr
    assert "look_every_s: must be greater than 0" in result.stderr
    chinese = check(path, locale="zh_CN.UTF-8").stderr
    assert "有 2 处错误" in chinese
    assert "look_every_s: 应大于 0" in chinese
    assert "must be" not in chinese


def test_check_warns_of_a_clip_that_is_not_there_yet(tmp_path: Path, good: dict[str, Any]) -> None:
    good["cameras"][0]["source"] = "clip.mp4"
    result = check(written(tmp_path, good), "--offline")
    assert result.exit_code == 0
    assert "warning: cameras[0].source: no such file" in result.stderr


def test_check_warns_of_numbers_in_another_unit(tmp_path: Path, good: dict[str, Any]) -> None:
    zone = good["cameras"][0]["zones"][0]
    zone |= {"dwell_s": 180_000, "numbers": {"grace_s": 30_000}, "per_class": {"truck": {"dwell_s": 600_000}}}
    result = check(written(tmp_path, good | {"look_every_s": 2000, "outbox": {"budget_mb": 2}}), "--offline")
    assert result.exit_code == 0
    for place in (
        "look_every_s: is 2000 s, that is 33.3 minutes",
        "outbox.budget_mb: is 2 MB",
        "cameras[0].zones[0].dwell_s: is 180000 s, that is 50.0 hours: it is in seconds; were 180 s meant?",
        "cameras[0].zones[0].numbers.grace_s: is 30000 s",
        "cameras[0].zones[0].per_class.truck.dwell_s: is 600000 s",
    ):
        assert f"warning: {place}" in result.stderr


def test_check_names_a_model_that_is_not_there_or_sees_nothing_of_what_is_watched_for(
    tmp_path: Path, good: dict[str, Any], catalog: Path
) -> None:
    for model, said in (("painted-vans", "no model is called 'painted-vans'"), ("gone", "gone.onnx cannot be read")):
        text = catalog.read_text().replace("painted-cars:", "gone:").replace("painted-cars.onnx", "gone.onnx")
        (tmp_path / "catalog.yaml").write_text(text)
        good["detector"] = {"model": model, "catalog": str(tmp_path / "catalog.yaml")}
        result = check(written(tmp_path, good), "--offline")
        assert result.exit_code == 1
        assert said in result.stderr
    good["detector"] = {"model": "painted-cars", "catalog": str(catalog)}
    good["cameras"][0]["zones"][0]["classes"] = ["bicycle"]
    result = check(written(tmp_path, good), "--offline")
    assert result.exit_code == 1
    assert "fault: cameras[0].zones[0].classes: zone 'kerb' watches for bicycle" in result.stderr


@pytest.mark.parametrize("below", [False, True])
def test_a_data_folder_that_is_a_file_is_one_line(tmp_path: Path, good: dict[str, Any], *, below: bool) -> None:
    (tmp_path / "data").write_text("no folder\n")
    data = tmp_path / "data" / "below" if below else tmp_path / "data"
    for command in (
        ["run", written(tmp_path, good), "--data", str(data)],
        ["record", "--data", str(data)],
        ["accept-view", "gate-east", "--data", str(data)],
    ):
        result = run(app, command)
        assert result.exit_code == 1, command
        assert result.exception is None or isinstance(result.exception, SystemExit)
        assert str(data) in result.stderr


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
    assert run(app, ["--version"]).stdout == run(app, ["version"]).stdout


def test_the_status_of_a_box_that_does_not_run_is_an_exit_code(tmp_path: Path) -> None:
    result = run(app, ["status", "--data", str(tmp_path)], env={"LC_ALL": "zh_CN.UTF-8"})
    assert result.exit_code == 1
    assert "没有设备使用数据目录" in result.stderr
