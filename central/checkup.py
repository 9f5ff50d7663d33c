"""How the centre is, in a few figures: for a load balancer, a watchdog, and the person who is called."""

from __future__ import annotations

import asyncio
from typing import Literal

from pydantic import Field
from sqlalchemy import func, select

from central.background import Background
from central.cases.views import View
from central.filing import outbox
from central.quarantine import count_set_aside
from central.services import Services
from central.tables import JobState, StoredViolation, ViolationState
from central.telling import outbox as notices

_LONGEST_S = 5.0


class Checkup(View):
    """`down`: something cannot be written, so nothing can be stored. `degraded`: a person should look."""

    status: Literal["ok", "degraded", "down"]
    database: bool = Field(description="the database answers and can be written")
    evidence_store: bool = Field(description="evidence can be written")
    broker_connected: bool = Field(description="ingest hears the broker")
    broker: str | None = Field(examples=["mqtt://127.0.0.1:1883"])
    violations_waiting: int = Field(default=0, description="violations whose evidence is not complete yet")
    quarantined: int = Field(default=0, description="messages set aside for a person")
    filing_waiting: int = Field(default=0, description="cases on their way to the platform")
    filing_dead: int = Field(default=0, description="cases that the platform did not take, waiting for a person")
    notices_waiting: int = Field(default=0, description="messages on their way to owners")
    notices_dead: int = Field(default=0, description="undeliverable messages; their cases wait for a person")


async def check(services: Services, background: Background) -> Checkup:
    """Look at everything once. A database that does not answer within 5 s counts as away."""
    found = _writes(background)
    if not found.database:
        return found
    try:
        counts = await asyncio.wait_for(asyncio.to_thread(_counts, services), _LONGEST_S)
    except Exception:  # whatever the driver raises: the database is away
        return found.model_copy(update={"status": "down", "database": False})
    if found.status == "ok" and counts["filing_dead"]:
        found = found.model_copy(update={"status": "degraded"})
    return found.model_copy(update=counts)


def _writes(background: Background) -> Checkup:
    database, evidence_store = background.database_probe.works, background.evidence_probe.works
    connected = background.broker_connected
    return Checkup(
        status="down" if not (database and evidence_store) else "ok" if connected else "degraded",
        database=database,
        evidence_store=evidence_store,
        broker_connected=connected,
        broker=str(background.broker) if background.broker else None,
    )


def _counts(services: Services) -> dict[str, int]:
    with services.sessions.read() as session:
        waiting = session.scalar(select(func.count()).where(StoredViolation.state == ViolationState.WAITING))
        quarantined = count_set_aside(session)
        jobs, messages = outbox.counts(session), notices.counts(session)
    return {
        "violations_waiting": waiting or 0,
        "quarantined": quarantined,
        "filing_waiting": jobs[JobState.WAITING],
        "filing_dead": jobs[JobState.DEAD],
        "notices_waiting": messages[JobState.WAITING],
        "notices_dead": messages[JobState.DEAD],
    }
