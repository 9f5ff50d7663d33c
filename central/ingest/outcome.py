"""What comes of a message."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from central.problems import Problem
from protocol.messages import Ack, Refusal


@dataclass(frozen=True, slots=True)
class Reply:
    """An acknowledgement for one box."""

    device: str
    ack: Ack


@dataclass(frozen=True, slots=True)
class Outcome:
    """What to do after a message. `ask_for_status_of`: have the broker repeat this box's retained status."""

    replies: tuple[Reply, ...] = ()
    ask_for_status_of: str | None = None


def greeting(device: str) -> Reply:
    """Show the centre's key to a box that has come, before there is anything to acknowledge."""
    return Reply(device, Ack())


def stored(device: str, *ids: UUID) -> Reply:
    """Say that violations are stored for good."""
    return Reply(device, Ack(stored=ids))


def refused(device: str, message_id: UUID, reason: str) -> Reply:
    """Say that a message is kept in quarantine."""
    return Reply(device, Ack(refused=(Refusal(id=message_id, reason=reason),)))


def missing(device: str, *sha256: str) -> Reply:
    """Say which evidence has to be sent again."""
    return Reply(device, Ack(missing=sha256))


class Unacceptable(Exception):  # noqa: N818 - it is the message that is
    """The message cannot be read or trusted: it goes to quarantine. The reason is for people, zh / en."""

    def __init__(self, zh: str, en: str, *, message_id: UUID | None = None, content: bytes | None = None) -> None:
        self.zh, self.en = zh, en
        self.message_id = message_id
        self.content = content
        super().__init__(f"{zh} / {en}")


class StillUnacceptable(Problem):
    """A message of the quarantine cannot be taken now either."""

    code = "still_unacceptable"
    status = 409

    def __init__(self, reason: Exception) -> None:
        zh, en = (reason.zh, reason.en) if isinstance(reason, Unacceptable) else (str(reason), str(reason))
        super().__init__(f"仍不能接收：{zh}", f"It cannot be taken now either: {en}")


class KeyNotYetKnown(Exception):  # noqa: N818 - nothing is wrong yet
    """The box has not shown its key yet: its status has to come first. The box repeats its violation."""
