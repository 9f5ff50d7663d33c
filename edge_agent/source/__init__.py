"""Pictures from cameras and clips: packets are kept undecoded, and only what a look needs is ever decoded.

Start with `LiveSource` (RTSP, HTTP, or a file played in real time) or `FileSource` (a clip, as fast as possible).
"""

from edge_agent.source.file import FileSource
from edge_agent.source.frame import Frame
from edge_agent.source.live import LiveSource, stop_all
from edge_agent.source.picture_state import PictureState, PictureWatch, picture_state, small_luma
from edge_agent.source.report import Observer, SourceError, SourceReport
from edge_agent.source.ring import PacketRing

__all__ = [
    "FileSource",
    "Frame",
    "LiveSource",
    "Observer",
    "PacketRing",
    "PictureState",
    "PictureWatch",
    "SourceError",
    "SourceReport",
    "picture_state",
    "small_luma",
    "stop_all",
]
