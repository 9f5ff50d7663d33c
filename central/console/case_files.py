"""The evidence files with their hashes, so that anyone can check that a picture is the one the box signed."""

from __future__ import annotations

from central.cases.views import CaseDetail, EvidenceView
from central.console import formats, icons
from central.console.tags import svg, tag, text
from central.console.visit import Visit


def files_block(case: CaseDetail, visit: Visit) -> None:
    """List the files: what each shows, its size, its SHA-256 to copy, and a link to it."""
    words = visit.words
    with tag("details", "files"):
        with tag("summary"):
            text("span", words("case.files"))
            text("span", str(len(case.evidence)), "count")
        text("p", words("case.files_hint"), "fine")
        for file in case.evidence:
            _file(file, visit)


def _file(file: EvidenceView, visit: Visit) -> None:
    words = visit.words
    name = f"{words(f'role.{file.role}')} · {words(f'rendition.{file.rendition}')}"
    with tag("div", "file"):
        with tag("div", "file-line"):
            text("a", name, href=file.url, target="_blank", rel="noopener")
            text("span", f"{file.width_px}×{file.height_px} · {formats.size(file.bytes)}", "fine")
        with tag("div", "hash"):
            text("code", file.sha256)
            with tag("button", "tool icon-only", type="button", title=words("copy")) as copy:
                svg(icons.COPY)
            copy.on("click", js_handler=f"(e) => window.kerbwatch.copy('{file.sha256}', e.currentTarget)")
