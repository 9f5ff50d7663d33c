"""The console's few icons, drawn for it: 20 x 20, one stroke, coloured by the text around them."""

from __future__ import annotations


def _icon(paths: str) -> str:
    return (
        '<svg class="icon" viewBox="0 0 20 20" fill="none" stroke="currentColor" stroke-width="1.6" '
        f'stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">{paths}</svg>'
    )


FAVICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="#0f6a5b"/>'
    '<path d="M7 23.5h18" stroke="#fff" stroke-width="2.4" stroke-linecap="round"/>'
    '<circle cx="16" cy="14" r="5" fill="none" stroke="#fff" stroke-width="2.6"/></svg>'
)
MARK = (
    '<svg class="mark" viewBox="0 0 32 32" aria-hidden="true">'
    '<rect width="32" height="32" rx="8" fill="var(--accent)"/>'
    '<path d="M7 23.5h18" stroke="#fff" stroke-width="2.4" stroke-linecap="round"/>'
    '<path d="M9.5 23.2V12.8L16 8l6.5 4.8v10.4" fill="none" stroke="#fff" stroke-width="2" stroke-linejoin="round" '
    'opacity=".45"/><circle cx="16" cy="16.6" r="3.4" fill="none" stroke="#fff" stroke-width="2.2"/></svg>'
)
SEARCH = _icon('<circle cx="9" cy="9" r="5.2"/><path d="m13 13 4 4"/>')
SHIELD = _icon(
    '<path d="M10 2.5 4 5v4.4c0 3.7 2.5 6.6 6 8.1 3.5-1.5 6-4.4 6-8.1V5z"/><path d="m7.4 9.8 1.9 1.9 3.4-3.6"/>'
)
WARNING = _icon('<path d="M10 3 2.6 16.4h14.8z"/><path d="M10 8v3.6M10 14v.2"/>')
MOON = _icon('<path d="M16.5 12.2A7 7 0 0 1 7.8 3.5a7 7 0 1 0 8.7 8.7z"/>')
KEYBOARD = _icon(
    '<rect x="2.5" y="5" width="15" height="10" rx="2"/><path d="M5.6 8.2h.1M8.5 8.2h.1M11.4 8.2h.1M14.3 8.2h.1"/>'
    '<path d="M6.6 11.8h6.8"/>'
)
EXIT = _icon('<path d="M8 3.5H4.5v13H8M12.5 6.5 16 10l-3.5 3.5M16 10H8"/>')
BACK = _icon('<path d="M12.5 4.5 7 10l5.5 5.5"/>')
COPY = _icon(
    '<rect x="7" y="7" width="9.5" height="9.5" rx="1.6"/>'
    '<path d="M13 7V5.1A1.6 1.6 0 0 0 11.4 3.5H5.1A1.6 1.6 0 0 0 3.5 5.1v6.3A1.6 1.6 0 0 0 5.1 13H7"/>'
)
DOWNLOAD = _icon('<path d="M10 3.5v9M6.5 9.2 10 12.7l3.5-3.5M4 16.5h12"/>')
EMPTY = (
    '<svg class="empty-art" viewBox="0 0 220 120" fill="none" stroke="currentColor" stroke-width="2" '
    'stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">'
    '<path d="M10 96h200" /><path d="M10 104h200" opacity=".35"/>'
    '<path d="M34 96V30m0 0c0-6 4-9 10-9h14"/><path d="M58 16h16l7 5-7 5H58z"/>'
    '<path d="M81 26l46 58M81 26l92 58" opacity=".28" stroke-dasharray="3 6"/>'
    '<path d="M112 96l12-22h56l14 22" opacity=".55" stroke-dasharray="6 6"/></svg>'
)
