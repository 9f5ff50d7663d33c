"""The demo's clip comes out of a Debian package without installing it, with dpkg-deb or without."""

from __future__ import annotations

import io
import random
import shutil
import tarfile
from pathlib import Path
from typing import Literal

import pytest

from scripts.demonstration.debian_archive import ArchiveError, extract_file

CLIP = random.Random(1).randbytes(6001)  # which no compression makes small
WITHOUT_DPKG = ""
Mode = Literal["w:", "w:gz", "w:bz2", "w:xz"]


def ar_member(name: str, content: bytes) -> bytes:
    header = f"{name:<16}{0:<12}{0:<6}{0:<6}{'100644':<8}{len(content):<10}`\n".encode()
    assert len(header) == 60
    return header + content + b"\n" * (len(content) % 2)


def tar_of(files: dict[str, bytes], mode: Mode) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:
        folder = tarfile.TarInfo("./usr")
        folder.type = tarfile.DIRTYPE
        archive.addfile(folder)
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return out.getvalue()


def write_package(folder: Path, *, compression: str = "xz", data: bytes | None = None) -> Path:
    modes: dict[str, Mode] = {"": "w:", ".gz": "w:gz", ".bz2": "w:bz2", ".xz": "w:xz"}
    suffix = f".{compression}" if compression else ""
    files = {"./usr/share/doc/README": b"no", "./usr/share/doc/examples/data/vtest.avi": CLIP, "./usr/z": b"last"}
    package = folder / "opencv-doc.deb"
    package.write_bytes(
        b"!<arch>\n"
        + ar_member("debian-binary", b"2.0\n")
        + ar_member("control.tar.gz", tar_of({"./control": b"Package: x\nVersion: 1\n"}, "w:gz"))
        + ar_member(f"data.tar{suffix}", tar_of(files, modes.get(suffix, "w:")) if data is None else data)
    )
    return package


@pytest.mark.parametrize("compression", ["", "gz", "bz2", "xz"])
def test_the_clip_is_taken_out_by_python_alone(tmp_path: Path, compression: str) -> None:
    extract_file(write_package(tmp_path, compression=compression), "vtest.avi", tmp_path / "out", dpkg_deb=WITHOUT_DPKG)
    assert (tmp_path / "out").read_bytes() == CLIP


def test_the_clip_is_taken_out_by_dpkg(tmp_path: Path) -> None:
    if shutil.which("dpkg-deb") is None:
        pytest.skip("dpkg-deb is not installed")
    extract_file(write_package(tmp_path), "vtest.avi", tmp_path / "out")
    assert (tmp_path / "out").read_bytes() == CLIP


@pytest.mark.parametrize("dpkg_deb", [WITHOUT_DPKG, None])
def test_a_package_without_the_clip_is_said_to_have_none(tmp_path: Path, dpkg_deb: str | None) -> None:
    with pytest.raises(ArchiveError, match=r"has no file other\.avi"):
        extract_file(write_package(tmp_path), "other.avi", tmp_path / "out", dpkg_deb=dpkg_deb)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("dpkg_deb", [WITHOUT_DPKG, None])
def test_a_download_that_broke_off_is_called_damaged(tmp_path: Path, dpkg_deb: str | None) -> None:
    package = write_package(tmp_path)
    package.write_bytes(package.read_bytes()[:-1500])
    with pytest.raises(ArchiveError, match=r"damaged|no file"):
        extract_file(package, "vtest.avi", tmp_path / "out", dpkg_deb=dpkg_deb)


def test_what_is_no_package_is_said_to_be_none(tmp_path: Path) -> None:
    (tmp_path / "page.deb").write_bytes(b"<html>not found</html>")
    with pytest.raises(ArchiveError, match="no Debian package"):
        extract_file(tmp_path / "page.deb", "vtest.avi", tmp_path / "out", dpkg_deb=WITHOUT_DPKG)


def test_a_compression_that_python_lacks_is_named(tmp_path: Path) -> None:
    package = write_package(tmp_path, compression="zst", data=b"(\xb5/\xfd")
    with pytest.raises(ArchiveError, match=r"data\.tar\.zst.*install dpkg"):
        extract_file(package, "vtest.avi", tmp_path / "out", dpkg_deb=WITHOUT_DPKG)
