"""Who may come to the embedded broker once it is open to a network, and what each may say and hear.

A box comes with its own password, under its id as user name and as client id, and speaks only for itself; the rules are
those of deploy/mosquitto.
"""

from __future__ import annotations

import asyncio
import hmac
import ipaddress
import logging
import secrets
import time
from dataclasses import dataclass

from central.credentials import CENTRE_USER, Credentials
from central.ingest.allowance import Allowance
from protocol import topics

log = logging.getLogger(__name__)

_TOLD_AT_ONCE, _TOLD_PER_S = 5, 0.1


def is_open_to_a_network(host: str) -> bool:
    """Say whether others than this machine reach what listens on `host`."""
    if host == "localhost":
        return False
    try:
        return not ipaddress.ip_address(host).is_loopback
    except ValueError:
        return True


@dataclass(frozen=True, slots=True)
class Visitor:
    """What a client says of itself when it connects."""

    user: str | None
    password: str | None
    client_id: str | None
    will_topic: str | None


class BrokerAccess:
    """The rules. `centre_password` is the centre's own, made anew at each start."""

    def __init__(self, credentials: Credentials) -> None:
        self._credentials = credentials
        self.centre_password = secrets.token_urlsafe(24)
        self._told = Allowance(_TOLD_AT_ONCE, _TOLD_PER_S)

    async def admits(self, visitor: Visitor, address: str) -> bool:
        """Say whether a client may come in; a refusal is logged."""
        why = await self._refusal(visitor)
        if why and self._told.take(address, time.monotonic()):
            log.warning("the embedded broker refuses %r from %s: %s", visitor.user, address, why)
        return not why

    async def _refusal(self, visitor: Visitor) -> str:
        user, password = visitor.user or "", visitor.password or ""
        if user == CENTRE_USER:
            right = hmac.compare_digest(password.encode("utf-8", "surrogatepass"), self.centre_password.encode())
            return "" if right else "a wrong password"
        try:
            right = await asyncio.to_thread(self._credentials.check, user, password)
        except Exception as error:  # the database is away: the box tries again
            return f"its password cannot be looked up: {error}"
        if not right:
            return "a wrong password, or none was made: kerbwatch-central device credential BOX"
        if visitor.client_id != user:
            return f"its client id is {visitor.client_id!r}, which is not its own"
        if visitor.will_topic is not None and not self.may_publish(user, visitor.will_topic):
            return f"its last will is for {visitor.will_topic!r}, which is not its own"
        return ""

    def may_publish(self, user: str | None, topic: str) -> bool:
        """Say whether a user may publish to a topic."""
        if user == CENTRE_USER:
            return True
        try:
            parsed = topics.parse(topic)
        except ValueError:
            return False
        return parsed.device == user and parsed.channel not in ("ack", "request")

    def may_subscribe(self, user: str | None, topic_filter: str) -> bool:
        """Say whether a user may subscribe to a filter."""
        return user == CENTRE_USER or (user is not None and topic_filter in (topics.ack(user), topics.request(user)))
