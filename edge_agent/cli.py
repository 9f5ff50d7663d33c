"""The command of the box: kerbwatch-edge run | check | status | record | replay | accept-view | version.

What a command needs is imported by it: a health check must not cost a second, and `run` hears signals from the start.
"""

from __future__ import annotations

import dataclasses
import json
import logging
import math
import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from edge_agent import SOFTWARE
from edge_agent.signals import Control, listening
from edge_agent.words.language import reader_languages, said
from protocol.redaction import RedactingFormatter, redact

app = typer.Typer(
    help="KerbWatch 街面卫士 · the box beside the cameras / 摄像机旁的设备",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,  # they hold passwords
)

NATIVE_THREADS = ("looks", "detector", "source")
"""Threads whose names begin so may hang in a decoder or the detector when the process ends."""


@app.callback()
def main(
    _version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=lambda asked: _print_version(asked=asked), help="版本")
    ] = False,
) -> None:
    """Take the options that stand before a command."""


def _print_version(*, asked: bool) -> None:
    if asked:
        typer.echo(SOFTWARE)
        raise typer.Exit


ConfigArgument = Annotated[Path, typer.Argument(metavar="CONFIG", help="the box's YAML file / 设备配置文件")]


@app.command()
def run(
    config: ConfigArgument,
    data: Annotated[
        Path,
        typer.Option(
            "--data", envvar="KERBWATCH_DATA", help="where the box keeps its key, outbox and state / 数据目录"
        ),
    ],
    once: Annotated[
        bool,
        typer.Option("--once", help="files: as fast as possible, then exit once all is acknowledged / 处理完即退出"),
    ] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="log more / 详细日志")] = False,
) -> None:
    """Watch the cameras and report violations. 监看摄像机并上报违规。"""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(RedactingFormatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.DEBUG if verbose else logging.INFO, handlers=[handler])
    control = Control()
    with listening(control), _told():
        from edge_agent.agent import run as watch
        from edge_agent.config.last_good import config_to_run

        if control.stop.is_set():
            raise typer.Exit
        data.mkdir(parents=True, exist_ok=True)
        box, events = config_to_run(config, data)

        code = watch(box, data, once=once, config_events=events, config_path=config, control=control)
    _leave(code)


def _leave(code: int) -> None:
    """End the process, without waiting for a thread that hangs in native code."""
    if any(thread.name.startswith(NATIVE_THREADS) for thread in threading.enumerate()):
        logging.shutdown()
        os._exit(code)
    raise typer.Exit(code)


@app.command()
def check(
    config: ConfigArgument,
    pictures: Annotated[
        Path | None,
        typer.Option("--pictures", metavar="FOLDER", help="save a picture of each camera with its zones / 保存截图"),
    ] = None,
    cameras: Annotated[bool, typer.Option("--cameras/--no-cameras", help="try every camera / 连接各摄像机")] = True,
    offline: Annotated[bool, typer.Option("--offline", help="use no network / 不使用网络")] = False,
    wait_s: Annotated[
        float, typer.Option("--wait", min=1, max=600, help="seconds for all cameras together / 等待摄像机的秒数")
    ] = 10.0,
) -> None:
    """Check a configuration: every fault of the file; model, classes, units; broker and cameras. 检查配置。

    Faults and warnings go to standard error; the exit code is 1 when there is a fault. A broker or a camera that cannot
    be reached from here now is no fault of the file: a note.
    """
    with _told():
        from edge_agent.check.broker import try_broker
        from edge_agent.check.cameras import missing_files, try_cameras
        from edge_agent.check.finding import Severity
        from edge_agent.check.model import try_model
        from edge_agent.check.units import odd_numbers
        from edge_agent.config.box import load_config

        box = load_config(config)
        logging.getLogger().addHandler(logging.NullHandler())  # what is tried says in its own words how it went
        found = [*odd_numbers(box), *missing_files(box), *try_model(box, offline=offline)]
        if not offline:
            found.append(try_broker(box.uplink))
            if cameras:
                found += try_cameras(box, wait_s, pictures)
    languages = reader_languages()
    for finding in found:
        typer.echo(finding.text(languages), err=finding.severity is not Severity.NOTE)
    zones = sum(len(camera.zones) for camera in box.cameras)
    faults = sum(finding.severity is Severity.FAULT for finding in found)
    if faults:
        typer.echo(said(f"{faults} fault(s)", f"{faults} 处错误", languages), err=True)
        _leave(1)
    count = len(box.cameras)
    typer.echo(said(f"OK: {count} cameras, {zones} zones", f"配置可用：{count} 台摄像机，{zones} 个区域", languages))
    _leave(0)


@app.command()
def replay(
    observations: Annotated[
        Path, typer.Argument(metavar="OBSERVATIONS", help="a recording of the box, .jsonl or .jsonl.gz / 观测记录")
    ],
    config: Annotated[
        Path | None, typer.Option("--config", help="judge by these zones instead of the recorded ones / 改用此配置")
    ] = None,
    plot: Annotated[
        Path | None,
        typer.Option("--plot", metavar="DIR", help="draw a timeline of every stay, PNG and HTML / 绘制时间线"),
    ] = None,
) -> None:
    """Run recorded observations through the rules and print their events, one JSON object a line. 重放观测记录。"""
    with _told():
        from edge_agent.config.box import load_config
        from edge_agent.recording.replay import Replay

        box = load_config(config) if config else None
        run_again = Replay(observations, box)
        for event in run_again.events():
            typer.echo(json.dumps(dataclasses.asdict(event), ensure_ascii=False))
        if plot:
            from edge_agent.timeline.files import write_timeline

            recording, name = run_again.recording, observations.name.split(".")[0]
            title = f"{recording.camera} · {name}"
            for path in write_timeline(run_again.history, plot, name, title, recording.time_zone.key):
                typer.echo(str(path), err=True)


