"""Reading a text file that a person names: whatever it is, it is text or one clear fault."""

from __future__ import annotations

import codecs
from pathlib import Path

from edge_agent.config.yaml_reading import YamlError
from models.yaml_reading import MOST_BYTES

_OTHER_ENCODINGS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def read_text(path: Path) -> str:
    """Read a file of UTF-8, with or without a byte-order mark. Raises YamlError."""
    try:
        with path.open("rb") as file:  # no more than needed: somebody may name /dev/zero
            content = file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "no path"
        raise YamlError(f"cannot be read ({why}): check the path", f"无法读取（{why}），请检查路径") from None
    if len(content) > MOST_BYTES:
        most = MOST_BYTES >> 20
        raise YamlError(
            f"is larger than {most} MB: check that it is the right file", f"超过 {most} MB，请检查是否选错文件"
        )
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        at = 0 if content.startswith(_OTHER_ENCODINGS) else error.start
        raise YamlError(
            f"is not UTF-8 text (byte {at}): save it as UTF-8", f"不是 UTF-8 文本（第 {at} 字节），请另存为 UTF-8"
        ) from None
