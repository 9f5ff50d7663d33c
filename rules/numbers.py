"""The numbers of a rule: defaults per kind (numbers.yaml), overridden by the zone and by one class in it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from protocol.kinds import ViolationKind
from rules.classes import read_yaml

Seconds = Annotated[float, Field(ge=0)]
Share = Annotated[float, Field(ge=0, le=1)]


class Numbers(BaseModel):
    """All numbers that a rule may use; numbers.yaml says what each means and why it is so."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    dwell_s: float = Field(gt=0)
    grace_s: Seconds
    clear_after_s: Seconds
    cooldown_s: Seconds
    min_count: int = Field(ge=1)
    inside_share: Share
    large_ratio: float = Field(default=0.0, ge=0)
    large_m: float = Field(default=0.0, ge=0)
    min_weight: float = Field(default=0.0, ge=0)
    attended_share: Share = 0.0
    attended_gap_s: Seconds = 0.0


@cache
def _defaults() -> dict[str, Any]:
    return read_yaml("numbers.yaml")


def numbers_for(kind: ViolationKind, *overrides: Mapping[str, Any]) -> Numbers:
    """Merge the defaults of `kind` with `overrides`, later ones win. Raises pydantic.ValidationError (a ValueError)."""
    values = dict(_defaults()[kind.value])
    for override in overrides:
        values.update(override)
    return Numbers(**values)
