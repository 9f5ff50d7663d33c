"""The evaluation with parts of the appearance check switched off, to see what it is worth.

The check itself is not touched: for these runs only, the ledger is given another `compare` in its place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rules import appearance, ledger, watch
from rules.appearance import Likeness
from rules.observation import Box
from scripts.accuracy.step import Bench, Figures, figures_of
from scripts.evaluation.running import run
from scripts.evaluation.scoring import score

_LOOK_EVERY_S = (2.0, 4.0)

Compare = Callable[..., Likeness | None]


def _none(reference: bytes, now: bytes, hidden: tuple[Box, ...] = ()) -> None:
    return None


def _never_another(reference: bytes, now: bytes, hidden: tuple[Box, ...] = ()) -> Likeness | None:
    alike = appearance.compare(reference, now, hidden)
    return alike and Likeness(alike.half, 1.0)


def _never_same(reference: bytes, now: bytes, hidden: tuple[Box, ...] = ()) -> Likeness | None:
    alike = appearance.compare(reference, now, hidden)
    return alike and Likeness(min(alike.half, 0.5), 1.0 if alike.same else alike.part)


VARIANTS: dict[str, Compare] = {
    "with the appearance check": appearance.compare,
    "it never says: another one": _never_another,
    "it never says: the same": _never_same,
    "without it": _none,
}


def measure(bench: Bench) -> Figures:
    """Give the figures of every variant, with the faults."""
    rows = []
    for every_s in _LOOK_EVERY_S:
        for name, compare in VARIANTS.items():
            scores, faults = [], []
            with _judged_by(compare):
                for number, clip in enumerate(bench.clips):
                    bench.say(f"{name}, every {every_s:g} s: {number}/{len(bench.clips)} clips")
                    marks = score(clip.expected, run(clip, bench.detector, every_s).reports)
                    scores.append(marks)
                    faults += [f"{clip.path.stem}: missed {event.what or event.kind}" for event in marks.missed]
                    faults += [f"{clip.path.stem}: false {report.kind} at {report.t_s:.0f} s" for report in marks.false]
            rows.append({"name": f"{name} ({every_s:g} s)", "all": figures_of(scores), "faults": faults})
    return {"variants": rows}


@contextmanager
def _judged_by(compare: Compare) -> Iterator[None]:
    modules = [module for module in (ledger, watch) if hasattr(module, "compare")]
    kept = [(module, getattr(module, "compare")) for module in modules]  # noqa: B009
    for module in modules:
        setattr(module, "compare", compare)  # noqa: B010
    try:
        yield
    finally:
        for module, one in kept:
            setattr(module, "compare", one)  # noqa: B010
