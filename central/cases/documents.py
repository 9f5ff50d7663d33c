"""Violations as boxes signed them, read back from the database."""

from __future__ import annotations

import logging

from central.tables import StoredViolation
from protocol.messages import Violation
from protocol.signing import unwrap, verify

_log = logging.getLogger(__name__)


def read_message(row: StoredViolation) -> Violation:
    """Give the violation of a stored document. Raises ValueError when it cannot be read."""
    return Violation.model_validate(unwrap(row.document)[0])


def readable(row: StoredViolation) -> Violation | None:
    """Give the violation of a stored document; None when it cannot be read.

    A release before the protocol's bounds (protocol.bounds) may have stored what breaks them.
    """
    try:
        return read_message(row)
    except ValueError as error:
        _log.warning("violation %s cannot be read: %s", row.id, str(error)[:500])
        return None


def is_signed(row: StoredViolation) -> bool:
    """Say whether the document is the one that its key signed: nobody changed it in the database."""
    try:
        message, signature = unwrap(row.document)
        verify(message, signature, row.signed_by)
    except ValueError:
        return False
    return True
