"""The demo's clip: only the right one is taken, from wherever it can be had, and a person is told when it cannot."""

from __future__ import annotations

import functools
import os
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from models.cache import sha256_of
from scripts.demonstration import clip
from scripts.demonstration.failure import DemoError

STREET = b"RIFF a street clip" * 100


@pytest.fixture(autouse=True)
def empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without apt-get that has fetched nothing yet."""
    monkeypatch.setenv("KERBWATCH_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", str(tmp_path / "no programs"))


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def upstream(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of a web server in the place of OpenCV's repository."""
    folder = tmp_path / "upstream"
    folder.mkdir()
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=str(folder)))
    monkeypatch.setattr(clip, "_UPSTREAM", f"http://127.0.0.1:{server.server_port}/{clip.CLIP_NAME}")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield folder
    server.shutdown()
    server.server_close()


@pytest.fixture
def right_clip(upstream: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (upstream / clip.CLIP_NAME).write_bytes(STREET)
    monkeypatch.setattr(clip, "CLIP_SHA256", sha256_of(upstream / clip.CLIP_NAME))


@pytest.mark.usefixtures("right_clip")
def test_it_comes_from_the_repository_where_there_is_no_apt_get(capsys: pytest.CaptureFixture[str]) -> None:
    assert clip.fetch_clip().read_bytes() == STREET
    assert clip.is_cached()
    assert "OpenCV's repository" in capsys.readouterr().err, "progress is shown"


@pytest.mark.usefixtures("right_clip")
def test_it_is_fetched_once(upstream: Path) -> None:
    clip.fetch_clip()
    (upstream / clip.CLIP_NAME).unlink()
    assert clip.fetch_clip().read_bytes() == STREET


@pytest.mark.usefixtures("right_clip")
def test_a_damaged_clip_in_the_cache_is_fetched_again() -> None:
    clip.fetch_clip().write_bytes(b"half of")
    assert not clip.is_cached()
    assert clip.fetch_clip().read_bytes() == STREET


def test_another_file_is_refused_and_nothing_is_kept(upstream: Path) -> None:
    (upstream / clip.CLIP_NAME).write_bytes(b"a login page")
    with pytest.raises(DemoError, match=f"another file came.*{clip.CLIP_SHA256}"):
        clip.fetch_clip()
    assert list(clip.cached_clip().parent.iterdir()) == []


@pytest.mark.usefixtures("upstream")
def test_a_clip_that_cannot_be_had_is_told_in_two_languages_with_ways_out() -> None:
    with pytest.raises(DemoError) as told:
        clip.fetch_clip()
    for hint in ("no apt-get", "404", "--clip FILE --zones", "无法获取演示视频", str(clip.cached_clip())):
        assert hint in str(told.value)


@pytest.mark.usefixtures("upstream")
def test_what_apt_get_says_is_passed_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    programs = tmp_path / "programs"
    programs.mkdir()
    (programs / "apt-get").write_text("#!/bin/sh\necho 'E: Unable to locate package opencv-doc' >&2\nexit 100\n")
    (programs / "apt-get").chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.defpath}")
    with pytest.raises(DemoError, match="Unable to locate package opencv-doc"):
        clip.fetch_clip()
