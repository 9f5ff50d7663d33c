"""What the database keeps, one file a room. Migrations follow these models (central/migrations)."""

from __future__ import annotations

from central.tables.base import Base
from central.tables.boxes import Device, DeviceNotice, QuarantineEntry
from central.tables.cases import Case, CaseStep, Stay
from central.tables.counting import Counter
from central.tables.credentials import CentreKey, DeviceCredential
from central.tables.outboxes import BuiltinPlatformCase, FilingJob, FilingOrder, JobState, NoticeJob
from central.tables.people import UserRow, UserSession, WrongPasswords
from central.tables.pictures import AskedPicture, AskedState, PictureEvidence
from central.tables.violations import StoredViolation, ViolationEvidence, ViolationState

__all__ = [
    "AskedPicture",
    "AskedState",
    "Base",
    "BuiltinPlatformCase",
    "Case",
    "CaseStep",
    "CentreKey",
    "Counter",
    "Device",
    "DeviceCredential",
    "DeviceNotice",
    "FilingJob",
    "FilingOrder",
    "JobState",
    "NoticeJob",
    "PictureEvidence",
    "QuarantineEntry",
    "Stay",
    "StoredViolation",
    "UserRow",
    "UserSession",
    "ViolationEvidence",
    "ViolationState",
    "WrongPasswords",
]
