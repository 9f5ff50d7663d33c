"""Reading the site file, with errors that say where, what is wrong, and what to do."""

from __future__ import annotations

import difflib
from collections.abc import Hashable
from pathlib import Path
from typing import Any, get_args

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from yaml.nodes import MappingNode

from central.problems import Problem
from central.site.file import SiteFile

_TOLD = 8


class BadSiteFile(Problem):
    """The site file cannot be used."""

    code = "bad_site_file"

    def __init__(self, path: Path, faults: list[str]) -> None:
        told = "\n".join(f"  {fault}" for fault in faults[:_TOLD])
        more = len(faults) - _TOLD
        told += f"\n  … +{more}" if more > 0 else ""
        super().__init__(
            f"站点文件 {path} 有误，请修改后重新启动：\n{told}", f"The site file {path} is wrong; correct it:\n{told}"
        )
        self.faults = faults


class _Loader(yaml.SafeLoader):
    """Refuses a key that is said twice in one group, of which PyYAML silently keeps the last."""

    def construct_mapping(self, node: MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if str(key.value) in seen:
                raise yaml.constructor.ConstructorError(None, None, f"{key.value!r} is said twice", key.start_mark)
            seen.add(str(key.value))
        return super().construct_mapping(node, deep)


def read_site_file(path: Path) -> SiteFile:
    """Read and check a site file. Raises BadSiteFile."""
    try:
        data = yaml.load(path.read_text(encoding="utf-8"), _Loader)
    except OSError as error:
        raise BadSiteFile(path, [f"无法读取 / cannot be read: {error.strerror or error}"]) from error
    except UnicodeDecodeError as error:
        raise BadSiteFile(path, ["请存为 UTF-8 / save it as UTF-8"]) from error
    except yaml.YAMLError as error:
        raise BadSiteFile(path, [_explain(error)]) from error
    except RecursionError:
        raise BadSiteFile(path, ["嵌套过深 / it is nested too deeply"]) from None
    except (
        Exception
    ) as error:  # PyYAML takes a tag at its word: ValueError, KeyError, AttributeError, OverflowError ...
        fault = "有的值与其类型不符，或数字过长 / a value does not fit its type, or a number is far too long"
        raise BadSiteFile(path, [fault]) from error
    try:
        return SiteFile.model_validate({} if data is None else data)
    except ValidationError as error:
        raise BadSiteFile(path, [_say(detail) for detail in error.errors()]) from error


def _explain(error: yaml.YAMLError) -> str:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        mark = error.problem_mark
        return f"第 {mark.line + 1} 行 / line {mark.line + 1}, column {mark.column + 1}: {error.problem}"
    return f"不是 YAML / not YAML: {error}"


def _say(detail: ErrorDetails) -> str:
    path = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in detail["loc"]).removeprefix(".")
    match detail["type"]:
        case "missing":
            zh, en = "缺少此项，请补上", "is missing: add it"
        case "extra_forbidden":
            known = _known_keys(detail["loc"][:-1])
            zh, en = f"没有这一项；可用：{known}", f"unknown key: {_did_you_mean(str(detail['loc'][-1]), known)}"
        case "value_error":
            zh, en = "", str(detail["ctx"]["error"])
        case "enum" | "literal_error":
            expected = str(detail["ctx"]["expected"])
            zh, en = f"{detail['input']!r} 无效；可用：{expected}", f"{detail['input']!r} is not known: use {expected}"
        case _:
            said = detail["msg"].removeprefix("Input should be ")
            zh, en = f"{detail['input']!r} 无效", f"must be {said}, is {detail['input']!r}"
    return f"{path or '(file)'}: {f'{zh} / ' if zh else ''}{en}"


def _did_you_mean(word: str, known: str) -> str:
    near = difflib.get_close_matches(word, known.split(", "), n=1)
    return f"did you mean {near[0]}?" if near else f"known are {known}"


def _known_keys(loc: tuple[int | str, ...]) -> str:
    found: Any = SiteFile
    for step in loc:
        if isinstance(found, type) and issubclass(found, BaseModel) and step in found.model_fields:
            found = found.model_fields[str(step)].annotation
        else:  # an entry of a list or of a group by id
            found = next((part for part in get_args(found) if hasattr(part, "model_fields")), found)
    found = next((part for part in get_args(found) if hasattr(part, "model_fields")), found)
    return ", ".join(found.model_fields) if hasattr(found, "model_fields") else ""
