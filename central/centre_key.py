"""The key with which the centre signs what it says to boxes: made at the first start, kept in the database.

There all workers of one centre find the same one, and a backup of the database holds it. Who can read the database can
sign for the centre.
"""

from __future__ import annotations

from joserfc.jwk import OKPKey

from central.column_types import now
from central.database import Sessions, insert_or_ignore
from central.tables import CentreKey
from protocol.signing import load_private_key, new_private_key

_ACKS = "acks"


def centre_key(sessions: Sessions) -> OKPKey:
    """Return the centre's private key, made when there is none yet. Two workers that start at once get the same."""
    with sessions.read() as session:
        row = session.get(CentreKey, _ACKS)
    if row is None:
        pem = new_private_key().as_pem(private=True).decode()
        with sessions.write() as session:
            insert_or_ignore(session, CentreKey, name=_ACKS, pem=pem, made_at=now())
        with sessions.read() as session:
            row = session.get_one(CentreKey, _ACKS)
    return load_private_key(row.pem.encode())
