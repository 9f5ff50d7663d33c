"""Fonts for captions: a Chinese one where the system has it, else Pillow's own, which knows Latin letters only."""

from __future__ import annotations

import logging
from functools import cache
from pathlib import Path

from PIL import ImageFont

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont

_FOLDERS = (
    Path("/usr/share/fonts"),
    Path("/usr/local/share/fonts"),
    Path("~/.local/share/fonts").expanduser(),
    Path("~/.fonts").expanduser(),
    Path("/System/Library/Fonts"),
    Path("/Library/Fonts"),
    Path("C:/Windows/Fonts"),
)
# Best first; each with its regular and its bold file, one for both where the family has no bold.
_FAMILIES = (
    ("NotoSansCJK-Regular.ttc", "NotoSansCJK-Bold.ttc"),
    ("NotoSansCJKsc-Regular.otf", "NotoSansCJKsc-Bold.otf"),
    ("NotoSansSC-Regular.otf", "NotoSansSC-Bold.otf"),
    ("NotoSansSC-Regular.ttf", "NotoSansSC-Bold.ttf"),
    ("SourceHanSansSC-Regular.otf", "SourceHanSansSC-Bold.otf"),
    ("SourceHanSansCN-Regular.otf", "SourceHanSansCN-Bold.otf"),
    ("wqy-microhei.ttc", "wqy-microhei.ttc"),
    ("wqy-zenhei.ttc", "wqy-zenhei.ttc"),
    ("DroidSansFallbackFull.ttf", "DroidSansFallbackFull.ttf"),
    ("DroidSansFallback.ttf", "DroidSansFallback.ttf"),
    ("PingFang.ttc", "PingFang.ttc"),
    ("msyh.ttc", "msyhbd.ttc"),
    ("simhei.ttf", "simhei.ttf"),
)

_log = logging.getLogger(__name__)


class Fonts:
    """A regular and a bold face at any size. `cjk` says whether Chinese can be written with them."""

    def __init__(self, regular: Path | None, bold: Path | None) -> None:
        self._regular, self._bold = regular, bold
        self.cjk = regular is not None
        self._made: dict[tuple[bool, int], Font] = {}

    def get(self, size_px: int, *, bold: bool = False) -> Font:
        """Give the face at `size_px`."""
        if (bold, size_px) not in self._made:
            path = self._bold if bold else self._regular
            self._made[bold, size_px] = _load(path, size_px) if path else ImageFont.load_default(size_px)
        return self._made[bold, size_px]

    def can_write(self, text: str) -> bool:
        """Say whether every letter of `text` can be drawn."""
        return self.cjk or all(ord(letter) < 0x250 for letter in text)


@cache
def system_fonts() -> Fonts:
    """Find the system's fonts, once; without a Chinese one the log says what to install."""
    fonts = find_fonts(_FOLDERS)
    if not fonts.cjk:
        _log.warning(
            "设备上没有中文字体，证据图片的说明仅为英文：请安装 fonts-noto-cjk。"
            " There is no Chinese font on this box: captions are English only. Install fonts-noto-cjk."
        )
    return fonts


def find_fonts(folders: tuple[Path, ...]) -> Fonts:
    """Find the best Chinese font below `folders`."""
    there = {
        path.name: path
        for folder in folders
        if folder.is_dir()
        for path in folder.rglob("*")
        if path.suffix.lower() in (".ttf", ".ttc", ".otf")
    }
    for regular, bold in _FAMILIES:
        if regular in there:
            return Fonts(there[regular], there.get(bold, there[regular]))
    return Fonts(None, None)


def _load(path: Path, size_px: int) -> Font:
    """Load a face; of a collection the one for simplified Chinese."""
    return ImageFont.truetype(str(path), size_px, index=_simplified_chinese(path))


@cache
def _simplified_chinese(path: Path) -> int:
    if path.suffix.lower() != ".ttc":
        return 0
    for index in range(16):
        try:
            family = ImageFont.truetype(str(path), 10, index=index).getname()[0] or ""
        except OSError:
            return 0
        if family.endswith(" SC"):
            return index
    return 0
