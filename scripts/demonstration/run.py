"""The demo from its options to its exit code: clip, zones and weights first, then a centre and a box."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from argparse import Namespace
from pathlib import Path

from edge_agent.source import FileSource, SourceError
from scripts._terminal import StatusLine
from scripts.demonstration.clip import fetch_clip
from scripts.demonstration.departure import SAID_EN, SAID_ZH, write_film
from scripts.demonstration.failure import DemoError
from scripts.demonstration.live import play
from scripts.demonstration.once import run_through
from scripts.demonstration.processes import command
from scripts.demonstration.site import Site, Wish
from scripts.demonstration.zones_file import BUILTIN, read_zones


def run(options: Namespace) -> int:
    """Run the demo; give its exit code. Raises DemoError and KeyboardInterrupt."""
    zones = read_zones(options.zones or BUILTIN)
    clip = options.clip or _own_clip()
    length_s = _length_s(clip)
    _pull_weights()
    folder = Path(tempfile.mkdtemp(prefix="kerbwatch-demo-"))
    result = None
    leaves = options.once and options.clip is None and options.zones is None
    try:
        if leaves:
            StatusLine().say(f"{SAID_ZH}\n{SAID_EN}")
            clip = write_film(clip, folder / "street.mp4")
        wish = Wish(clip, zones, options.broker, options.host, options.port, options.once)
        with Site(folder, wish) as site:
            if options.once:
                result = run_through(site, zones, length_s, must_close=leaves)
            else:
                play(site, length_s)
    finally:
        if options.keep:
            StatusLine().say(f"数据与日志保留在 / Data and logs are kept in {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)
    if result is not None:
        print(json.dumps(result), flush=True)
    return 0


def _own_clip() -> Path:
    clip = fetch_clip()
    os.utime(clip)  # a file's pictures are dated back from its last change: this street is seen today
    return clip


def _length_s(clip: Path) -> float | None:
    try:
        return FileSource(clip).duration_s()
    except SourceError as error:
        raise DemoError(f"视频无法打开：{clip}", str(error)) from error


def _pull_weights() -> None:
    """Fetch the detector's weights now, with their own progress, rather than in the box's log."""
    pulled = subprocess.run([command("kerbwatch-models"), "pull"], stdout=subprocess.DEVNULL, check=False)
    if pulled.returncode != 0:
        raise DemoError("无法获取检测模型（原因见上）。", "The detector's weights cannot be had (see above).")
