"""Faults of a configuration as an engineer wants to read them: where, what is wrong, and what to do.

No text repeats what stands in the file, since it may be a password in the wrong place: only numbers, and words that are
nearly a known one.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from edge_agent.config.yaml_reading import Loc
from protocol.redaction import redact
from rules.faults import FaultError
from rules.numbers import Numbers

_PLAIN_KEY = re.compile(r"^[a-z][a-z0-9_]{0,31}$")
_SHORT_ID = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")


def path_of(loc: Loc) -> str:
    """Write a place as `cameras[2].zones[0].polygon`; a key that is no plain word (an address?) as `(...)`."""
    path = "".join(
        f"[{step}]" if isinstance(step, int) else f".{step if _PLAIN_KEY.match(step) else '(...)'}" for step in loc
    )
    return path.removeprefix(".")


def faults_of(error: ValidationError, model: type[BaseModel], data: Any) -> list[tuple[Loc, FaultError]]:
    """Give place and text of every fault that pydantic found in `data` for `model`."""
    return [(place, _say(detail, place, model)) for detail in error.errors() for place in [_place(data, detail)]]


def repeated_ids(data: Any) -> list[tuple[Loc, FaultError]]:
    """Find cameras, and zones of one camera, that have the id of an earlier one. `data` may be wrong in other ways."""
    cameras = _items(data, "cameras")
    faults = _repeats((("cameras",), cameras), "camera", "摄像机")
    for index, camera in enumerate(cameras):
        faults += _repeats((("cameras", index, "zones"), _items(camera, "zones")), "zone of this camera", "区域")
    return faults


def did_you_mean(word: str, known: Iterable[str]) -> FaultError:
    """Give "did you mean ...?" with the nearest names, or all of them when none is near."""
    names = list(known)
    near = difflib.get_close_matches(word.lower(), names, n=2, cutoff=0.6)
    if near:
        shown = [repr(name) for name in near]
        return FaultError(f"did you mean {' or '.join(shown)}?", f"是否想写 {' 或 '.join(shown)}？")
    return FaultError(f"known are: {', '.join(names)}", f"可用的有：{', '.join(names)}")


def _items(data: Any, key: str) -> list[Any]:
    value = data.get(key) if isinstance(data, Mapping) else None
    return value if isinstance(value, list) else []


def _repeats(group: tuple[Loc, list[Any]], what_en: str, what_zh: str) -> list[tuple[Loc, FaultError]]:
    loc, items = group
    first: dict[str, int] = {}
    faults: list[tuple[Loc, FaultError]] = []
    for index, item in enumerate(items):
        name = item.get("id") if isinstance(item, Mapping) else None
        if not isinstance(name, str | int) or not _SHORT_ID.match(str(name)):
            continue
        if str(name) in first:
            earlier = path_of((*loc, first[str(name)]))
            fault = FaultError(
                f"another {what_en}, {earlier}, has the id {name!r} too: rename one",
                f"编号 {name!r} 与 {earlier} 重复，请改名",
            )
            faults.append(((*loc, index, "id"), fault))
        first.setdefault(str(name), index)
    return faults


def _place(data: Any, detail: ErrorDetails) -> Loc:
    """Give where the fault stands in the file: a rule's numbers report themselves without their group's name."""
    loc: Loc = detail["loc"]
    if not loc or detail["type"] == "missing":
        return loc
    parent = data
    for step in loc[:-1]:
        try:
            parent = parent[step]
        except (KeyError, IndexError, TypeError):
            return loc
    if isinstance(parent, Mapping) and loc[-1] not in parent:
        groups: list[tuple[Loc, Any]] = [(("numbers",), parent.get("numbers"))]
        per_class = parent.get("per_class")
        if isinstance(per_class, Mapping):
            groups += [(("per_class", str(label)), numbers) for label, numbers in per_class.items()]
        for steps, numbers in groups:
            if isinstance(numbers, Mapping) and loc[-1] in numbers:
                return (*loc[:-1], *steps, loc[-1])
    return loc


def _say(detail: ErrorDetails, place: Loc, model: type[BaseModel]) -> FaultError:
    fault = _fault(detail, place, model)
    return FaultError(redact(fault.en), redact(fault.zh))


def _fault(detail: ErrorDetails, place: Loc, model: type[BaseModel]) -> FaultError:
    kind, value, context = detail["type"], detail["input"], detail.get("ctx", {})
    is_en, is_zh = _described(value)
    match kind:
        case "missing":
            return FaultError("is missing: add it", "缺少此项，请补上")
        case "extra_forbidden":
            hint = did_you_mean(str(place[-1]), _known_keys(place[:-1], model))
            return FaultError(f"unknown key: {hint.en}", f"未知的键：{hint.zh}")
        case "value_error":
            error = context["error"]
            return error if isinstance(error, FaultError) else FaultError(str(error), f"取值不可用：{error}")
        case "enum" | "literal_error":
            names = re.findall(r"'([^']*)'", str(context.get("expected", "")))
            hint = did_you_mean(str(value), names)
            return FaultError(f"is not known: {hint.en}", f"取值无效：{hint.zh}")
        case "string_type":
            return FaultError(f"must be text, is {is_en}: put it in quotes", f"应为文本，现为{is_zh}，请加引号")
        case "string_pattern_mismatch":
            return FaultError(
                "cannot be used here: only letters, digits, '.', '_' and '-', a letter or digit first",
                "不能用于此处：只能用字母、数字和 . _ -，且以字母或数字开头",
            )
        case "less_than_equal" | "greater_than_equal" if place and isinstance(place[-1], int):
            return FaultError(
                f"is {is_en}: coordinates are fractions of the picture from 0 to 1, not pixels",
                f"现为{is_zh}：坐标是画面的比例，从 0 到 1，不是像素",
            )
        case "model_type" | "dict_type" | "model_attributes_type":
            hint = FaultError("", "")
            if value is None:
                hint = FaultError(": remove the line, or give values under it", "，请删去此行，或在其下填写")
            return FaultError(
                f"must be a group of `key: value` lines, is {is_en}{hint.en}", f"应为一组“键: 值”，现为{is_zh}{hint.zh}"
            )
        case "string_too_long" | "too_long":
            most = context.get("max_length")
            return FaultError(f"is too long: at most {most}", f"过长，最多 {most}")
        case "tuple_type" | "list_type" | "frozen_set_type":
            return FaultError(f"must be a list, is {is_en}", f"应为列表，现为{is_zh}")
        case _:
            return FaultError(
                f"must be {_wanted(detail['msg'])}, is {is_en}", f"{_wanted_zh(kind, context)}，现为{is_zh}"
            )


def _wanted(message: str) -> str:
    return message.removeprefix("Input should be ").removeprefix("a valid ").partition(",")[0]


_BOUNDS_ZH = {
    "greater_than": ("大于", "gt"),
    "greater_than_equal": ("不小于", "ge"),
    "less_than": ("小于", "lt"),
    "less_than_equal": ("不大于", "le"),
}
_TYPES_ZH = {
    "float": "数值",
    "int": "整数",
    "bool": "true 或 false",
    "date": "日期（如 2026-10-01）",
    "finite": "有限的数值",
}


def _wanted_zh(kind: str, context: Mapping[str, Any]) -> str:
    if kind in _BOUNDS_ZH:
        word, key = _BOUNDS_ZH[kind]
        return f"应{word} {context.get(key):g}"
    return f"应为{_TYPES_ZH.get(kind.partition('_')[0], '另一种取值')}"


def _described(value: Any) -> tuple[str, str]:
    """Say what stands there without repeating it; a number may be repeated."""
    match value:
        case None:
            return "empty", "空"
        case bool():
            return str(value).lower(), f" {str(value).lower()} "
        case int() | float():
            shown = repr(value) if abs(value) < 1e15 else "a number far too large"
            return shown, f" {shown} " if abs(value) < 1e15 else "过大的数值"
        case str():
            return ("empty text", "空文本") if not value.strip() else ("text", "文本")
        case list() | tuple():
            return "a list", "列表"
        case Mapping():
            return "a group of `key: value` lines", "一组“键: 值”"
        case _:
            return "something else", "其他内容"


def _known_keys(loc: Loc, model: type[BaseModel]) -> list[str]:
    """Give the keys that the group at `loc` may have."""
    annotation: Any = model
    for step in loc:
        if isinstance(annotation, type) and issubclass(annotation, BaseModel) and step in annotation.model_fields:
            annotation = annotation.model_fields[str(step)].annotation
        annotation = _model_in(annotation) or annotation
        if step in ("numbers", "per_class"):
            return list(Numbers.model_fields)
    return list(annotation.model_fields) if hasattr(annotation, "model_fields") else []


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """Find the model in `Model`, `tuple[Model, ...]` or `Model | None`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := _model_in(part))), None)
