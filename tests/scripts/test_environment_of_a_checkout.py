"""The environment: made at the first start, left alone at the next, mended when half of it is there."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from scripts import _bootstrap
from scripts._bootstrap import covers
from scripts._pip import Progress, explain_pip

SCRIPTS = Path(_bootstrap.__file__).parent

PYPROJECT = """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
[project]
name = "kerbwatch"
version = "0"
"""

# The smallest build backend (PEP 660), so that the test needs no package index.
BACKEND = """
import zipfile

def build_editable(folder, config_settings=None, metadata_directory=None):
    name = "kerbwatch-0-py3-none-any.whl"
    with zipfile.ZipFile(folder + "/" + name, "w") as wheel:
        wheel.writestr("pydantic.py", "")
        wheel.writestr("kerbwatch-0.dist-info/METADATA",
            "Metadata-Version: 2.1\\nName: kerbwatch\\nVersion: 0\\nProvides-Extra: edge\\nProvides-Extra: more\\n")
        wheel.writestr("kerbwatch-0.dist-info/WHEEL",
            "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr("kerbwatch-0.dist-info/RECORD", "")
    return name
"""

START = """
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from scripts._bootstrap import SetupError, enter_environment

try:
    enter_environment(__file__, sys.argv[1].split(","), system=False)
except SetupError as error:
    sys.exit(str(error))
print("inside", Path(sys.prefix).name, sys.argv[1:])
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small project with our bootstrap."""
    root = tmp_path_factory.mktemp("checkout") / "kerbwatch"
    (root / "scripts").mkdir(parents=True)
    for part in SCRIPTS.glob("_*.py"):
        shutil.copy(part, root / "scripts")
    (root / "pyproject.toml").write_text(PYPROJECT)
    (root / "backend.py").write_text(BACKEND)
    (root / "constraints.txt").write_text("")
    (root / "scripts" / "start.py").write_text(START)
    return root


@pytest.fixture
def checkout(project: Path) -> Path:
    """The small project, started before."""
    start(project, "edge")
    return project


def start(root: Path, *options: str, status: int = 0) -> subprocess.CompletedProcess[str]:
    python = Path(sys.base_prefix) / "bin" / f"python{sys.version_info[0]}.{sys.version_info[1]}"
    done = subprocess.run(
        [str(python), str(root / "scripts" / "start.py"), *options],
        env=os.environ | {"PIP_NO_INDEX": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == status, done.stderr
    return done


def stamp(root: Path) -> Path:
    return root / ".venv" / "kerbwatch-installed.json"


def test_the_first_start_says_what_it_does(project: Path) -> None:
    shutil.rmtree(project / ".venv", ignore_errors=True)
    done = start(project, "edge")
    assert "Making the Python environment" in done.stderr
    assert "Installing what KerbWatch needs" in done.stderr
    assert done.stdout == "inside .venv ['edge']\n"


def test_the_next_start_installs_nothing_and_hands_its_options_on(checkout: Path) -> None:
    done = start(checkout, "edge", "--clip", "a b.mp4")
    assert done.stdout == "inside .venv ['edge', '--clip', 'a b.mp4']\n"
    assert done.stderr == ""


def test_more_extras_are_added_and_fewer_take_nothing_away(checkout: Path) -> None:
    start(checkout, "edge,more")
    assert start(checkout, "edge").stderr == ""
    assert json.loads(stamp(checkout).read_text())["extras"] == ["edge", "more"]


def test_an_interrupted_installation_is_finished_by_the_next_start(checkout: Path) -> None:
    stamp(checkout).unlink()
    done = start(checkout, "edge")
    assert "Installing" in done.stderr
    assert "Making the Python environment" not in done.stderr, "what is usable stays"
    assert start(checkout, "edge").stderr == ""


def test_half_an_environment_is_made_anew(checkout: Path) -> None:
    stamp(checkout).unlink()
    (checkout / ".venv" / "bin" / "python").unlink()
    assert "Making the Python environment" in start(checkout, "edge").stderr
    assert start(checkout, "edge").stdout.startswith("inside .venv")


def test_a_change_of_what_is_needed_is_installed(checkout: Path) -> None:
    (checkout / "constraints.txt").write_text("# another version\n")
    assert "Installing" in start(checkout, "edge").stderr


def test_an_index_that_has_nothing_is_explained_in_two_languages(checkout: Path) -> None:
    text = (checkout / "pyproject.toml").read_text()
    (checkout / "pyproject.toml").write_text(text.replace("requires = []", 'requires = ["a-package-that-is-none"]'))
    try:
        done = start(checkout, "edge", status=1)
    finally:
        (checkout / "pyproject.toml").write_text(text)
    assert "pip config set global.index-url" in done.stderr
    assert "无法从 Python 软件包索引下载" in done.stderr
    assert str(checkout / ".venv" / "kerbwatch-install.log") in done.stderr


def test_a_stamp_of_another_folder_does_not_count() -> None:
    here = _bootstrap._stamp(["edge", "central"])
    assert covers(here, ["edge"])
    assert not covers(here, ["edge", "dev"])
    assert not covers(here | {"root": "/elsewhere"}, ["edge"])
    assert not covers({}, [])


@pytest.mark.parametrize(
    ("said", "hint"),
    [
        ("ERROR: Could not find a version that satisfies numpy (from versions: none)", "index cannot be reached"),
        ("ERROR: Could not find a version that satisfies numpy==9 (from versions: 1.0, 2.0)", "no fitting version"),
        ("ERROR: Could not install packages: [Errno 28] No space left on device", "disk is full"),
        ("ERROR: something else", "could not install"),
    ],
)
def test_the_reason_why_pip_failed_is_told(said: str, hint: str, tmp_path: Path) -> None:
    chinese, english = explain_pip(["Collecting numpy", said], tmp_path / "log")
    assert hint in english
    assert said in chinese
    assert str(tmp_path / "log") in english


def test_progress_tells_what_pip_is_at(capsys: pytest.CaptureFixture[str]) -> None:
    progress = Progress()
    progress.hear("Collecting typer>=0.15 (from kerbwatch==0.1.0)\n")
    progress.hear("Processing /mirror/opencv_python-5.0-cp37-abi3-linux.whl (from kerbwatch)\n")
    progress.hear("Requirement already satisfied: Typer in ./lib\n")
    progress.show(3)
    assert "2  Typer" in capsys.readouterr().err
    progress.close()
    progress.hear("Installing collected packages: a, b, c\n")
    progress.show(4)
    assert "writing 3 packages" in capsys.readouterr().err
