"""Draw the life of a case from the table that the code runs on: `python -m central.cases.drawing docs`."""

from __future__ import annotations

import sys
from pathlib import Path

from central.cases.lifecycle import (
    ACTION_NAMES,
    GROUPS,
    STATE_NAMES,
    TABLE,
    WHO_NAMES,
    CaseState,
    Names,
    Row,
    pick,
)

_GROUP_NAMES: dict[str, Names] = {
    "open": ("未办结", "Open"),
    "at_work": ("办理中", "At work"),
    "undecided": ("待核实", "Undecided"),
}

_HEADS: tuple[Names, ...] = (("自", "From"), ("步骤", "Step"), ("至", "To"), ("由谁", "By"))
_STAYS: Names = ("（不变）", "(stays)")
_NOTHING: Names = ("（新案）", "(new)")
_EVERY: Names = ("任何状态", "any state")
_PAGES = {"life-of-a-case.md": "en", "life-of-a-case.zh-CN.md": "zh"}
_BEGIN, _END = "<!-- from the table: begin -->\n", "\n<!-- from the table: end -->"


def drawn(page: str, language: str) -> str:
    """Give the text of a page with drawing and table as they are now, between their marks."""
    before, _, rest = page.partition(_BEGIN)
    _, _, after = rest.partition(_END)
    return f"{before}{_BEGIN}```mermaid\n{mermaid(language)}\n```\n\n{table(language)}{_END}{after}"


def old_pages(folder: Path) -> dict[Path, str]:
    """Give the pages in `folder` whose drawing or table is not that of the code, with what it should be."""
    texts = {folder / name: (folder / name).read_text(encoding="utf-8") for name in _PAGES}
    fresh = {path: drawn(text, _PAGES[path.name]) for path, text in texts.items()}
    return {path: text for path, text in fresh.items() if text != texts[path]}


def mermaid(language: str) -> str:
    """Draw the steps that change a case's state as a Mermaid state diagram."""
    lines = ["stateDiagram-v2"]
    lines += [f'    state "{pick(_GROUP_NAMES["open"], language)}" as open {{']
    for group in ("undecided", "at_work"):
        lines += [f'        state "{pick(_GROUP_NAMES[group], language)}" as {group} {{']
        lines += [f"            {_state(state, language)}" for state in GROUPS[group]]
        lines += ["        }"]
    lines += ["    }"]
    lines += [f"    {_state(state, language)}" for state in CaseState if state not in GROUPS["open"]]
    for row in TABLE:
        if row.to is not None:
            step = pick(ACTION_NAMES[row.action], language)
            lines += [f"    {start} --> {row.to}: {step}" for start in _starts(row)]
    return "\n".join(lines)


def table(language: str) -> str:
    """Write the whole table in Markdown."""
    heads = [pick(head, language) for head in _HEADS]
    lines = ["| " + " | ".join(heads) + " |", "|---" * len(heads) + "|"]
    for row in TABLE:
        cells = (
            _states(row, language),
            f"{pick(ACTION_NAMES[row.action], language)} `{row.action}`",
            pick(STATE_NAMES[row.to], language) if row.to else pick(_STAYS, language),
            pick(("、", ", "), language).join(pick(WHO_NAMES[who], language) for who in row.who),
        )
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _state(state: CaseState, language: str) -> str:
    return f'state "{pick(STATE_NAMES[state], language)}" as {state}'


def _starts(row: Row) -> list[str]:
    """Give where a row's arrows begin: at a group that it covers as a whole, else at each state."""
    if not row.states:
        return ["[*]"]
    left, starts = set(row.states), []
    for name, group in GROUPS.items():
        if left >= set(group):
            starts.append(name)
            left -= set(group)
    return starts + [str(state) for state in CaseState if state in left]


def _states(row: Row, language: str) -> str:
    if not row.states:
        return pick(_NOTHING, language)
    if set(row.states) == set(CaseState):
        return pick(_EVERY, language)
    return pick(("、", ", "), language).join(pick(STATE_NAMES[state], language) for state in row.states)


if __name__ == "__main__":
    for path, text in old_pages(Path(sys.argv[1] if len(sys.argv) > 1 else "docs")).items():
        path.write_text(text, encoding="utf-8")
