#!/usr/bin/env python3
"""Run a city's day in minutes through the centre's real parts, and account for everything at the end.

scripts/simulate_city.py [--violations 3000] [--boxes 40] [--seed 1] [--database URL] [--out out/city]
Writes report.html, report.json and central.log into --out; exits with 1 when anything is unaccounted for.
"""

from __future__ import annotations

import json
import logging
import shutil
import sys
import time
from pathlib import Path
from typing import Annotated

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table
from sqlalchemy import make_url

from central.problems import Problem
from scripts._terminal import speak_plainly
from scripts.simulating.accounting import account
from scripts.simulating.day import simulated_day
from scripts.simulating.figures import figures_of
from scripts.simulating.page import page


def main(
    violations: Annotated[int, typer.Option(min=1, help="about so many are sent, confirmed and cleared")] = 3000,
    boxes: Annotated[int, typer.Option(min=1, max=999, help="boxes with 4 cameras each")] = 40,
    seed: Annotated[int, typer.Option(help="another seed, another day")] = 1,
    database: Annotated[str, typer.Option(help="URL of an empty database; none: a new SQLite file in --out")] = "",
    out: Annotated[Path, typer.Option(help="folder for the report; simulated-data in it begins anew")] = Path(
        "out/city"
    ),
) -> None:
    """Simulate a day of a city."""
    speak_plainly()
    console, data = Console(), out / "simulated-data"
    shutil.rmtree(data, ignore_errors=True)
    out.mkdir(parents=True, exist_ok=True)
    logging.basicConfig(filename=out / "central.log", filemode="w", level=logging.WARNING)
    began_s = time.monotonic()
    try:
        with Progress(console=Console(stderr=True)) as progress:
            task = progress.add_task("the day begins", total=1.0)
            with simulated_day(
                data,
                boxes=boxes,
                violations=violations,
                seed=seed,
                database_url=database,
                tell=lambda share, text: progress.update(task, completed=share, description=text),
            ) as day:
                figures = figures_of(day, *account(day), time.monotonic() - began_s)
    except Problem as problem:
        raise typer.BadParameter(problem.message_en) from problem
    figures |= {"boxes": boxes, "seed": seed, "database": make_url(database or "sqlite:///").get_backend_name()}
    (out / "report.json").write_text(json.dumps(figures, ensure_ascii=False, indent=1), encoding="utf-8")
    (out / "report.html").write_text(page(figures), encoding="utf-8")
    numbers = Table(title=f"a simulated day, in {figures['wall_s']} s", show_header=False)
    for name, value in (*figures["headline"].items(), *(("state " + s, n) for s, n in figures["states"].items())):
        numbers.add_row(name.replace("_", " "), f"{value:,}")
    console.print(numbers)
    checks = Table("", "", "asked of", title="accounting")
    for one in figures["accounting"]:
        told = "\n".join([one["en"], *one["faults"][:5]])
        checks.add_row("✓ passed" if one["passed"] else "✗ failed", told, f"{one['asked']:,}")
    console.print(checks)
    console.print(f"{out / 'report.html'}, {out / 'report.json'}", markup=False)
    if not figures["accounted_for"]:
        raise typer.Exit(1)


if __name__ == "__main__":
    typer.run(main)
