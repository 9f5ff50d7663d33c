"""Whether a model can see what a box is told to watch for. What it cannot see is said, never passed over."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from edge_agent.config.box import BoxConfig
from rules.classes import PERSON, default_classes, group_of, known_classes
from rules.zone import Zone

_MOST_NAMES = 12


@dataclass(frozen=True, slots=True)
class Misfit:
    """Something that the configuration asks of the model and the model cannot give; `place` is in the configuration."""

    code: str
    place: str
    en: str
    zh: str
    camera: str | None = None
    is_blind: bool = False
    """Whether something is not watched at all because of it."""


def misfits(config: BoxConfig, class_names: Sequence[str]) -> list[Misfit]:
    """Find what `config` asks for and a model with these class names does not know."""
    found = [
        misfit
        for number, camera in enumerate(config.cameras)
        for index, zone in enumerate(camera.zones)
        for misfit in _of_zone(f"cameras[{number}].zones[{index}]", camera.id, zone, class_names)
    ]
    if config.evidence.blur_people and not knows_people(class_names):
        found.append(
            Misfit(
                "people_not_found",
                "evidence.blur_people",
                "the model knows no `person`, so people cannot be found and made unrecognisable: rendered pictures are "
                "blurred all over except for what is reported, and pictures on request are refused. Use a model that "
                "knows `person`, or say blur_people: false",
                "模型不识别 person，无法找到人员并模糊处理：标注图中除被上报目标外全部模糊，即时查看将被拒绝。"
                "请改用能识别 person 的模型，或设置 blur_people: false",
            )
        )
    return found


def knows_people(class_names: Sequence[str]) -> bool:
    """Return whether a model finds people."""
    return any(group_of(name) == PERSON for name in class_names)


def _of_zone(place: str, camera: str, zone: Zone, class_names: Sequence[str]) -> Iterator[Misfit]:
    wanted = zone.classes or default_classes(zone.kind)
    missing = [label for label in wanted if label not in class_names]
    known = [name for name in class_names if name in known_classes()]
    known_en, known_zh = _listed(known) or "none that a zone may use", _listed(known) or "没有可用的"
    if len(missing) == len(wanted):
        yield Misfit(
            "zone_blind",
            f"{place}.classes",
            f"zone {zone.id!r} watches for {_listed(wanted)}, and the model knows none of them, so it reports nothing. "
            f"The model knows: {known_en}. Use these, or correct class_names in the model's catalogue entry",
            f"区域 {zone.id!r} 监看 {_listed(wanted)}，模型一个也不识别，不会有任何上报。模型识别：{known_zh}。"
            "请改用这些类别，或修改模型目录条目中的 class_names",
            camera,
            is_blind=True,
        )
    elif missing and zone.classes:
        yield Misfit(
            "zone_class_unknown",
            f"{place}.classes",
            f"zone {zone.id!r} watches for {_listed(missing)}, which the model does not know. It knows: {known_en}",
            f"区域 {zone.id!r} 监看 {_listed(missing)}，但模型不识别。模型识别：{known_zh}",
            camera,
        )
    if zone.numbers_of().attended_share > 0 and not knows_people(class_names):
        yield Misfit(
            "zone_blind",
            f"{place}.kind",
            f"zone {zone.id!r} reports a stall only while people attend it, and the model knows no `person`, so it "
            "reports nothing: use a model that does",
            f"区域 {zone.id!r} 只在摊位有人看守时上报，而模型不识别 person，不会有任何上报，请更换模型",
            camera,
            is_blind=True,
        )


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:_MOST_NAMES]) + (", ..." if len(names) > _MOST_NAMES else "")
