"""One file out of a Debian package (deb(5)): an `ar` archive that carries a compressed `tar`.

Neither root nor an installation is needed. `dpkg-deb` opens the package where it is there; elsewhere Python does, for
the compressions that its standard library has.
"""

from __future__ import annotations

import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Literal

_MAGIC = b"!<arch>\n"
_HEADER_BYTES = 60
_MODES: dict[str, Literal["r|", "r|gz", "r|bz2", "r|xz"]] = {
    "data.tar": "r|",
    "data.tar.gz": "r|gz",
    "data.tar.bz2": "r|bz2",
    "data.tar.xz": "r|xz",
}


class ArchiveError(Exception):
    """The package is damaged, or cannot be opened here, or has no such file."""


def extract_file(package: Path, file_name: str, target: Path, *, dpkg_deb: str | None = None) -> None:
    """Write the file called `file_name` (the last part of its path) out of `package` to `target`.

    `dpkg_deb` is the program to use; by default it is looked for. Raises ArchiveError.
    """
    dpkg_deb = dpkg_deb if dpkg_deb is not None else shutil.which("dpkg-deb")
    try:
        with _files_by_dpkg(package, dpkg_deb) if dpkg_deb else _files_by_python(package) as archive:
            for member in archive:
                if member.isfile() and Path(member.name).name == file_name:
                    inside = archive.extractfile(member)
                    assert inside is not None  # isfile() said so
                    with inside, target.open("wb") as out:
                        shutil.copyfileobj(inside, out, 1 << 20)
                    return
    except (tarfile.TarError, EOFError) as error:
        raise ArchiveError(f"{package.name} is damaged: {error}") from error
    raise ArchiveError(f"{package.name} has no file {file_name}")


@contextmanager
def _files_by_dpkg(package: Path, dpkg_deb: str) -> Iterator[tarfile.TarFile]:
    with subprocess.Popen(
        [dpkg_deb, "--fsys-tarfile", str(package)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as unpacking:
        assert unpacking.stdout is not None
        try:
            with tarfile.open(fileobj=unpacking.stdout, mode="r|") as archive:
                yield archive
        finally:
            unpacking.kill()  # what comes after the wanted file need not be unpacked


@contextmanager
def _files_by_python(package: Path) -> Iterator[tarfile.TarFile]:
    with package.open("rb") as file:
        name = _seek_data(file, package.name)
        if name not in _MODES:
            raise ArchiveError(f"{package.name} holds {name}, which Python cannot open: install dpkg")
        with tarfile.open(fileobj=file, mode=_MODES[name]) as archive:
            yield archive


def _seek_data(file: IO[bytes], package_name: str) -> str:
    """Go to where the member data.tar.* begins and give its name."""
    if file.read(len(_MAGIC)) != _MAGIC:
        raise ArchiveError(f"{package_name} is no Debian package")
    while len(header := file.read(_HEADER_BYTES)) == _HEADER_BYTES:
        name = header[:16].decode("ascii", "replace").strip().rstrip("/")
        if name.startswith("data.tar"):
            return name
        size = int(header[48:58])
        file.seek(size + size % 2, 1)  # members begin at even offsets
    raise ArchiveError(f"{package_name} is damaged: it has no data.tar")
