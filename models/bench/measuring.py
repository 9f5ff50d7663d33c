"""Running the variants over the same pictures, in turn, and what comes out."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from models.bench.agreement import Agreement, agreement
from models.bench.variants import Variant
from models.detections import Detections
from models.detector import Detector
from models.errors import ModelError
from models.preprocess import Image

_LEAST_SCORE = 0.05
_ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Row:
    """One variant: what a picture costs, letterbox and boxes included, and how well it agrees with the first.

    `cpu_ms` is processor time, `wall_ms` what a look waits; medians over rounds of the mean over pictures.
    `problem` says why it could not be run.
    """

    name: str
    cpu_ms: float | None = None
    wall_ms: float | None = None
    agreement: Agreement | None = None
    problem: str = ""


def measure(
    variants: Sequence[Variant],
    pictures: Sequence[Image],
    class_ids: Sequence[int],
    say: Callable[[str], None],
) -> list[Row]:
    """Measure all variants; the first is the reference. All get all pictures in every round, one after the other."""
    opened, problems = _opened(variants, say)
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in opened}
    found: dict[str, list[Detections]] = {}
    for number in range(_ROUNDS):
        for variant in (one for one in variants if one.name in opened):
            say(f"{variant.name}: round {number + 1} of {_ROUNDS}")
            cpu_s, wall_s = time.process_time(), time.perf_counter()
            found[variant.name] = list(_answers(variant, opened[variant.name], pictures))
            spent = time.process_time() - cpu_s, time.perf_counter() - wall_s
            times[variant.name].append((1000 * spent[0] / len(pictures), 1000 * spent[1] / len(pictures)))
    reference = found[variants[0].name]
    return [
        Row(variant.name, problem=problems[variant.name])
        if variant.name in problems
        else Row(
            variant.name,
            round(statistics.median(cpu_ms for cpu_ms, _ in times[variant.name]), 2),
            round(statistics.median(wall_ms for _, wall_ms in times[variant.name]), 2),
            agreement(reference, found[variant.name], class_ids),
        )
        for variant in variants
    ]


def _opened(
    variants: Sequence[Variant], say: Callable[[str], None]
) -> tuple[dict[str, list[Detector]], dict[str, str]]:
    opened: dict[str, list[Detector]] = {}
    problems: dict[str, str] = {}
    for variant in variants:
        say(f"{variant.name}: is prepared")
        try:
            opened[variant.name] = [variant.open() for _ in range(variant.sessions)]
        except ModelError as error:
            problems[variant.name] = error.en
    return opened, problems


def _answers(variant: Variant, detectors: Sequence[Detector], pictures: Sequence[Image]) -> Iterator[Detections]:
    groups = [pictures[first : first + variant.together] for first in range(0, len(pictures), variant.together)]

    def answer(number: int) -> list[Detections]:
        return detectors[number % len(detectors)].detect(groups[number], _LEAST_SCORE)

    with ThreadPoolExecutor(variant.streams) as pool:
        for answers in pool.map(answer, range(len(groups))) if variant.streams > 1 else map(answer, range(len(groups))):
            yield from answers
