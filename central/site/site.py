"""The site as the centre asks it: what holds for this kind, at this place, at this time."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from central.settings import Settings
from central.site.calendar import WorkingTime
from central.site.file import Owner, SiteFile
from central.site.places import Place
from central.site.policies import Closing, DeadlineName, Join, Policy, Then
from central.site.reading import read_site_file
from protocol.kinds import ViolationKind
from rules.schedule import Schedule


class Site:
    """A checked site file in the site's time zone. Without a file, a person decides everything and nothing is due."""

    def __init__(self, file: SiteFile, zone: ZoneInfo, *, auto_file: bool = False) -> None:
        self.file, self.zone = file, zone
        self.working = WorkingTime(file.calendar, zone)
        self._otherwise = Policy(then=Then.FILE if auto_file else Then.REVIEW)

    @property
    def join(self) -> Join:
        """When a violation is one more of a case that is there."""
        return self.file.join

    def district_of(self, place: Place) -> str:
        """Give the id of the district that a place is in; empty when none is known."""
        return next((name for name, one in self.file.districts.items() if place.is_among(one.zones)), "")

    def owner_of(self, place: Place) -> tuple[str, Owner] | None:
        """Give id and entry of who answers for a place."""
        return next(((name, one) for name, one in self.file.owners.items() if place.is_among(one.zones)), None)

    def webhook_of(self, owner: Owner) -> str | None:
        """Say where an owner's messages go."""
        return owner.webhook or self.file.notices.webhook

    def policies(self, kind: ViolationKind, place: Place, at: datetime) -> list[Policy]:
        """Give the policies that cover a violation confirmed at `at`, in their order; the last one always does."""
        covering = [
            policy
            for policy in self.file.policies
            if policy.covers(kind, place)
            and (not policy.devices or place.device in policy.devices)
            and self._in_hours(policy, at)
        ]
        return [*covering, self._otherwise]

    def closing(self, kind: ViolationKind, place: Place) -> Closing:
        """Say how a case of this kind is closed at this place."""
        return next((one for one in self.file.closing if one.covers(kind, place)), Closing())

    def due(self, name: DeadlineName, kind: ViolationKind, place: Place, since: datetime) -> datetime | None:
        """Say until when a step is due that could be taken `since`; None when the site gives no deadline."""
        for rule in self.file.deadlines:
            minutes: int | None = getattr(rule, name)
            if minutes is not None and rule.covers(kind, place):
                return self.working.add(since, minutes)
        return None

    def _in_hours(self, policy: Policy, at: datetime) -> bool:
        calendar = self.file.calendar
        hours = Schedule(windows=policy.hours, holidays=calendar.holidays - calendar.extra_working_days)
        return not policy.hours or hours.applies(at.timestamp(), self.zone)


def load_site(settings: Settings) -> Site:
    """Read the site file that the settings name, or the one in the data folder if there is any. Raises BadSiteFile."""
    path = settings.site_file or settings.data_dir / "site.yaml"
    there = settings.site_file is not None or path.is_file()
    return Site(read_site_file(path) if there else SiteFile(), settings.zone, auto_file=settings.auto_file)
