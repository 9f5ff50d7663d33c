"""What the strip under a picture says: time, place, direction, camera and device (GA/T 832-2014), and the proof."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from edge_agent.config.box import BoxConfig, CameraConfig
from edge_agent.evidence.colours import ASKED, CLEARED, KIND, Rgb
from edge_agent.evidence.fonts import Fonts
from edge_agent.evidence.scene import Scene
from protocol.kinds import Subject, kind_name
from protocol.messages import EvidenceRole

_ROLES = {
    EvidenceRole.FIRST_SEEN: ("首次发现", "First seen"),
    EvidenceRole.CONFIRMED: ("违规确认", "Confirmed"),
    EvidenceRole.CLOSE_UP: ("特写", "Close-up"),
    EvidenceRole.AFTER: ("清除后", "After clearing"),
    EvidenceRole.ASKED: ("即时查看", "Seen on request"),
}
_SUBJECTS = {
    Subject.MOTOR_VEHICLE: "机动车",
    Subject.NON_MOTOR_VEHICLE: "非机动车",
    Subject.STALL: "摊点",
    Subject.UMBRELLA: "伞具",
}
_SHA256_SHOWN = 16


@dataclass(frozen=True, slots=True)
class Caption:
    """The words on one rendered picture."""

    chip: str
    title: str
    time: str
    tag: str
    fields: tuple[tuple[str, str], ...]
    colour: Rgb


def caption_of(
    scene: Scene, role: EvidenceRole, taken_at: datetime, original_sha256: str, fonts: Fonts, *, enlarged: int = 1
) -> Caption:
    """Find the words, in Chinese and English, or in English alone where `fonts` cannot write Chinese.

    `original_sha256` names the untouched picture, so that the rendered copy can be held against it.
    """
    event, camera = scene.event, scene.camera
    kind_zh, kind_en = (kind_name(event.kind, event.subject, language) for language in ("zh", "en"))
    chip_zh, chip_en = _ROLES[role]
    stood_s = max(0.0, taken_at.timestamp() - event.first_seen_s)
    after = role is EvidenceRole.AFTER
    fields = [
        ("地点", "Place", camera.address),
        ("方向", "Direction", camera.direction),
        ("相机", "Camera", _named(camera.id, camera.name, fonts)),
        ("区域", "Zone", _named(scene.zone.id, scene.zone.name, fonts)),
        ("设备", "Device", _named(scene.box.device.id, scene.box.device.name, fonts)),
        ("首见", "First seen", _clock(_local(scene, event.first_seen_s))),
        ("停留", "Stood for", "" if after else _stood(stood_s, event.dwell_s, cjk=fonts.cjk)),
        ("放大", "Enlarged", f"{enlarged}×" if enlarged > 1 else ""),
        ("原图校验", "Original SHA-256", original_sha256[:_SHA256_SHOWN]),
    ]
    return Caption(
        chip=f"{chip_zh} {chip_en}" if fonts.cjk else chip_en,
        title=f"{kind_zh}  {kind_en}" if fonts.cjk else kind_en,
        time=_clock(taken_at.astimezone(scene.box.zone_info), offset=True),
        tag=_tag(scene, stood_s, after=after, cjk=fonts.cjk),
        fields=_written(fields, fonts),
        colour=CLEARED if after else KIND[event.kind],
    )


def caption_of_camera(
    box: BoxConfig, camera: CameraConfig, taken_at: datetime, original_sha256: str, fonts: Fonts
) -> Caption:
    """Find the words for a picture of a camera as it is now, of which nothing is reported."""
    chip_zh, chip_en = _ROLES[EvidenceRole.ASKED]
    fields = [
        ("地点", "Place", camera.address),
        ("方向", "Direction", camera.direction),
        ("相机", "Camera", camera.id),
        ("设备", "Device", _named(box.device.id, box.device.name, fonts)),
        ("原图校验", "Original SHA-256", original_sha256[:_SHA256_SHOWN]),
    ]
    return Caption(
        chip=f"{chip_zh} {chip_en}" if fonts.cjk else chip_en,
        title=camera.name if camera.name and fonts.can_write(camera.name) else camera.id,
        time=_clock(taken_at.astimezone(box.zone_info), offset=True),
        tag="",
        fields=_written(fields, fonts),
        colour=ASKED,
    )


def _written(fields: list[tuple[str, str, str]], fonts: Fonts) -> tuple[tuple[str, str], ...]:
    """Give label and value of what is known and can be written."""
    return tuple(
        (f"{zh} {en}" if fonts.cjk else en, value) for zh, en, value in fields if value and fonts.can_write(value)
    )


def _tag(scene: Scene, stood_s: float, *, after: bool, cjk: bool) -> str:
    event = scene.event
    if after:
        return "已清除" if cjk else "cleared"
    what = _SUBJECTS[event.subject] if cjk else event.label
    count = f" ×{event.count}" if event.count > 1 else ""
    return f"{what}{count} {_duration(stood_s)}"


def _named(name_id: str, name: str, fonts: Fonts) -> str:
    return f"{name} ({name_id})" if name and fonts.can_write(name) else name_id


def _local(scene: Scene, at_s: float) -> datetime:
    return datetime.fromtimestamp(at_s, UTC).astimezone(scene.box.zone_info)


def _clock(at: datetime, *, offset: bool = False) -> str:
    """Write a time to the second; with its offset from UTC where it stands alone."""
    text = at.strftime("%Y-%m-%d %H:%M:%S")
    return f"{text} UTC{at.strftime('%z')[:3]}:{at.strftime('%z')[3:5]}" if offset else text


def _stood(stood_s: float, dwell_s: float, *, cjk: bool) -> str:
    limit = f"（限 {_duration(dwell_s)}）" if cjk else f" (limit {_duration(dwell_s)})"
    return _duration(stood_s) + limit


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes:02d}:{rest:02d}"
