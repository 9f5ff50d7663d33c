"""Faults of a configuration as an engineer wants to read them: where, what is wrong, and what to do."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from edge_agent.config.yaml_reading import Loc
from rules.numbers import Numbers


def path_of(loc: Loc) -> str:
    """Write a place as `cameras[2].zones[0].polygon`."""
    path = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in loc)
    return path.removeprefix(".")


def faults_of(error: ValidationError, model: type[BaseModel], data: Any) -> list[tuple[Loc, str]]:
    """Give place and text of every fault that pydantic found in `data` for `model`."""
    return [(place, _say(detail, place, model)) for detail in error.errors() for place in [_place(data, detail)]]


def repeated_ids(data: Any) -> list[tuple[Loc, str]]:
    """Find cameras, and zones of one camera, that have the id of an earlier one. `data` may be wrong in other ways."""
    cameras = _items(data, "cameras")
    faults = _repeats((("cameras",), cameras), "camera")
    for index, camera in enumerate(cameras):
        faults += _repeats((("cameras", index, "zones"), _items(camera, "zones")), "zone of this camera")
    return faults


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Give "did you mean ...?" with the nearest names, or all of them when none is near."""
    names = list(known)
    near = difflib.get_close_matches(word.lower(), names, n=2, cutoff=0.6)
    return f"did you mean {' or '.join(map(repr, near))}?" if near else f"known are: {', '.join(names)}"


def _items(data: Any, key: str) -> list[Any]:
    value = data.get(key) if isinstance(data, Mapping) else None
    return value if isinstance(value, list) else []


def _repeats(group: tuple[Loc, list[Any]], what: str) -> list[tuple[Loc, str]]:
    loc, items = group
    first: dict[str, int] = {}
    faults: list[tuple[Loc, str]] = []
    for index, item in enumerate(items):
        name = item.get("id") if isinstance(item, Mapping) else None
        if name is None:
            continue
        if str(name) in first:
            earlier = path_of((*loc, first[str(name)]))
            faults.append(((*loc, index, "id"), f"another {what}, {earlier}, has the id {name!r} too: rename one"))
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


def _say(detail: ErrorDetails, place: Loc, model: type[BaseModel]) -> str:
    kind, value, context = detail["type"], detail["input"], detail.get("ctx", {})
    match kind:
        case "missing":
            return "is missing: add it"
        case "extra_forbidden":
            return f"unknown key: {did_you_mean(str(place[-1]), _known_keys(place[:-1], model))}"
        case "value_error":
            return str(context["error"])
        case "enum" | "literal_error":
            names = re.findall(r"'([^']*)'", str(context.get("expected", "")))
            return f"{_shown(value)} is not known: {did_you_mean(str(value), names)}"
        case "string_type":
            return f"must be text, is {_shown(value)}: put it in quotes"
        case "string_pattern_mismatch":
            return (
                f"{_shown(value)} cannot be used here: only letters, digits, '.', '_' and '-', a letter or digit first"
            )
        case "less_than_equal" | "greater_than_equal" if place and isinstance(place[-1], int):
            return f"is {_shown(value)}: coordinates are fractions of the picture from 0 to 1, not pixels"
        case "model_type" | "dict_type" | "model_attributes_type":
            hint = ": remove the line, or give values under it" if value is None else ""
            return f"must be a group of `key: value` lines, is {_shown(value)}{hint}"
        case "tuple_type" | "list_type" | "frozen_set_type":
            return f"must be a list, is {_shown(value)}"
        case _:
            said = detail["msg"].removeprefix("Input should be ").removeprefix("a valid ")
            return f"must be {said}, is {_shown(value)}"


def _shown(value: Any) -> str:
    text = "empty" if value is None else repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


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
