"""`kerbwatch-models bench` and `quantize`: what a detector costs on this machine, and a cheaper one made of it."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import typer
import yaml

from models.bench.measuring import Row
from models.cache import sha256_of
from models.catalog import find_entry, load_catalog
from models.entry import FileSource, ModelEntry
from models.errors import ModelError
from models.fetch import ensure_weights

STREET_CLASSES = ("person", "bicycle", "car", "motorcycle", "bus", "truck", "umbrella")
"""What is compared where nobody names classes: those of a street that COCO knows."""

_EVERY_S = 3.0
_CALIBRATION = 3  # every third picture


def run_bench(sources: list[Path], name: str, classes: str, most: int, catalog: Path | None, out: Path | None) -> None:
    """Measure every way to run a detector, on pictures of one's own; print a table, write JSON. Raises ModelError."""
    _need_extra()
    from rich.console import Console
    from rich.table import Table

    from models.bench.measuring import measure
    from models.bench.pictures import street_pictures
    from models.bench.variants import variants

    entry = find_entry(load_catalog(catalog), name)
    weights = ensure_weights(entry)
    class_ids = _class_ids(entry, classes)
    pictures = street_pictures(sources, max(entry.input_hw), _EVERY_S, most)
    console = Console(stderr=True)
    with console.status("") as status:
        calibration = pictures[::_CALIBRATION]
        measured = [picture for number, picture in enumerate(pictures) if number % _CALIBRATION]
        rows = measure(variants(entry, weights, calibration), measured, class_ids, status.update)
    table = Table(title=f"{entry.name}: {len(measured)} pictures, {len(calibration)} others to calibrate with")
    for column in ("", "CPU ms", "wall ms", "recall", "mAP"):
        table.add_column(column, justify="right" if column else "left")
    for row in rows:
        table.add_row(row.name, *_cells(row))
    table.caption = (
        f"against the first row; {rows[0].agreement.things if rows[0].agreement else 0} things it is sure of"
    )
    Console().print(table)
    if out:
        out.write_text(json.dumps([asdict(row) for row in rows], indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def run_quantize(sources: list[Path], name: str, most: int, catalog: Path | None, out: Path) -> None:
    """Write an INT8 model, calibrated with pictures of one's own, and print its catalogue. Raises ModelError."""
    _need_extra()
    from models.bench.pictures import street_pictures
    from models.quantize import quantized

    entry = find_entry(load_catalog(catalog), name)
    model = quantized(
        ensure_weights(entry).read_bytes(),
        entry,
        street_pictures(sources, max(entry.input_hw), _EVERY_S, most),
    )
    try:
        out.write_bytes(model)
    except OSError as error:
        raise ModelError(
            f"{out}: cannot be written ({error.strerror}).", f"{out}：无法写入（{error.strerror}）。"
        ) from error
    fields = entry.model_dump(mode="json", exclude={"name", "described_in", "source", "sha256"}, exclude_unset=True)
    source = FileSource(file=out.resolve()).model_dump(mode="json")
    made = {"summary": f"{entry.name} in INT8"} | {"source": source, "sha256": sha256_of(out)}
    typer.echo(yaml.safe_dump({"models": {f"{entry.name}-int8": fields | made}}, sort_keys=False, allow_unicode=True))


def _cells(row: Row) -> list[str]:
    if row.agreement is None:
        return ["-", "-", "-", row.problem]
    found = row.agreement
    return [f"{row.cpu_ms:.2f}", f"{row.wall_ms:.2f}", f"{found.recall:.3f}", f"{found.mean_ap:.3f}"]


def _class_ids(entry: ModelEntry, classes: str) -> list[int]:
    wanted = [name.strip() for name in classes.split(",")] if classes else list(STREET_CLASSES)
    known = {name: number for number, name in enumerate(entry.class_names)}
    unknown = [name for name in wanted if classes and name not in known]
    chosen = [known[name] for name in wanted if name in known]
    if unknown or not chosen:
        listed = ", ".join(entry.class_names)
        raise ModelError(
            f"--classes {', '.join(unknown or wanted)}: {entry.name} knows {listed}.",
            f"--classes {', '.join(unknown or wanted)}：{entry.name} 的类别为 {listed}。",
        )
    return chosen


def _need_extra() -> None:
    missing = [name for name in ("onnx", "pycocotools", "rich") if not _is_there(name)]
    if missing:
        raise ModelError(
            f"{', '.join(missing)} not installed: pip install 'kerbwatch[edge,models]' (on a desk, not on a box).",
            f"未安装 {', '.join(missing)}：请在工作机（而非盒子）上运行 pip install 'kerbwatch[edge,models]'。",
        )


def _is_there(name: str) -> bool:
    from importlib.util import find_spec

    return find_spec(name) is not None
