"""Looking through every camera of a configuration at once, for a few seconds."""

from __future__ import annotations

import re
import time
from pathlib import Path

from edge_agent.check.finding import Finding, note, warning
from edge_agent.config.box import BoxConfig, CameraConfig
from edge_agent.durable import write_durably
from edge_agent.evidence.overlay import draw_zone
from edge_agent.evidence.snapshot import encode_jpeg
from edge_agent.source import Frame, LiveSource, stop_all
from protocol.messages import CameraState

_POLL_S = 0.05
_AWAY = (CameraState.UNREACHABLE, CameraState.STALLED, CameraState.ENDED)


def try_cameras(config: BoxConfig, wait_s: float, pictures: Path | None) -> list[Finding]:
    """Fetch one picture of every camera, for at most `wait_s` in all.

    With `pictures`, each is written there as CAMERA.jpg, its zones drawn on it. Raises OSError when that fails.
    """
    sources = {camera.id: LiveSource(camera.source.reveal(), look_every_s=0.5) for camera in config.cameras}
    frames: dict[str, Frame] = {}
    for source in sources.values():
        source.start()
    try:
        deadline_s = time.monotonic() + wait_s
        waiting = set(sources)
        while waiting and time.monotonic() < deadline_s:
            for name in sorted(waiting):
                frame = sources[name].newest()
                if frame is not None:
                    frames[name] = frame
                if frame is not None or sources[name].state in _AWAY:
                    waiting.discard(name)
            time.sleep(_POLL_S)
        reports = {name: source.report for name, source in sources.items()}
    finally:
        stop_all(sources.values())
    found: list[Finding] = []
    for number, camera in enumerate(config.cameras):
        place = f"cameras[{number}].source"
        report = reports[camera.id]
        frame = frames.get(camera.id)
        if frame is None:
            found.append(_no_picture(place, camera, report.state, report.text_en, report.text_zh))
            continue
        size = f"{frame.width_px}x{frame.height_px}"
        saved = _save(frame, camera, pictures) if pictures else None
        found.append(
            note(
                place,
                f"camera {camera.id!r} gives pictures of {size}" + (f", one is in {saved}" if saved else ""),
                f"摄像机 {camera.id!r} 画面正常，{size}" + (f"，截图在 {saved}" if saved else ""),
            )
        )
    return found


def _no_picture(place: str, camera: CameraConfig, state: CameraState, text_en: str, text_zh: str) -> Finding:
    if state in _AWAY:
        return note(place, f"camera {camera.id!r}: {_without_retry(text_en)}", _without_retry(text_zh))
    return note(
        place,
        f"camera {camera.id!r} gave no picture in time: check its address and its I-frame interval",
        f"摄像机 {camera.id!r} 未能及时给出画面，请检查地址和 I 帧间隔",
    )


def missing_files(config: BoxConfig) -> list[Finding]:
    """Find video files that are not there (yet)."""
    found = []
    for index, camera in enumerate(config.cameras):
        path = camera.source.reveal()
        if "://" not in path and not _is_file(path):
            shown = str(camera.source)
            found.append(warning(f"cameras[{index}].source", f"no such file: {shown}", f"文件不存在：{shown}"))
    return found


def _is_file(path: str) -> bool:
    try:
        return Path(path).is_file()
    except OSError:
        return False


def _save(frame: Frame, camera: CameraConfig, folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    picture = frame.bgr().copy()
    for zone in camera.zones:
        draw_zone(picture, zone)
    path = folder / f"{camera.id}.jpg"
    write_durably(path, encode_jpeg(picture, 92))
    return path


def _without_retry(text: str) -> str:
    """Leave out when the next try would be: there is none."""
    return re.sub(r"[。.]?\s*(Next try in \d+ s|\d+ 秒后重试)$", "", text)
