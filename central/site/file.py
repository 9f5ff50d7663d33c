"""The site file: one YAML, checked as a whole before anything is done by it."""

from __future__ import annotations

import re
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from central.site.calendar import Calendar
from central.site.places import PlacePattern
from central.site.policies import Closing, Deadlines, Join, Policy, Then


def _check_url(url: str) -> str:
    if not re.fullmatch(r"https?://[^\s/]+(/\S*)?", url):
        raise ValueError(f"{url!r} 不是网址，请写作 https://主机/路径 / is no address: write it as https://host/path")
    return url


Webhook = Annotated[str, AfterValidator(_check_url)]
Id = Annotated[str, Field(pattern=r"^[\w.-]{1,64}$")]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class District(_Part):
    """A part of the city, and the places in it."""

    name: str
    zones: tuple[PlacePattern, ...]


class Owner(_Part):
    """Who answers for places (门前三包): a shop, a property manager, a street office."""

    name: str
    contact: str = Field(default="", description="a person and a number, for people")
    webhook: Webhook | None = Field(default=None, description="gets its messages; none: the one of `notices`")
    zones: tuple[PlacePattern, ...]


class Notices(_Part):
    """How messages go out."""

    webhook: Webhook | None = Field(default=None, description="for owners who have none of their own")


class SiteFile(_Part):
    """All that a site agrees upon. Every list is read from the top: the first rule that covers a case counts."""

    calendar: Calendar = Calendar()
    districts: dict[Id, District] = {}
    owners: dict[Id, Owner] = {}
    notices: Notices = Notices()
    deadlines: tuple[Deadlines, ...] = ()
    join: Join = Join()
    policies: tuple[Policy, ...] = ()
    closing: tuple[Closing, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _empty_groups_are_absent(cls, data: Any) -> Any:
        if isinstance(data, dict):
            return {key: value for key, value in data.items() if value is not None}
        return data

    @model_validator(mode="after")
    def _messages_reach_somebody(self) -> Self:
        if any(policy.then is Then.NOTIFY for policy in self.policies) and self.notices.webhook is None:
            silent = [name for name, owner in self.owners.items() if owner.webhook is None]
            if silent or not self.owners:
                zh, en = ("owners 为空", "there are no owners")
                if silent:
                    zh, en = (f"owners.{silent[0]} 没有 webhook", f"owners.{silent[0]} has no webhook")
                raise ValueError(
                    f"policies 中有 `then: notify`，但{zh}，请补上 `notices: {{webhook: https://…}}` / "
                    f"policies say `then: notify`, but {en}: add `notices: {{webhook: https://...}}`"
                )
        return self
