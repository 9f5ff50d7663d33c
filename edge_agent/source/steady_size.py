"""Telling a camera that changed its resolution from a picture whose size is garbage."""

from __future__ import annotations

import av


class SteadySize:
    """Lets pictures of a stream's size pass, and those of a new size from the second one in a row on.

    Damaged parameter sets decode into whole pictures of any size; a camera that was set up anew keeps its new size.
    """

    def __init__(self, width_px: int, height_px: int) -> None:
        self._size = (width_px, height_px)
        self._new: tuple[int, int] | None = None

    def accepts(self, picture: av.VideoFrame) -> bool:
        """Whether a picture is of the stream's size, or of the same other size as the one before."""
        size = (picture.width, picture.height)
        if size not in (self._size, self._new):
            self._new = size
            return False
        self._size, self._new = size, None
        return True
