"""The pictures of a case, in the order in which they tell what happened."""

from __future__ import annotations

from typing import Any

from nicegui.element import Element

from central.cases.views import CaseDetail, EvidenceView
from central.console import formats
from central.console.overlay import overlay_svg
from central.console.visit import Visit
from central.console.words import Words
from protocol.messages import EvidenceRole, Rendition, Violation

_ORDER = (
    EvidenceRole.FIRST_SEEN,
    EvidenceRole.CONFIRMED,
    EvidenceRole.CLOSE_UP,
    EvidenceRole.AFTER,
    EvidenceRole.ASKED,
    EvidenceRole.CLIP,
)
_WIDE = frozenset({EvidenceRole.FIRST_SEEN, EvidenceRole.CONFIRMED, EvidenceRole.AFTER})

Picture = dict[str, Any]


def pictures_of(case: CaseDetail, visit: Visit) -> list[Picture]:
    """Pair each original with its rendered copy, and order them as the city reads them."""
    messages = [report.message for report in case.violations if report.message is not None]
    violations = {ref.sha256: message for message in messages for ref in message.evidence}
    groups: dict[tuple[int, Any, EvidenceRole], dict[Rendition, EvidenceView]] = {}
    for file in case.evidence:
        groups.setdefault((_ORDER.index(file.role), file.taken_at, file.role), {})[file.rendition] = file
    return [_picture(groups[key], key[2], violations, visit) for key in sorted(groups, key=lambda key: key[:2])]


def start_of(pictures: list[Picture]) -> int:
    """Choose the picture to begin with: the last one that shows the violation as confirmed."""
    confirmed = [at for at, picture in enumerate(pictures) if picture["role"] == EvidenceRole.CONFIRMED]
    return confirmed[-1] if confirmed else 0


def wide_urls(case: CaseDetail) -> list[str]:
    """Give the addresses of the pictures that an officer looks at first, for loading ahead."""
    return [f.url for f in case.evidence if f.role in _WIDE and f.rendition is Rendition.RENDERED]


def _picture(
    files: dict[Rendition, EvidenceView], role: EvidenceRole, violations: dict[str, Violation], visit: Visit
) -> Picture:
    any_file = next(iter(files.values()))
    original = files.get(Rendition.ORIGINAL)
    violation = violations.get(original.sha256) if original and role in _WIDE else None
    return {
        "id": any_file.sha256,
        "role": str(role),
        "role_name": visit.words(f"role.{role}"),
        "taken": formats.full_time(any_file.taken_at, visit.zone),
        "clock": formats.clock_time(any_file.taken_at, visit.zone),
        "video": any_file.media_type.startswith("video/"),
        "rendered": _file(files.get(Rendition.RENDERED)),
        "original": _file(original),
        "overlay": overlay_svg(violation, original.width_px, original.height_px) if violation and original else "",
    }


def _file(file: EvidenceView | None) -> dict[str, Any] | None:
    return {"url": file.url, "width": file.width_px, "height": file.height_px} if file else None


def _gallery_words(words: Words) -> dict[str, str]:
    keys = ("toggle", "outline", "full", "leave", "full_hint", "failed", "none", "before", "after")
    return {
        **{key: words(f"picture.{key}") for key in keys},
        "rendered": words("rendition.rendered"),
        "original": words("rendition.original"),
    }


class Gallery(Element, component="gallery.js"):
    """One large picture with the others in a strip; `compact` for beside the queue."""

    def __init__(self, visit: Visit, *, compact: bool = False) -> None:
        super().__init__()
        self._visit = visit
        self.props.update(
            {
                "pictures": [],
                "subject": "",
                "start": 0,
                "compact": compact,
                "prefetch": [],
                "words": _gallery_words(visit.words),
            }
        )

    def show(self, case: CaseDetail) -> None:
        """Show the pictures of a case. The same case again keeps the picture that is being looked at."""
        pictures = pictures_of(case, self._visit)
        if pictures != self.props["pictures"] or str(case.id) != self.props["subject"]:
            self.props["start"] = start_of(pictures)
            self.props["pictures"] = pictures
            self.props["subject"] = str(case.id)

    def clear_pictures(self) -> None:
        """Show no case."""
        self.props["pictures"] = []
        self.props["subject"] = ""

    def load_ahead(self, urls: list[str]) -> None:
        """Have the browser load pictures that will be looked at next."""
        self.props["prefetch"] = urls
