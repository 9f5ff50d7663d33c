"""The catalogue of detectors: the one that KerbWatch brings, and a user's own file merged over it."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from models.entry import NAME_PATTERN, EntryFields, FileSource, ModelEntry
from models.errors import CatalogError
from models.yaml_reading import read_yaml

__all__ = ["DEFAULT_MODEL", "ModelEntry", "find_entry", "load_catalog"]

DEFAULT_MODEL = "yolox-nano-coco"

_HERE = Path(__file__).parent
_BUILT_IN = _HERE / "catalog.yaml"
_CLASS_LISTS = _HERE / "class_names.yaml"


def load_catalog(extra: Path | None = None) -> dict[str, ModelEntry]:
    """Load the built-in catalogue and, over it, the entries of `extra`; the same name replaces the entry.

    Raises CatalogError that names the file, the path of the key, what is wrong and what is expected.
    """
    entries = _read_catalog(_BUILT_IN)
    if extra is not None:
        entries |= _read_catalog(extra)
    return entries


def find_entry(catalog: Mapping[str, ModelEntry], name: str) -> ModelEntry:
    """Look an entry up by name. Raises CatalogError that says which names there are, the nearest first."""
    if name in catalog:
        return catalog[name]
    near = difflib.get_close_matches(name, catalog, n=1)
    known = ", ".join([*near, *sorted(set(catalog) - set(near))])
    raise CatalogError(
        f"no model is called {name!r}. There are: {known}. A model of your own needs an entry in your catalogue file.",
        f"没有名为 {name!r} 的模型。现有：{known}。自有模型需在您的模型目录文件中添加条目。",
    )


@cache
def class_lists() -> dict[str, tuple[str, ...]]:
    """The lists of class names that an entry may name, e.g. `coco80`."""
    return {name: tuple(names) for name, names in read_yaml(_CLASS_LISTS).items()}


def _read_catalog(path: Path) -> dict[str, ModelEntry]:
    document = read_yaml(path)
    if not isinstance(document, dict) or not isinstance(document.get("models"), dict):
        raise _wrong(path, "models", "must be a mapping from a name to the fields of a model")
    for key in document:
        if key != "models":
            raise _wrong(path, str(key), "unknown key; entries belong under `models`")
    return {str(name): _read_entry(path, str(name), fields) for name, fields in document["models"].items()}


def _read_entry(path: Path, name: str, fields: Any) -> ModelEntry:
    where = f"models.{name}"
    if not re.fullmatch(NAME_PATTERN, name) or len(name) > 64:
        raise _wrong(path, where, "a name is 1-64 of a-z 0-9 . _ - and starts with a letter or digit")
    if not isinstance(fields, dict):
        raise _wrong(path, where, "must be a mapping of fields")
    named = fields.get("class_names")
    if isinstance(named, str):
        if named not in class_lists():
            known = ", ".join(class_lists())
            raise _wrong(
                path, f"{where}.class_names", f"no list is called {named!r} (there is: {known}); or spell it out"
            )
        fields = fields | {"class_names": class_lists()[named]}
    try:
        spec = EntryFields.model_validate(fields)
    except ValidationError as error:
        problems = [(f"{where}{_yaml_path(e['loc'])}", _reason(e)) for e in error.errors()]
        raise _wrong_many(path, problems) from error
    values = dict(spec)
    if isinstance(spec.source, FileSource):
        # expanduser for `~/models/x.onnx`; an absolute path wins over the folder it is joined to.
        values["source"] = FileSource(file=path.resolve().parent / spec.source.file.expanduser())
    if "nms_iou" not in spec.model_fields_set:
        values.pop("nms_iou")
    return ModelEntry(name=name, described_in=path, **values)


def _yaml_path(loc: tuple[int | str, ...]) -> str:
    """Write pydantic's place as a person would: `.input.mean[1]`. A union's tag, which no YAML has, is left out."""
    parts: list[str] = []
    for index, part in enumerate(loc):
        if isinstance(part, int):
            parts.append(f"[{part}]")
        elif not (index and loc[index - 1] == "source"):
            parts.append(f".{part}")
    return "".join(parts)


def _reason(error: Any) -> str:
    if error["type"] == "extra_forbidden":
        return "unknown key; check its spelling"
    if error["type"] == "missing":
        return "is required and missing"
    found = error["input"]
    shown = f" (found {found!r})" if isinstance(found, str | int | float) else ""
    return f"{error['msg'].removeprefix('Value error, ')}{shown}"


def _wrong(path: Path, where: str, reason: str) -> CatalogError:
    return _wrong_many(path, [(where, reason)])


def _wrong_many(path: Path, problems: list[tuple[str, str]]) -> CatalogError:
    lines = "\n".join(f"  {where}: {reason}" for where, reason in problems)
    return CatalogError(
        f"{path}: the model catalogue cannot be used:\n{lines}\nThe fields are explained in docs/models.md.",
        f"{path}：模型目录有误（见上面列出的各项），字段说明见 docs/models.md。",
    )
