"""How a script gets its environment: any Python 3.11+ starts it, `.venv` is made, and it goes on inside that.

Standard library only. Safe to run again, to interrupt, and to start twice at once: the stamp in `.venv` is written last
and says what is installed.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NoReturn

from scripts._pip import explain_pip, run_pip
from scripts._system_parts import can_install, install_packages
from scripts._terminal import StatusLine

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
TO_RUN = ("edge", "central")
"""The extras (pyproject.toml) of a box and a centre."""

TO_DEVELOP = ("edge", "central", "models", "dev")
"""The extras of the check: a box, a centre, and all tools."""

_OLDEST = (3, 11)
_STAMP = "kerbwatch-installed.json"
_LOG = "kerbwatch-install.log"
_IS_WINDOWS = os.name == "nt"


class SetupError(Exception):
    """The environment cannot be made; `zh` and `en` say why and what to do."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(f"{zh}\n{en}")


def enter_environment(script: str, extras: Sequence[str], *, system: bool = True) -> None:
    """Return inside `.venv` with `extras` installed; `script` is started anew in it where that is not so yet.

    `system`: a missing `venv` module may be installed with apt-get. Raises SetupError.
    """
    inside = Path(sys.prefix).resolve() == VENV.resolve()
    if not _is_current(extras):
        with _one_at_a_time():
            if not _is_current(extras):
                if not inside:
                    _make_venv(system=system)
                _install(extras)
    if not inside:
        _go_on(script)
    if find_spec("pydantic") is None:
        raise SetupError(
            f"{VENV} 属于另一个 Python 版本（系统可能已升级）。请删除该目录后重新运行。",
            f"{VENV} is of another Python (was the system upgraded?). Delete it and run this again.",
        )


def covers(stamp: dict[str, Any], extras: Iterable[str]) -> bool:
    """Say whether a stamp tells of this checkout, as it is now, with at least `extras` installed."""
    return stamp == _stamp(stamp.get("extras", ())) and set(extras) <= set(stamp["extras"])


def _stamp(extras: Iterable[str]) -> dict[str, Any]:
    digest = hashlib.sha256()
    for name in ("pyproject.toml", "constraints.txt"):
        digest.update((ROOT / name).read_bytes())
    return {"digest": digest.hexdigest(), "root": str(ROOT), "extras": sorted(extras)}


def program(name: str, venv: Path = VENV) -> Path:
    """Where a command that is installed in `venv` lies."""
    return venv / ("Scripts" if _IS_WINDOWS else "bin") / (name + (".exe" if _IS_WINDOWS else ""))


def _is_current(extras: Iterable[str]) -> bool:
    return covers(_read_stamp(), extras) and program("python").exists()


def _read_stamp() -> dict[str, Any]:
    """Give what was installed last; empty when nothing was, or not to its end."""
    try:
        stamp = json.loads((VENV / _STAMP).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def _write_stamp(extras: Iterable[str]) -> None:
    staged = VENV / f"{_STAMP}.new"
    staged.write_text(json.dumps(_stamp(extras), indent=2) + "\n", encoding="utf-8")
    staged.replace(VENV / _STAMP)


def _make_venv(*, system: bool) -> None:
    """Make `.venv` unless a usable one is there already (half of one is made anew)."""
    if _is_usable(program("python")):
        return
    _say("创建 Python 环境 .venv", "Making the Python environment .venv")
    said = _run_venv()
    if said is not None and "ensurepip" in said and system and can_install():
        install_packages(["python3-venv"])
        said = _run_venv()
    if said is not None:
        raise SetupError(*_no_venv(said))


def _run_venv() -> str | None:
    """Run `python -m venv`; None when it worked, else what it said."""
    command = [sys.executable, "-m", "venv", "--clear", str(VENV)]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    return None if done.returncode == 0 else (done.stdout + done.stderr).strip()


def _no_venv(said: str) -> tuple[str, str]:
    if "ensurepip" in said or "No module named venv" in said:
        package = f"python3.{sys.version_info[1]}-venv"
        return (
            f"此 Python（{sys.executable}）缺少 venv 模块。Debian/Ubuntu：sudo apt-get install {package}"
            f"（或 python3-venv），然后重新运行。",
            f"This Python ({sys.executable}) has no venv module. Debian/Ubuntu: sudo apt-get install {package} "
            "(or python3-venv), then run this again.",
        )
    return f"无法在 {VENV} 创建 Python 环境：\n{said}", f"The Python environment {VENV} cannot be made (see above)."


def _is_usable(python: Path) -> bool:
    code = f"import pip, sys; sys.exit(sys.version_info < {_OLDEST})"
    try:
        return subprocess.run([str(python), "-c", code], capture_output=True, timeout=60, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def _install(extras: Sequence[str]) -> None:
    """Install this project and what it needs, with pip's own settings (index, mirror, proxy)."""
    started_s = time.monotonic()
    wanted = sorted({*extras, *_read_stamp().get("extras", ())})  # what is there already is kept up to date
    (VENV / _STAMP).unlink(missing_ok=True)
    command = [str(program("python")), "-m", "pip", "install", "--editable", f"{ROOT}[{','.join(wanted)}]"]
    command += ["--constraint", str(ROOT / "constraints.txt")]
    command += ["--no-input", "--disable-pip-version-check", "--no-color", "--progress-bar", "off"]
    _say(
        "安装依赖（首次约需几分钟，之后直接启动）",
        "Installing what KerbWatch needs (minutes the first time, nothing later)",
    )
    log = VENV / _LOG
    code, last_lines = run_pip(command, log, ROOT)
    if code != 0:
        raise SetupError(*explain_pip(last_lines, log))
    _write_stamp(wanted)
    _say(
        f"依赖已就绪（{time.monotonic() - started_s:.0f} 秒）",
        f"Everything is installed ({time.monotonic() - started_s:.0f} s)",
    )


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Let a second start wait until the first one has installed."""
    if _IS_WINDOWS:
        yield
        return
    import fcntl

    # Not in .venv, which is made anew at times. The lock goes with its process, however that ends.
    (ROOT / ".cache").mkdir(exist_ok=True)
    with (ROOT / ".cache" / "installing.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            _say("另一个安装正在进行，等待其完成", "Another installation is running; waiting for it")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _go_on(script: str) -> NoReturn:
    command = [str(program("python")), str(Path(script).resolve()), *sys.argv[1:]]
    sys.stdout.flush()
    sys.stderr.flush()
    if _IS_WINDOWS:  # exec would give the terminal back before the script has ended
        sys.exit(subprocess.call(command))
    os.execv(command[0], command)


def _say(zh: str, en: str) -> None:
    StatusLine().say(f"{zh} / {en}")
