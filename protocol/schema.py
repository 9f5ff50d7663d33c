"""Write the messages as JSON Schema: `python -m protocol.schema docs/protocol`."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

from pydantic import BaseModel

from protocol import messages

PUBLIC: tuple[type[BaseModel], ...] = (
    messages.Violation,
    messages.Ack,
    messages.Status,
    messages.Health,
    messages.PictureRequest,
    messages.PictureResponse,
)


def schemas() -> dict[str, str]:
    """Give {file name: JSON Schema text} of every message on the wire."""
    return {
        f"{_file_name(model)}.schema.json": json.dumps(model.model_json_schema(), indent=2, ensure_ascii=False) + "\n"
        for model in PUBLIC
    }


def _file_name(model: type[BaseModel]) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", model.__name__).lower()


def write(folder: Path) -> None:
    """Write all schemas into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in schemas().items():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/protocol"))
