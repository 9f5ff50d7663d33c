"""YAML files read strictly: a key that stands there twice is an error, not a silent last-one-wins."""

from __future__ import annotations

from collections.abc import Hashable
from pathlib import Path
from typing import Any

import yaml

from models.errors import CatalogError


class _UniqueKeyLoader(yaml.SafeLoader):
    """PyYAML's safe loader, refusing repeated keys."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[Hashable] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if isinstance(key, Hashable) and key in seen:
                raise yaml.MarkedYAMLError(
                    problem=f"the key {key!r} stands here twice", problem_mark=key_node.start_mark
                )
            seen.add(key)
        return super().construct_mapping(node, deep)


def read_yaml(path: Path) -> Any:
    """Read one YAML document. Raises CatalogError that names the file, and the line where it has one."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CatalogError(
            f"{path}: cannot be read ({error}). Check the path and its permissions.",
            f"{path}：无法读取（{error}）。请检查路径和权限。",
        ) from error
    try:
        return yaml.load(text, Loader=_UniqueKeyLoader)  # a SafeLoader: builds plain values only
    except yaml.YAMLError as error:
        where = ""
        if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
            where = f":{error.problem_mark.line + 1}:{error.problem_mark.column + 1}"
        reason = getattr(error, "problem", None) or str(error)
        raise CatalogError(
            f"{path}{where}: not valid YAML: {reason}.", f"{path}{where}：YAML 格式错误：{reason}。"
        ) from error
