"""Evidence files, named by their SHA-256. They arrive in parts, at any worker, in any order, any number of times."""

from __future__ import annotations

import hashlib
import threading
import time
from datetime import timedelta

from central.blobs import BlobStore
from central.open_files import OpenFile, OpenFiles
from central.problems import Problem
from protocol.evidence_parts import EvidencePart

MOST_OPEN_BYTES = 256 * 1024 * 1024
"""So much of a box's files may be under way at a time."""
_PARTS = "parts"


class EvidenceNotFound(Problem):
    """No evidence file has this hash."""

    code = "evidence_not_found"
    status = 404

    def __init__(self, sha256: str) -> None:
        super().__init__(f"没有证据文件 {sha256}", f"There is no evidence file {sha256}")


class WrongHashError(ValueError):
    """The bytes are not those that their name says. `content` is what came."""

    def __init__(self, sha256: str, content: bytes) -> None:
        self.content = content
        found = hashlib.sha256(content).hexdigest()
        super().__init__(f"evidence named {sha256} has the hash {found}: it was damaged on its way or is not this file")


class TooManyParts(Exception):  # noqa: N818 - it is the box that sends too much
    """A box has too much under way that is not whole; the part was not kept."""


class EvidenceStore:
    """A content-addressed store in `blobs`. Parts wait beside the files, so that any worker can complete a file.

    The parts of one box are kept apart from all others', and bounded (central.open_files).
    """

    def __init__(self, blobs: BlobStore, most_open_bytes: int = MOST_OPEN_BYTES) -> None:
        self.blobs = blobs
        self._open = OpenFiles(most_open_bytes)
        self._lock = threading.Lock()

    def put(self, sha256: str, content: bytes) -> None:
        """Store a file for good. Raises WrongHashError, StoreUnavailable."""
        if hashlib.sha256(content).hexdigest() != sha256:
            raise WrongHashError(sha256, content)
        self.blobs.put(_key(sha256), content)

    def get(self, sha256: str) -> bytes:
        """Give a file. Raises EvidenceNotFound, StoreUnavailable."""
        try:
            return self.blobs.get(_key(sha256))
        except FileNotFoundError:
            raise EvidenceNotFound(sha256) from None

    def exists(self, sha256: str) -> bool:
        """Say whether the file is here, whole. Raises StoreUnavailable."""
        return self.blobs.exists(_key(sha256))

    def add_part(self, device: str, sha256: str, part: EvidencePart) -> bool:
        """Take one part of a file from `device`; say whether the file is whole now.

        Raises TooManyParts, WrongHashError when all parts are here and do not make the file (they are dropped, so that
        the box can send it again), StoreUnavailable.
        """
        if part.count == 1:
            if not self.exists(sha256):
                self.put(sha256, part.data)
            return True
        with self._lock:
            file, gone = self._open.open(device, sha256, part.total_bytes, part.count, time.monotonic())
        for one in gone:
            self._drop(one)
        if file is None:
            raise TooManyParts(device)
        if not file.known and self.exists(sha256):
            self._close(file)
            return True
        self.blobs.put(_part_key(file, part.index), part.data, durable=False)
        with self._lock:
            file.note(part.index)
        if not self._all_here(file):
            return False
        try:
            self.put(sha256, b"".join(self.blobs.get(_part_key(file, index)) for index in range(file.count)))
        except FileNotFoundError:
            self._close(file)
            return self.exists(sha256)  # another worker completed the file just now
        except WrongHashError:
            self._drop(file)
            raise
        self._drop(file)
        return True

    def sweep_parts(self, older_than: timedelta) -> int:
        """Remove parts of files that never became whole; return how many. Raises StoreUnavailable."""
        old = self.blobs.older(_PARTS, older_than)
        self.blobs.delete(old)
        return len(old)

    def _all_here(self, file: OpenFile) -> bool:
        """Say whether all parts are in the store; another worker may have put some there."""
        while not file.complete:
            if not self.blobs.exists(_part_key(file, file.next_unknown)):
                return False
            with self._lock:
                file.note(file.next_unknown)
        return True

    def _close(self, file: OpenFile) -> None:
        with self._lock:
            self._open.close(file)

    def _drop(self, file: OpenFile) -> None:
        self._close(file)
        self.blobs.delete([_part_key(file, index) for index in file.known])


def _key(sha256: str) -> str:
    return f"evidence/{sha256[:2]}/{sha256}"


def _part_key(file: OpenFile, index: int) -> str:
    # Size and number are in the name: parts of a file that was cut differently never mix.
    return f"{_PARTS}/{file.device}/{file.sha256}.{file.total_bytes}.{file.count}.{index}"
