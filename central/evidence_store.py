"""Evidence files, named by their SHA-256, in a folder or an S3 bucket (obstore, chosen by URL)."""

from __future__ import annotations


class EvidenceStore:
    """A content-addressed store. `url`: a folder's path or `file://` URL, `s3://bucket/prefix`, or `memory://`."""

    def __init__(self, url: str) -> None:
        self.url = url

    def put(self, sha256: str, content: bytes) -> None:
        """Store a file for good. Raises ValueError when `content` does not have this hash."""
        raise NotImplementedError

    def get(self, sha256: str) -> bytes:
        """Give a file. Raises EvidenceNotFound."""
        raise NotImplementedError

    def exists(self, sha256: str) -> bool:
        """Say whether the file is here, whole."""
        raise NotImplementedError
