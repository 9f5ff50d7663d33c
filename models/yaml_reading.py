"""YAML files read strictly: a key that stands there twice is an error, not a silent last-one-wins.

What people and editors make by mistake, or others on purpose, is an error with its line and never more: aliases that
multiply, a thing inside itself, thousands of levels, a tag whose value does not fit, a number of thousands of digits.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from pathlib import Path
from typing import Any

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from models.errors import CatalogError

MOST_VALUES = 100_000
"""More values than this, aliases written out, are no configuration."""
MOST_LEVELS = 50
MOST_BYTES = 4 << 20


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


def load_bounded(text: str, loader_class: type[yaml.SafeLoader]) -> tuple[Node | None, Any]:
    """Parse one document; return its root node and its data. Raises yaml.YAMLError, MarkedYAMLError with a line."""
    loader = loader_class(text)
    try:
        root = loader.get_single_node()
        if root is None:
            return None, None
        _check_size(root, {}, [])
        for scalar in _scalars(root):
            _check_scalar(loader, scalar)
        return root, loader.construct_document(root)
    except RecursionError:
        raise yaml.YAMLError("it is nested too deeply") from None
    finally:
        loader.dispose()


def _children(node: Node) -> Iterator[Node]:
    if isinstance(node, MappingNode):
        for key, value in node.value:
            yield key
            yield value
    elif isinstance(node, SequenceNode):
        yield from node.value


def _check_size(node: Node, sizes: dict[int, int], inside: list[int]) -> int:
    """Count the values under a node, aliases written out; raise for too many, too deep, or a thing inside itself."""
    if id(node) in inside:
        raise _wrong(node, "an alias (*name) stands inside what it names")
    if len(inside) > MOST_LEVELS:
        raise _wrong(node, f"it is nested more than {MOST_LEVELS} levels deep")
    if id(node) not in sizes:
        inside.append(id(node))
        sizes[id(node)] = 1 + sum(_check_size(child, sizes, inside) for child in _children(node))
        inside.pop()
    if sizes[id(node)] > MOST_VALUES:
        raise _wrong(node, f"it holds more than {MOST_VALUES} values")
    return sizes[id(node)]


def _scalars(root: Node) -> Iterator[ScalarNode]:
    seen, todo = {id(root)}, [root]
    while todo:
        node = todo.pop()
        if isinstance(node, ScalarNode):
            yield node
        for child in _children(node):
            if id(child) not in seen:
                seen.add(id(child))
                todo.append(child)


def _check_scalar(loader: yaml.SafeLoader, node: ScalarNode) -> None:
    try:
        value = loader.construct_object(node, deep=True)
    except yaml.YAMLError:
        raise _wrong(node, "a tag (!...) that is not used here: remove it, or put the text in quotes") from None
    except Exception:  # PyYAML takes a tag at its word: ValueError, KeyError, AttributeError, OverflowError ...
        raise _wrong(node, "a value that does not fit its type, or a number far too long") from None
    if isinstance(value, int) and value.bit_length() > 64:
        raise _wrong(node, "a number far too long")


def _wrong(node: Node, problem: str) -> yaml.MarkedYAMLError:
    return yaml.MarkedYAMLError(problem=problem, problem_mark=node.start_mark)


def read_yaml(path: Path) -> Any:
    """Read one YAML document. Raises CatalogError that names the file, and the line where it has one."""
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            raise CatalogError(
                f"{path}: is larger than {MOST_BYTES >> 20} MB. Check that it is the right file.",
                f"{path}：超过 {MOST_BYTES >> 20} MB，请检查是否选错文件。",
            )
        text = content.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = "it is not UTF-8 text" if isinstance(error, UnicodeDecodeError) else error
        raise CatalogError(
            f"{path}: cannot be read ({why}). Check the path and its permissions.",
            f"{path}：无法读取（{why}）。请检查路径、权限和编码（UTF-8）。",
        ) from error
    try:
        return load_bounded(text, _UniqueKeyLoader)[1]  # a SafeLoader: builds plain values only
    except yaml.YAMLError as error:
        where = ""
        if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
            where = f":{error.problem_mark.line + 1}:{error.problem_mark.column + 1}"
        reason = getattr(error, "problem", None) or str(error)
        raise CatalogError(
            f"{path}{where}: not valid YAML: {reason}.", f"{path}{where}：YAML 格式错误：{reason}。"
        ) from error
