"""What goes into the outbox, and what comes out of it to be sent."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, Protocol
from uuid import UUID

from protocol.messages import EvidenceRef, EvidenceRole, Refusal, Violation


class Evidence(NamedTuple):
    """One evidence file: what it is, and its bytes."""

    ref: EvidenceRef
    content: bytes


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A violation to be kept until the centre has it, with the bytes of every file that it lists.

    It is not signed yet: see edge_agent.outbox.queue. Raises ValueError when violation and files do not belong
    together.
    """

    violation: Violation
    evidence: tuple[Evidence, ...]

    def __post_init__(self) -> None:
        listed = [ref.sha256 for ref in self.violation.evidence]
        carried = [one.ref.sha256 for one in self.evidence]
        if listed != carried:
            raise ValueError(f"violation {self.violation.id} lists evidence {listed} but carries {carried}")


@dataclass(frozen=True, slots=True)
class HeldFile:
    """An evidence file on the box's disk."""

    sha256: str
    role: EvidenceRole
    size_bytes: int
    path: Path

    def open(self) -> BinaryIO:
        """Open its content for reading. Raises OSError."""
        return self.path.open("rb")


class Sendable(Protocol):
    """An evidence file that can be sent, wherever its bytes are."""

    @property
    def sha256(self) -> str:
        """Its name."""

    @property
    def size_bytes(self) -> int:
        """Its length."""

    def open(self) -> BinaryIO:
        """Open its content for reading. Raises OSError."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A violation on its way: the message to sign, listing only what is still held, and those files."""

    id: UUID
    message: dict[str, Any]
    files: tuple[HeldFile, ...]
    attempts: int


@dataclass(frozen=True, slots=True)
class OutboxStats:
    """How full the outbox is."""

    waiting: int
    refused: int
    held_bytes: int


@dataclass(frozen=True, slots=True)
class Settled:
    """What an acknowledgement changed: newly refused violations, those to be sent again at once, files deleted."""

    refused: tuple[Refusal, ...]
    asked_again: tuple[UUID, ...]
    files_gone: tuple[str, ...]
