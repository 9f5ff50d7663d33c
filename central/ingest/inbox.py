"""One message in, its outcome out. Whatever a message is, the worker goes on."""

from __future__ import annotations

import logging
from contextlib import suppress
from uuid import UUID

from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm.exc import StaleDataError

from central import notices
from central.blobs import StoreUnavailable
from central.column_types import now
from central.database import Sessions
from central.evidence_store import EvidenceStore
from central.ingest import outcome, reading
from central.ingest.evidence import Evidence
from central.ingest.outcome import KeyNotYetKnown, Outcome, Reply, StillUnacceptable, Unacceptable
from central.ingest.pictures import PictureAnswers
from central.ingest.presence import Presence
from central.ingest.violations import Violations
from central.quarantine import Quarantine, QuarantineEntryNotFound
from central.settings import Settings
from central.site.site import Site
from central.tables import Device
from protocol import topics
from protocol.messages import HealthEvent

log = logging.getLogger(__name__)

_TRIES = 3


class Inbox:
    """Hands each message to who takes it; sets aside what nobody can take."""

    def __init__(
        self, sessions: Sessions, evidence: EvidenceStore, quarantine: Quarantine, settings: Settings, site: Site
    ) -> None:
        self._sessions = sessions
        self._quarantine = quarantine
        self._violations = Violations(sessions, evidence, settings, site)
        self._pictures = PictureAnswers(sessions, evidence, settings, site)
        self._evidence = Evidence(sessions, evidence, (self._violations, self._pictures), settings)
        self._presence = Presence(sessions)
        self._troubled = False

    def receive(self, topic: str, payload: bytes, *, retained: bool = False) -> Outcome:
        """Take one message. Never raises: when database or store are away, there is no reply and the box repeats."""
        try:
            result = self._receive(topic, payload, retained=retained)
        except Exception as error:
            if not self._troubled:
                log.exception("ingest: a message on %s could not be taken; its box will repeat it", topic)
            self._troubled = True
            # A status is said only once: the broker, which keeps it, must be asked again.
            return Outcome(ask_for_status_of=_said_once(topic) if _is_away(error) else None)
        if self._troubled:
            log.warning("ingest: messages are taken again")
        self._troubled = False
        return result

    def readmit(self, entry_id: UUID) -> Outcome:
        """Take a message out of quarantine, where what was wrong has been put right: its key is trusted now.

        Raises QuarantineEntryNotFound, StillUnacceptable, and what database and store raise when they are away.
        """
        entry = self._quarantine.get(entry_id)
        content = self._quarantine.content(entry_id)
        try:
            topic = topics.parse(entry.topic)
            replies = self._with_retries(topic, content, retained=False)
            if not replies:  # its evidence lacks; nobody sends that unless asked, and only the second time asks
                replies = self._with_retries(topic, content, retained=False)
        except (Unacceptable, KeyNotYetKnown, ValueError) as problem:
            raise StillUnacceptable(problem) from problem
        self._quarantine.mark_readmitted(entry_id)
        log.info("ingest: took a message on %s out of quarantine", entry.topic)
        return Outcome(tuple(replies))

    def _readmit_all(self, device: str) -> list[Reply]:
        """Take up again what was refused while the box's key was not trusted."""
        replies: list[Reply] = []
        for entry_id in self._quarantine.set_aside_on(topics.violation(device), topics.response(device)):
            try:
                replies += self.readmit(entry_id).replies
            except (StillUnacceptable, QuarantineEntryNotFound) as problem:
                log.info("ingest: a message of %s stays in quarantine: %s", device, problem.message_en)
        return replies

    def _receive(self, topic: str, payload: bytes, *, retained: bool) -> Outcome:
        device = ""
        try:
            parsed = topics.parse(topic)
            device = parsed.device
            return Outcome(tuple(self._with_retries(parsed, payload, retained=retained)))
        except KeyNotYetKnown:
            log.warning("ingest: %s spoke before its status, so its key is unknown; asking for it", device)
            return Outcome(ask_for_status_of=device)
        except Unacceptable as problem:
            return self._set_aside(topic, device, payload, problem)
        except Exception as error:
            if _is_away(error):
                raise
            log.exception("ingest: a message on %s could not be handled", topic)
            return self._set_aside(
                topic, device, payload, Unacceptable("处理失败", f"it could not be handled: {error!r}")
            )

    def _with_retries(self, topic: topics.Topic, payload: bytes, *, retained: bool) -> list[Reply]:
        for tries_left in reversed(range(_TRIES)):
            try:
                return self._hand_over(topic, payload, retained=retained)
            except (IntegrityError, StaleDataError):  # another worker was at the same thing
                if not tries_left:
                    raise
        raise AssertionError("unreachable")

    def _hand_over(self, topic: topics.Topic, payload: bytes, *, retained: bool) -> list[Reply]:
        match topic.channel:
            case "violation":
                return self._violations.receive(topic.device, payload)
            case "response":
                return self._pictures.receive(topic.device, payload)
            case "evidence" if topic.sha256:
                return self._evidence.receive(topic.device, topic.sha256, payload)
            case "status":
                heard = self._presence.receive_status(topic.device, payload, retained=retained)
                greetings = [outcome.greeting(topic.device)] if heard.online else []
                return greetings + (self._readmit_all(topic.device) if heard.newly_trusted else [])
            case "health":
                self._presence.receive_health(topic.device, payload)
            case _:
                raise Unacceptable("此主题不由中心接收", f"the centre takes nothing on the channel {topic.channel!r}")
        return []

    def _set_aside(self, topic: str, device: str, payload: bytes, problem: Unacceptable) -> Outcome:
        content = payload if problem.content is None else problem.content
        fresh = self._quarantine.add(topic, device, content, str(problem))
        if fresh:
            log.warning("ingest: set aside a message on %s: %s", topic, problem.en)
            self._tell(device, topic, problem)
        message_id = problem.message_id or (reading.claimed_id(payload) if _is_answered(topic) else None)
        if message_id is None:
            return Outcome()
        return Outcome((outcome.refused(device, message_id, str(problem)),))

    def _tell(self, device: str, topic: str, problem: Unacceptable) -> None:
        with self._sessions.write() as session:
            if session.get(Device, device) is not None:
                event = HealthEvent(
                    at=now(),
                    severity="error",
                    code="message_quarantined",
                    text_zh=f"消息已隔离：{problem.zh}",
                    text_en=f"A message was put in quarantine: {problem.en}",
                    detail={"topic": topic},
                )
                notices.add(session, device, event)


def _is_answered(topic: str) -> bool:
    """Say whether a box repeats what it says on this topic until it is answered."""
    return topic.endswith(("/violation", "/response"))


def _is_away(error: Exception) -> bool:
    """Say whether database or evidence store are away (or full), rather than the message wrong."""
    if isinstance(error, StoreUnavailable | OperationalError | InterfaceError | PoolTimeoutError):
        return True
    return isinstance(error, DBAPIError) and error.connection_invalidated


def _said_once(topic: str) -> str | None:
    """Give the box whose status is on this topic."""
    with suppress(ValueError):
        parsed = topics.parse(topic)
        return parsed.device if parsed.channel == "status" else None
    return None
