"""The uplink: takes violations from the outbox, sends evidence and then the signed message, and hears the centre.

What the centre asked for (edge_agent.pictures) is sent when no violation is due.

A violation leaves the outbox only when the centre says that it is stored. Until then it is repeated: after
`ack_timeout_s`, then more and more seldom (see edge_agent.outbox.queue and edge_agent.uplink.send_window). Everything
may be repeated, since every receiver is idempotent by id.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path

from joserfc.jwk import OKPKey
from paho.mqtt.client import MQTTMessageInfo
from pydantic import ValidationError

from edge_agent.config.box import DeviceConfig, UplinkConfig
from edge_agent.outbox.evidence_folder import fault_in
from edge_agent.outbox.outgoing import HeldFile, Waiting
from edge_agent.outbox.queue import Outbox
from edge_agent.pictures.answers import Answers
from edge_agent.uplink.centre_trust import CentreTrust
from edge_agent.uplink.evidence_sender import (
    EvidenceSender,
    LineRenewedError,
    PacketsRefusedError,
    Progress,
    StoppedError,
)
from edge_agent.uplink.link import RECONNECT_S, MqttLink
from edge_agent.uplink.part_size import PartSize
from edge_agent.uplink.send_window import SendWindow
from edge_agent.words import notices
from protocol import topics
from protocol.messages import Health, HealthEvent
from protocol.signing import sign

_log = logging.getLogger(__name__)

SILENCES_WORTH_SAYING = 2
_LONGEST_SLEEP_S = 5.0
_OFFLINE_POLL_S = 0.5


class Uplink:
    """Sends what the outbox holds until it is told that all of it is stored. Runs in threads of its own.

    `data_dir`: where the centre's key is kept; None: only in memory.
    """

    def __init__(
        self,
        device: DeviceConfig,
        uplink: UplinkConfig,
        key: OKPKey,
        outbox: Outbox,
        tell: Callable[[HealthEvent], None],
        *,
        data_dir: Path | None = None,
        reconnect_s: tuple[int, int] = RECONNECT_S,
    ) -> None:
        self._device_id = device.id
        self._trust = CentreTrust(device.id, tell, data_dir, uplink.centre_key)
        self._ack_timeout_s = uplink.ack_timeout_s
        self._key = key
        self._outbox = outbox
        self._tell = tell
        self._stop = threading.Event()
        self._window = SendWindow(uplink.in_flight, uplink.ack_timeout_s)
        self._window_lock = threading.Lock()
        self._silence_said = False
        self._last_health: MQTTMessageInfo | None = None
        self._health_generation = 0
        self.link = MqttLink(device, uplink, key, self._heard, tell, reconnect_s=reconnect_s)
        self.link.on_connected = self._connected
        self.answers = Answers(tell)
        """What the centre asked for; sent when no violation is due."""
        self.answers.changed = outbox.changed.set
        size = PartSize(str(uplink.address), tell, data_dir)
        self._files = EvidenceSender(device.id, self.link, size, self._stop.is_set)
        self._progress = Progress(self.link, self._stop.is_set)
        self._size = size
        self._heard_from_centre = False
        self._sender = threading.Thread(target=self._run, name="uplink", daemon=True)

    def start(self) -> None:
        """Connect and send in the background."""
        self.link.start()
        self._sender.start()

    def stop(self, timeout_s: float = 5.0) -> None:
        """Stop sending, say offline and disconnect. What was not acknowledged stays in the outbox."""
        self._stop.set()
        self._outbox.changed.set()
        if self._sender.ident is not None:
            self._sender.join(timeout_s)
        self.link.stop(timeout_s)

    def publish_health(self, health: Health) -> bool:
        """Send a health message; False when it was not taken on (offline, or the one before is still on its way)."""
        self.link.revive()
        if self._health_generation != self.link.generation:  # what was on its way is forgotten
            self._last_health = None
        if not self.link.connected or (self._last_health is not None and not self._last_health.is_published()):
            return False
        self._health_generation = self.link.generation
        self._last_health = self.link.publish(topics.health(self._device_id), health.model_dump_json().encode())
        return True

    def _run(self) -> None:
        while not self._stop.is_set():
            self._outbox.changed.clear()
            try:
                if not self.link.wait_connected(_OFFLINE_POLL_S):
                    continue
                if not self._send_next() and not self._send_answer():
                    self._outbox.changed.wait(self._sleep_s())
            except StoppedError:
                return
            except Exception:  # a box in a cabinet must go on trying, whatever it was
                _log.exception("sending failed; trying again in %.0f s", _LONGEST_SLEEP_S)
                self._stop.wait(_LONGEST_SLEEP_S)

    def _send_next(self) -> bool:
        """Send one violation; False when none may be sent now."""
        due = self._due()
        for waiting in due:
            try:
                self._send(waiting)
            except StoppedError:
                raise
            except PacketsRefusedError:  # told by then
                self._outbox.mark_sent(waiting.id, time.monotonic(), self._ack_timeout_s)
            except Exception:  # one that cannot be sent (a file that may not be read) must not hold up the others
                if self._outbox.get(waiting.id) is None:  # the centre's word on it overtook us, and its files are gone
                    continue
                _log.exception("violation %s could not be sent; it is tried again later", waiting.id)
                self._outbox.mark_sent(waiting.id, time.monotonic(), self._ack_timeout_s)
        return bool(due)

    def _due(self) -> list[Waiting]:
        """Give the violation that may be sent now, if there is one."""
        now_s = time.monotonic()
        with self._window_lock:
            room = self._window.room(now_s)
            silences = self._window.silences
            under_way = list(self._window.on_their_way)
        self._say_silence(silences)
        return self._outbox.due(now_s, 1, besides=under_way) if room else []

    def _send_answer(self) -> bool:
        """Send one answer, or what can be sent of it until a violation is due; False when there is none."""
        self._files.forget(self.answers.give_up(time.monotonic()))
        answer = self.answers.due(time.monotonic())
        if answer is None:
            return False
        for file in answer.files:
            if not self._files.send(file, give_way=lambda: bool(self._due())):
                return True
        self.answers.mark_sent(answer, time.monotonic(), self._ack_timeout_s)
        document = sign(answer.response.model_dump(mode="json"), self._key)
        self._publish(topics.response(self._device_id), document)
        return True

    def _publish(self, topic: str, document: bytes) -> bool:
        """Publish a signed message; False when the broker does not take it (it stays due)."""
        generation = self.link.generation
        try:
            if self._progress.wait_taken(self.link.publish(topic, document), generation):
                return True
        except LineRenewedError:
            return False
        self.link.renew()
        self._size.shrink(len(document))
        return False

    def _send(self, waiting: Waiting) -> None:
        for file in waiting.files:
            fault = fault_in(file.path, file.sha256)
            if fault:
                # Lost, or dropped for the budget meanwhile: either way the message has to list less.
                self._give_up(file, fault)
                return
            self._files.send(file)
        document = sign(waiting.message, self._key)
        # Noted before the broker has it: the centre's word may be quicker than the broker's.
        with self._window_lock:
            self._window.sent(waiting.id, time.monotonic())
        self._outbox.mark_sent(waiting.id, time.monotonic(), self._ack_timeout_s)
        if self._publish(topics.violation(self._device_id), document):
            with self._window_lock:
                self._window.taken(waiting.id, time.monotonic())

    def _give_up(self, file: HeldFile, fault: str) -> None:
        violations = self._outbox.mark_lost(file.sha256)
        if violations:  # else the budget had taken it, and that was told
            self._tell(notices.evidence_lost(file.sha256, violations, fault))

    def _connected(self, forgotten: bool) -> None:
        """Note a new connection, on the network thread."""
        self._heard_from_centre = False
        with self._window_lock:
            self._window.reconnected(time.monotonic(), forgotten=forgotten)
        if forgotten:
            self._outbox.make_all_due()
            self.answers.make_all_due()
        self._outbox.changed.set()

    def _heard(self, payload: bytes) -> None:
        """Take an acknowledgement, on the network thread."""
        try:
            ack = self._trust.open(payload)
        except ValidationError as error:
            self._tell(notices.ack_unreadable(str(error.errors()[0]["msg"])))
            return
        except ValueError as error:
            self._tell(notices.ack_unreadable(str(error)))
            return
        if ack is None:
            return
        self._heard_from_centre = True
        self._files.missed(ack.missing)
        settled = self._outbox.settle(ack)
        self._files.forget([*settled.files_gone, *self.answers.settle(ack)])
        with self._window_lock:
            answered = (*ack.stored, *(one.id for one in ack.refused), *settled.asked_again)
            self._window.heard(answered, time.monotonic())
        for refusal in settled.refused:
            self._tell(notices.violation_refused(refusal.id, refusal.reason))
        self._say_silence(0)
        self._outbox.changed.set()

    def _say_silence(self, silences: int) -> None:
        if silences >= SILENCES_WORTH_SAYING and not self._silence_said:
            self._silence_said = True
            waiting = self._outbox.stats().waiting
            self._tell(notices.centre_silent(waiting, self._device_id, heard=self._heard_from_centre))
        elif silences == 0 and self._silence_said:
            self._silence_said = False
            self._tell(notices.centre_back())

    def _sleep_s(self) -> float:
        now_s = time.monotonic()
        with self._window_lock:
            room = self._window.room(now_s)
            times = [self._window.changes_s(now_s)]
            under_way = list(self._window.on_their_way)
        times.append(self.answers.next_s())
        if room:
            times.append(self._outbox.next_due_s(besides=under_way))
        known = [one for one in times if one is not None]
        return min(max(min(known, default=now_s + _LONGEST_SLEEP_S) - now_s, 0.01), _LONGEST_SLEEP_S)
