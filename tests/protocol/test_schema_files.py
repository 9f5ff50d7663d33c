"""The JSON Schema files in docs/protocol are those of the code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from protocol.schema import PUBLIC, schemas, write

DOCS = Path(__file__).resolve().parents[2] / "docs" / "protocol"


@pytest.mark.parametrize("name", sorted(schemas()))
def test_the_documented_schema_is_up_to_date(name: str) -> None:
    found = (DOCS / name).read_text(encoding="utf-8")
    assert found == schemas()[name], "run: python -m protocol.schema docs/protocol"


def test_no_schema_is_left_over() -> None:
    assert {path.name for path in DOCS.glob("*.schema.json")} == set(schemas())


def test_schemas_can_be_written_anywhere(tmp_path: Path) -> None:
    write(tmp_path / "new" / "folder")
    titles = {json.loads(path.read_text(encoding="utf-8"))["title"] for path in tmp_path.rglob("*.json")}
    assert titles == {model.__name__ for model in PUBLIC}
