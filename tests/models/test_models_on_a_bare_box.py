"""A box has the `edge` extra only: what the `models` and `dev` extras bring must not be needed to detect."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

_PROGRAM = """
import importlib.abc, sys

class Absent(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"pycocotools", "rich", "ultralytics", "torch", "fastapi", "nicegui"}:
            raise ModuleNotFoundError(f"{name} is not on a box", name=name)

sys.meta_path.insert(0, Absent())
import models.catalog, models.cli, models.cli_bench, models.detector, models.draft, models.fetch
models.catalog.load_catalog()
"""


def test_everything_imports_without_pycocotools_rich_and_torch() -> None:
    root = Path(__file__).parents[2]
    result = subprocess.run([sys.executable, "-c", _PROGRAM], cwd=root, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