@app.command()
def record(
    data: Annotated[Path, typer.Option("--data", envvar="KERBWATCH_DATA", help="the box's data folder / 数据目录")],
    camera: Annotated[str | None, typer.Option("--camera", help="only this camera / 仅此摄像机")] = None,
    since: Annotated[str | None, typer.Option("--from", help="from, e.g. '2026-11-23 14:05' / 起始时间")] = None,
    until: Annotated[str | None, typer.Option("--to", help="until / 结束时间")] = None,
    export: Annotated[
        Path | None, typer.Option("--export", metavar="FILE.jsonl.gz", help="write the span as one file / 导出")
    ] = None,
) -> None:
    """List what the box has recorded of its looks, or export a span of it for a replay. 查看或导出观测记录。

    A box records all the time; `recording` in its configuration says how much it keeps.
    """
    from edge_agent.recording import recordings

    with _told():
        files = recordings.list_recordings(data, camera)
        zone = files[0].recording.time_zone
        from_s = recordings.moment(since, zone) if since else -math.inf
        until_s = recordings.moment(until, zone) if until else math.inf
        if export:
            looks = recordings.export(files, export, from_s, until_s)
            typer.echo(f"{export}: {looks} looks / {looks} 次观测")
            return
        for file in files:
            if file.until_s >= from_s and file.from_s <= until_s:
                times = [
                    f"{datetime.fromtimestamp(t_s, zone):%Y-%m-%d %H:%M:%S}" for t_s in (file.from_s, file.until_s)
                ]
                typer.echo(f"{file.recording.camera}  {times[0]} - {times[1]}  {file.looks:6d} looks  {file.path}")


@app.command("accept-view")
def accept_view(
    camera: Annotated[str, typer.Argument(metavar="CAMERA", help="the camera's id / 摄像机编号")],
    data: Annotated[
        Path, typer.Option("--data", envvar="KERBWATCH_DATA", help="where the box keeps its state / 数据目录")
    ],
) -> None:
    """Say that a turned camera's new view is right, its zones having been drawn for it. 确认摄像机的新视角。"""
    from edge_agent.view_memory import ViewMemory

    memory = ViewMemory(data, camera)
    if not memory.is_kept:
        known = sorted(path.stem for path in (data / "views").glob("*.png"))
        typer.echo(f"no view of camera {camera!r} is kept in {data}; known are: {', '.join(known) or 'none'}", err=True)
        raise typer.Exit(1)
    memory.accept()
    typer.echo(f"已确认 {camera} 的新视角，设备下次查看时生效。")
    typer.echo(f"The new view of {camera} is accepted; the box takes it at its next look.")


@app.command("forget-centre")
def forget_centre_key(
    data: Annotated[
        Path, typer.Option("--data", envvar="KERBWATCH_DATA", help="where the box keeps its state / 数据目录")
    ],
) -> None:
    """Trust the next key that the centre shows, after the centre was set up anew. 重装中心后重新信任其公钥。"""
    from edge_agent.uplink.centre_trust import forget_centre

    if not forget_centre(data):
        typer.echo(f"no key of a centre is kept in {data} / {data} 中没有中心的公钥", err=True)
        raise typer.Exit(1)
    typer.echo("将信任中心下次出示的公钥 / The next key that the centre shows will be trusted")


@app.command()
def status(
    data: Annotated[Path, typer.Option("--data", envvar="KERBWATCH_DATA", help="the box's data folder / 数据目录")],
    most_s: Annotated[float, typer.Option("--within", min=1, help="seconds since the last look / 最近查看秒数")] = 60.0,
) -> None:
    """Say whether the box that keeps its state in this folder looks at its cameras; exit code 1 when not. 运行状态。"""
    from edge_agent.heartbeat import say_running

    is_well, en, zh = say_running(data, time.time(), most_s)
    typer.echo(said(en, zh, reader_languages()), err=not is_well)
    raise typer.Exit(0 if is_well else 1)


@app.command()
def version() -> None:
    """Print the version. 显示版本。"""
    typer.echo(SOFTWARE)


@contextmanager
def _told() -> Iterator[None]:
    """Answer a mistake with a line that says what to do, in the reader's language, and exit code 1."""
    from edge_agent.config.errors import ConfigError
    from edge_agent.outbox.database import StoreError
    from edge_agent.recording.recorder import RecordingError
    from edge_agent.uplink.identity import IdentityError
    from models.errors import ModelError

    try:
        yield
    except (ConfigError, StoreError, IdentityError, RecordingError, ModelError) as error:
        raise _fail(error) from error
    except OSError as error:
        name = f"{error.filename}: " if error.filename else ""
        en = f"{name}{error.strerror or error}: check path, rights and free space"
        zh = f"{name}{error.strerror or error}，请检查路径、权限和磁盘空间"
        typer.echo(redact(said(en, zh, reader_languages())), err=True)
        raise typer.Exit(1) from error


def _fail(error: Exception) -> typer.Exit:
    from edge_agent.config.errors import ConfigError

    languages = reader_languages()
    if isinstance(error, ConfigError):
        text = error.text(languages)
    elif isinstance(en := getattr(error, "en", None), str) and isinstance(zh := getattr(error, "zh", None), str):
        text = said(en, zh, languages, "\n")
    else:
        text = str(error)
    typer.echo(redact(text), err=True)
    return typer.Exit(1)


if __name__ == "__main__":
    app()
