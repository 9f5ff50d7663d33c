"""Running pip so that a person sees how far it is, and hears in two languages why it failed. Standard library only."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterable, Sequence
from pathlib import Path
from queue import Empty, Queue
from threading import Thread

from scripts._terminal import StatusLine

_PACKAGE = re.compile(
    r"\s*(?:Collecting |Requirement already satisfied: )([A-Za-z0-9_.-]+)"
    r"|\s*Processing .*?([A-Za-z0-9_.]+)-[^/\\]*\.whl"
)


class Progress:
    """What pip is at, as one line: it collects packages one by one, then writes all of them to the disk in silence."""

    def __init__(self) -> None:
        self._seen: set[str] = set()
        self._now = "pip"
        self._line = StatusLine()

    def hear(self, said: str) -> None:
        """Take in one line that pip printed."""
        about = _PACKAGE.match(said)
        if about:
            name = about[1] or about[2]
            self._seen.add(re.sub(r"[-_.]+", "-", name).lower())
            self._now = f"收集软件包 collecting packages: {len(self._seen)}  {name}"
        elif said.startswith("Installing collected packages:"):
            self._now = f"写入磁盘 writing {said.count(',') + 1} packages to the disk ..."

    def show(self, elapsed_s: float) -> None:
        """Show where it stands."""
        self._line.show(f"  {elapsed_s:4.0f} s  {self._now}")

    def close(self) -> None:
        """Take the line away."""
        self._line.clear()


def run_pip(command: Sequence[str], log: Path, folder: Path) -> tuple[int, list[str]]:
    """Run pip in `folder`, everything it says into `log`; give its exit code and its last lines."""
    progress, started_s = Progress(), time.monotonic()
    last_lines: deque[str] = deque(maxlen=40)
    lines: Queue[str | None] = Queue()
    with log.open("w", encoding="utf-8") as kept, _start(command, folder) as pip:
        assert pip.stdout is not None
        Thread(target=_pump, args=(pip.stdout, lines), daemon=True).start()
        while True:
            try:
                line = lines.get(timeout=1.0)
            except Empty:
                line = ""
            if line is None:
                break
            if line:
                kept.write(line)
                last_lines.append(line.rstrip())
                progress.hear(line)
            progress.show(time.monotonic() - started_s)
        code = pip.wait()
    progress.close()
    return code, list(last_lines)


def _start(command: Sequence[str], folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", cwd=folder
    )


def _pump(lines: Iterable[str], into: Queue[str | None]) -> None:
    for line in lines:
        into.put(line)
    into.put(None)


def explain_pip(last_lines: Sequence[str], log: Path) -> tuple[str, str]:
    """Say in Chinese and English why pip failed, from what it said last."""
    said = "\n".join(last_lines)
    errors = [line for line in last_lines if line.startswith("ERROR")] or list(last_lines[-8:])
    shown = "\n".join(f"  {line}" for line in errors[-6:])
    where_zh, where_en = f"\n{shown}\n完整日志：{log}", f"The full log: {log}"
    if "No space left" in said:
        return f"磁盘空间不足（约需 1.5 GB）。{where_zh}", f"The disk is full (about 1.5 GB are needed). {where_en}"
    if re.search(r"from versions: none|Connection|Temporary failure|SSLError|CERTIFICATE|Read timed out", said):
        return (
            "无法从 Python 软件包索引下载。请检查网络或代理；若所在网络有镜像站，先执行 "
            f"pip config set global.index-url 镜像地址，再重新运行。{where_zh}",
            "The Python package index cannot be reached. Check network and proxy; where your network has a mirror, say "
            f"`pip config set global.index-url ADDRESS` first. Then run this again. {where_en}",
        )
    if "from versions:" in said:
        python = f"Python {sys.version_info[0]}.{sys.version_info[1]}"
        return (
            f"索引中没有适用于 {python} 的某个依赖版本，请改用 Python 3.11-3.13 后重试。{where_zh}",
            f"The index has no fitting version of a package for {python}: try Python 3.11-3.13. {where_en}",
        )
    return f"安装依赖失败。{where_zh}", f"pip could not install what KerbWatch needs. {where_en}"
