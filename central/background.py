"""What works behind the pages: broker, ingest, filing, messages and deadlines. Started and stopped together."""

from __future__ import annotations

import logging
import secrets
from pathlib import Path
from uuid import UUID

from central.broker import EmbeddedBroker
from central.broker_access import BrokerAccess, is_open_to_a_network
from central.broker_address import BrokerAddress
from central.cases.timekeeper import Timekeeper
from central.centre_key import centre_key
from central.credentials import CENTRE_USER, Credentials
from central.filing.builtin import BuiltinPlatform
from central.filing.worker import FilingWorker
from central.ingest.inbox import Inbox
from central.ingest.subscriber import Subscriber
from central.ingest.sweeping import PartSweeper
from central.services import Services
from central.telling.worker import NoticeWorker
from central.worker_thread import WorkerThread
from central.write_probe import WriteProbe, database_probe, evidence_probe

log = logging.getLogger(__name__)


class Background:
    """The threads of one worker."""

    def __init__(self, services: Services) -> None:
        settings = services.settings
        self._settings = settings
        self._sessions = services.sessions
        self._pictures = services.pictures
        self._client_id = _client_id(settings.data_dir)
        self._inbox = Inbox(services.sessions, services.evidence, services.quarantine, settings, services.site)
        self._broker: EmbeddedBroker | None = None
        self._subscriber: Subscriber | None = None
        builtin = BuiltinPlatform(services.sessions, settings.zone)
        self._workers: tuple[WorkerThread, ...] = (
            FilingWorker(services.sessions, services.site, {builtin.name: builtin}),
            NoticeWorker(services.sessions, services.site),
            Timekeeper(services.sessions, services.site),
            PartSweeper(services.evidence),
        )
        self.database_probe = database_probe(services.sessions)
        self.evidence_probe = evidence_probe(services.evidence.blobs)

    @property
    def stuck(self) -> str | None:
        """What a restart may put right: a thread that has died, or a write that does not come back; None: nothing."""
        if self._subscriber is None:
            return None
        dead = [worker.name for worker in (*self._workers, *self._probes) if not worker.is_alive]
        hanging = [probe.name for probe in self._probes if probe.hangs]
        return ", ".join(dead + hanging) or None

    @property
    def _probes(self) -> tuple[WriteProbe, WriteProbe]:
        return self.database_probe, self.evidence_probe

    @property
    def embedded(self) -> bool:
        """Whether the broker is our own."""
        return self._settings.broker is None

    @property
    def broker(self) -> BrokerAddress | None:
        """Where the broker is; None before the start."""
        return self._subscriber.address if self._subscriber else None

    @property
    def broker_connected(self) -> bool:
        """Whether ingest hears the broker."""
        return self._subscriber is not None and self._subscriber.connected

    def readmit(self, entry_id: UUID) -> None:
        """Take a message out of quarantine and answer its box (see `Inbox.readmit` for what it raises)."""
        outcome = self._inbox.readmit(entry_id)
        if self._subscriber is not None:
            self._subscriber.answer(outcome.replies)

    def start(self) -> None:
        """Start all. Does nothing when started already. Raises BrokerNotStarted."""
        if self._subscriber is not None:
            return
        address, share_group = self._address()
        # Workers of a group keep no session, and several may share a data folder: each start has its own name.
        client_id = _new_client_id() if share_group else self._client_id
        self._subscriber = Subscriber(self._inbox, address, client_id, centre_key(self._sessions), share_group)
        self._subscriber.start()
        self._pictures.line = self._subscriber
        for worker in (*self._workers, *self._probes):
            worker.start()

    def stop(self) -> None:
        """Finish what is at hand and stop all."""
        if self._subscriber is not None:
            self._pictures.line = None
            self._subscriber.stop()
            self._subscriber = None
            for worker in (*self._workers, *self._probes):
                worker.stop()
        if self._broker is not None:
            self._broker.stop()
            self._broker = None

    def _address(self) -> tuple[BrokerAddress, str | None]:
        address = self._settings.broker_address
        if address is not None:
            return address, self._settings.share_group
        if self._settings.share_group:
            log.warning("the embedded broker knows no shared subscriptions: share_group is not used")
        host = self._settings.mqtt_host
        access = BrokerAccess(Credentials(self._sessions)) if is_open_to_a_network(host) else None
        self._broker = EmbeddedBroker(host, self._settings.mqtt_port, access)
        self._broker.start()
        user, password = (CENTRE_USER, access.centre_password) if access else (None, None)
        if access:
            log.info(
                "the embedded broker listens on %s: every box needs a password, made by "
                "`kerbwatch-central device credential BOX`; it knows no TLS, which a broker like Mosquitto does",
                host,
            )
        return BrokerAddress(_reachable(self._broker.host), self._broker.port, user, password), None


def _reachable(host: str) -> str:
    return {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(host, host)


def _new_client_id() -> str:
    return f"kwc-{secrets.token_hex(8)}"


def _client_id(data_dir: Path) -> str:
    """Give this worker's MQTT client id: the same after a restart, so that the broker keeps its session."""
    path = data_dir / "worker-id"
    data_dir.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("x", encoding="ascii") as file:
            file.write(_new_client_id())
    except FileExistsError:
        pass
    return path.read_text(encoding="ascii").strip()
