"""Evidence files, named by their SHA-256. They arrive in parts, at any worker, in any order, any number of times."""

from __future__ import annotations

import hashlib

from central.blobs import BlobStore
from central.problems import Problem
from protocol.evidence_parts import EvidencePart


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


class EvidenceStore:
    """A content-addressed store in `blobs`. Parts wait beside the files, so that any worker can complete a file."""

    def __init__(self, blobs: BlobStore) -> None:
        self.blobs = blobs

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

    def add_part(self, sha256: str, part: EvidencePart) -> bool:
        """Take one part of a file; say whether the file is whole now.

        Raises WrongHashError when all parts are here and do not make the file (they are dropped, so that the box
        can send it again), StoreUnavailable.
        """
        if self.exists(sha256):
            return True
        if part.count == 1:
            self.put(sha256, part.data)
            return True
        self.blobs.put(_part_key(sha256, part, part.index), part.data, durable=False)
        wanted = [_part_key(sha256, part, index) for index in range(part.count)]
        if not set(wanted).issubset(self.blobs.keys(_staging(sha256))):
            return False
        try:
            self.put(sha256, b"".join(self.blobs.get(key) for key in wanted))
        except FileNotFoundError:
            return self.exists(sha256)  # another worker completed the file just now
        except WrongHashError:
            self.blobs.delete(wanted)
            raise
        self.blobs.delete(wanted)
        return True


def _key(sha256: str) -> str:
    return f"evidence/{sha256[:2]}/{sha256}"


def _staging(sha256: str) -> str:
    return f"parts/{sha256[:2]}"


def _part_key(sha256: str, part: EvidencePart, index: int) -> str:
    # The size is in the name: parts of a wrongly cut file never mix with those of the right one.
    return f"{_staging(sha256)}/{sha256}.{part.total_bytes}.{index}"
