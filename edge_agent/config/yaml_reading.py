"""Reading the box's YAML: as YAML 1.2 means it, with line numbers, and nothing said twice.

PyYAML reads YAML 1.1, in which `22:00` is 1320, `no` is false and `007` is 7; here they stay text. And of two equal
keys it silently keeps the last; here that is a fault.
"""

from __future__ import annotations

import re
from collections.abc import Hashable
from typing import Any

import yaml
from yaml.nodes import MappingNode, Node, SequenceNode

from models.yaml_reading import load_bounded
from rules.faults import FaultError

Loc = tuple[str | int, ...]

_PLAIN_KEY = re.compile(r"^[a-z][a-z0-9_]{0,31}$")


class YamlError(FaultError):
    """The text is no YAML, or says something twice; the text names the line, and repeats nothing of what stands there.

    It may be a password.
    """


class _Loader(yaml.SafeLoader):
    def construct_mapping(self, node: MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        lines: dict[str, int] = {}
        for key_node, _ in node.value:
            key, line = str(key_node.value), key_node.start_mark.line + 1
            if key in lines and key_node.tag != "tag:yaml.org,2002:merge":
                shown = repr(key) if _PLAIN_KEY.match(key) else "a key"
                raise YamlError(
                    f"line {line}: {shown} is said again; it was said in line {lines[key]}: keep one",
                    f"第 {line} 行：{shown} 重复，已在第 {lines[key]} 行出现，请只保留一处",
                )
            lines[key] = line
        return super().construct_mapping(node, deep)


_Loader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("int", r"[-+]?(0|[1-9][0-9]*)", "-+0123456789"),
    ("float", r"[-+]?([0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(?=[eE]))([eE][-+]?[0-9]+)?", "-+.0123456789"),
    ("merge", r"<<", "<"),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_pattern})$"), list(_first))


class YamlText:
    """A parsed YAML document that knows on which line each thing stands. Raises YamlError."""

    def __init__(self, text: str) -> None:
        try:
            self._root, self.data = load_bounded(text, _Loader)
        except yaml.MarkedYAMLError as error:
            raise _explain(error) from None
        except yaml.YAMLError as error:
            why = "a character that no text has" if isinstance(error, yaml.reader.ReaderError) else str(error)
            raise YamlError(f"not YAML: {why}", f"不是 YAML：{why}") from None

    def line_of(self, loc: Loc) -> int | None:
        """Give the line (from 1) of what is at `loc`, or of the nearest thing around it that is there."""
        node: Node | None = self._root
        line = None
        for step in loc:
            found = _child(node, step)
            if found is None:
                break
            line, node = found
        return line


def _child(node: Node | None, step: str | int) -> tuple[int, Node] | None:
    if isinstance(node, MappingNode):
        for key, value in node.value:
            if key.value == str(step):
                return key.start_mark.line + 1, value
    if isinstance(node, SequenceNode) and isinstance(step, int) and step < len(node.value):
        item = node.value[step]
        return item.start_mark.line + 1, item
    return None


def _explain(error: yaml.MarkedYAMLError) -> YamlError:
    mark = error.problem_mark or error.context_mark
    where_en = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
    where_zh = f"第 {mark.line + 1} 行第 {mark.column + 1} 列：" if mark else ""
    tabs = "\\t" in str(error.problem)
    context = f" ({error.context})" if error.context else ""
    # PyYAML quotes single characters and tokens (fine), and names that somebody wrote (not fine).
    problem = re.sub(
        r"'([^']*)'", lambda m: m[0] if len(m[1]) < 2 or m[1].startswith("<") else "'...'", f"{error.problem}{context}"
    )
    return YamlError(
        where_en + problem + ("; indent with spaces, not tabs" if tabs else ""),
        f"{where_zh}YAML 格式错误：{problem}" + ("；请用空格缩进，不要用制表符" if tabs else ""),
    )
