"""How the centre is, in a few figures: for a load balancer, a watchdog, and the person who is called."""

from __future__ import annotations

from typing import Literal

from pydantic import Field
from sqlalchemy import func, select

from central.background import Background
from central.cases.views import View
from central.filing import outbox
from central.services import Services
from central.tables import JobState, QuarantineEntry, StoredViolation, ViolationState
from central.telling import outbox as notices


class Checkup(View):
    """`down`: the database is away, nothing can be stored. `degraded`: a person should look."""

    status: Literal["ok", "degraded", "down"]
    database: bool = Field(description="the database answers")
    broker_connected: bool = Field(description="ingest hears the broker")
    broker: str | None = Field(examples=["mqtt://127.0.0.1:1883"])
    violations_waiting: int = Field(description="violations whose evidence is not complete yet")
    quarantined: int = Field(description="messages set aside for a person")
    filing_waiting: int = Field(description="cases on their way to the platform")
    filing_dead: int = Field(description="cases that the platform did not take, waiting for a person")
    notices_waiting: int = Field(description="messages on their way to owners")
    notices_dead: int = Field(description="messages that could not be delivered; their cases wait for a person")


def check(services: Services, background: Background) -> Checkup:
    """Look at everything once."""
    broker = str(background.broker) if background.broker else None
    connected = background.broker_connected
    try:
        with services.sessions.read() as session:
            waiting = session.scalar(select(func.count()).where(StoredViolation.state == ViolationState.WAITING))
            quarantined = session.scalar(select(func.count()).select_from(QuarantineEntry))
            jobs, messages = outbox.counts(session), notices.counts(session)
    except Exception:  # whatever the driver raises: the database is away
        return Checkup(
            status="down",
            database=False,
            broker_connected=connected,
            broker=broker,
            violations_waiting=0,
            quarantined=0,
            filing_waiting=0,
            filing_dead=0,
            notices_waiting=0,
            notices_dead=0,
        )
    return Checkup(
        status="ok" if connected and not jobs[JobState.DEAD] else "degraded",
        database=True,
        broker_connected=connected,
        broker=broker,
        violations_waiting=waiting or 0,
        quarantined=quarantined or 0,
        filing_waiting=jobs[JobState.WAITING],
        filing_dead=jobs[JobState.DEAD],
        notices_waiting=messages[JobState.WAITING],
        notices_dead=messages[JobState.DEAD],
    )
