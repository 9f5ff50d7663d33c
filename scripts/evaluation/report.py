"""One page about an evaluation: every scene's row, contact sheet and timeline, and every fault explained."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from edge_agent.timeline.data import Flag, page_data
from edge_agent.timeline.page import both, page, timeline_place
from scripts.evaluation.explain import Explanation, explain_false, explain_miss
from scripts.evaluation.running import Run
from scripts.evaluation.scoring import Score
from scripts.evaluation.tables import COLUMNS
from scripts.evaluation.truth import Clip

_STYLE = """<style>
table.scores { border-collapse: collapse; background: #fff; }
table.scores td, table.scores th { padding: 4px 12px; border: 1px solid var(--line); text-align: right; }
table.scores td:first-child { text-align: left; }
tr.bad td { background: #fdeee9; } tr.last td { font-weight: 600; }
img.sheet { width: 100%; border: 1px solid var(--line); border-radius: 8px; margin: 8px 0; }
.fault { border-left: 4px solid var(--missed); background: #fdeee9; padding: 6px 12px; margin: 6px 0; }
.note { color: var(--soft); max-width: 110ch; }
</style>"""


@dataclass(frozen=True, slots=True)
class Fault:
    """One miss or false alarm with its explanation."""

    clip: str
    what: str
    explanation: Explanation

    def __str__(self) -> str:
        return f"{self.clip}: {self.what}\n    [{self.explanation.cause}] {self.explanation.why}"


def faults_of(clip: Clip, run: Run, marks: Score) -> list[Fault]:
    """Explain every miss and false alarm of one clip."""
    missed = [
        Fault(
            clip.name,
            f"missed: {event.kind} in {event.zone}, due at {event.due_s:.1f} s ({event.what})",
            explain_miss(event, clip, run),
        )
        for event in marks.missed
    ]
    false = [
        Fault(
            clip.name,
            f"false alarm: {report.kind} in {report.zone} at {report.t_s:.1f} s",
            explain_false(report, clip, run),
        )
        for report in marks.false
    ]
    return missed + false


def write_report(
    folder: Path, clips: Sequence[Clip], runs: Sequence[Run], scores: Sequence[Score], rows: Sequence[Sequence[str]]
) -> Path:
    """Write index.html into `folder`, where sheets/NAME.jpg are; give its path."""
    folder.mkdir(parents=True, exist_ok=True)
    scenes = [
        _scene(number, clip, run, faults_of(clip, run, marks), row)
        for number, (clip, run, marks, row) in enumerate(zip(clips, runs, scores, rows[:-1], strict=True))
    ]
    title = "KerbWatch 街面卫士 · evaluation 评测"
    path = folder / "index.html"
    path.write_text(page(title, _STYLE + _table(clips, scores, rows) + "\n".join(scenes)), encoding="utf-8")
    return path


def _table(clips: Sequence[Clip], scores: Sequence[Score], rows: Sequence[Sequence[str]]) -> str:
    head = "".join(f"<th>{escape(name)}</th>" for name in ("clip", *COLUMNS))
    lines = []
    for clip, marks, row in zip(clips, scores, rows[:-1], strict=True):
        cells = "".join(f"<td>{escape(cell)}</td>" for cell in row[1:])
        kind = "bad" if marks.false or marks.missed else ""
        lines.append(f'<tr class="{kind}"><td><a href="#{clip.path.stem}">{escape(clip.name)}</a></td>{cells}</tr>')
    total = "".join(f"<td>{escape(cell)}</td>" for cell in rows[-1])
    return f'<table class="scores"><tr>{head}</tr>{"".join(lines)}<tr class="last">{total}</tr></table>'


def _scene(number: int, clip: Clip, run: Run, faults: Sequence[Fault], row: Sequence[str]) -> str:
    flags = [Flag(event.due_s, f"due: {event.what}", f"应报：{event.what}") for event in clip.expected]
    if clip.view_changed_s is not None:
        flags.append(Flag(clip.view_changed_s, "the camera is turned", "摄像机被转动"))
    told = "".join(
        f'<div class="fault"><b>{escape(fault.what)}</b><br>{escape(fault.explanation.cause)}: '
        f"{escape(fault.explanation.why)}</div>"
        for fault in faults
    )
    figures = " · ".join(f"{name} {value}" for name, value in zip(COLUMNS, row[1:], strict=True))
    fine = both("All as expected.", "全部符合预期。") if not faults else ""
    return (
        f'<h2 id="{clip.path.stem}">{escape(clip.name)}</h2><div class="note">{escape(clip.notes)}<br>'
        f"{escape(figures)}<br>{fine}</div>{told}"
        f"{timeline_place(number, page_data(run.history, clip.name, None, flags))}"
        f'<img class="sheet" loading="lazy" src="sheets/{clip.path.stem}.jpg" alt="{escape(clip.name)}">'
    )
