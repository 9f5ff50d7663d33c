"""Each build has a version of its own, however its sources came to the machine, so that boxes take the newer one."""

from __future__ import annotations

import os
import subprocess
import tarfile
from pathlib import Path

import pytest
from packaging.version import Version

from scripts.build_version import BASE, ROOT, find_version


@pytest.fixture(autouse=True)
def _no_override(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KERBWATCH_BUILD_VERSION", raising=False)
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)


def git(folder: Path, *command: str, at: str = "2026-11-26T07:00:00Z") -> str:
    who = {"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b", "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@b"}
    env = {**os.environ, **who, "GIT_AUTHOR_DATE": at, "GIT_COMMITTER_DATE": at}
    done = subprocess.run(["git", "-C", str(folder), *command], env=env, capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """A repository with one commit, of 07:00:00 UTC."""
    folder = tmp_path / "sources"
    (folder / "scripts").mkdir(parents=True)
    for name in (".gitattributes", "scripts/build_commit.txt"):
        (folder / name).write_text((ROOT / name).read_text(encoding="utf-8"), encoding="utf-8")
    git(folder.parent, "init", "-q", "sources")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "one")
    return folder


def test_a_later_commit_is_a_newer_version_also_in_a_shallow_clone(sources: Path, tmp_path: Path) -> None:
    first = find_version(sources)
    commit = git(sources, "rev-parse", "--short=11", "HEAD")
    assert first == f"{BASE}.dev20261126070000+g{commit}"
    git(sources, "commit", "-q", "--allow-empty", "-m", "two", at="2026-11-26T07:00:01Z")
    git(tmp_path, "clone", "-q", "--depth", "1", sources.as_uri(), "shallow")
    second = find_version(tmp_path / "shallow")
    assert second == find_version(sources)
    assert Version(first) < Version(second) < Version(BASE)


def test_a_release_is_the_commit_with_its_tag(sources: Path) -> None:
    git(sources, "tag", "v0.1.0")
    assert find_version(sources) == "0.1.0"


def test_an_archive_and_a_source_distribution_know_their_commit_without_git(sources: Path, tmp_path: Path) -> None:
    git(sources, "archive", "--output", str(tmp_path / "a.tar"), "HEAD")
    archive = tmp_path / "archive"
    with tarfile.open(tmp_path / "a.tar") as tar:
        tar.extractall(archive, filter="data")
    assert find_version(archive) == find_version(sources)
    (archive / "PKG-INFO").write_text("Metadata-Version: 2.4\nName: kerbwatch\nVersion: 0.1.0.dev7\n")
    assert find_version(archive) == "0.1.0.dev7"


def test_a_plain_copy_is_as_new_as_its_newest_file(tmp_path: Path) -> None:
    module = tmp_path / "rules" / "zone.py"
    module.parent.mkdir()
    module.write_text("")
    os.utime(module, (1_795_676_401, 1_795_676_401))
    assert find_version(tmp_path) == f"{BASE}.dev20261126070001"


def test_a_copy_inside_another_repository_is_not_that_one(sources: Path) -> None:
    (sources / "vendor" / "rules").mkdir(parents=True)
    assert "+g" not in find_version(sources / "vendor")
