"""The site file: what a site may write, and how it is told what is wrong."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from central.services import build_services
from central.settings import Settings
from central.site.file import SiteFile
from central.site.places import Place
from central.site.policies import BySight, Then
from central.site.reading import BadSiteFile, read_site_file
from central.site.site import Site, load_site
from protocol.kinds import ViolationKind

EXAMPLE = Path(__file__).resolve().parents[2] / "deploy" / "site.example.yaml"
SHANGHAI = ZoneInfo("Asia/Shanghai")
PARKING, VENDING = ViolationKind.ILLEGAL_PARKING, ViolationKind.STREET_VENDING
KERB, SHOP = Place("box-1", "east-gate", "kerb"), Place("box-1", "east-gate", "shop-front")
MONDAY_NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)


def faults(tmp_path: Path, text: str) -> list[str]:
    path = tmp_path / "site.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadSiteFile) as problem:
        read_site_file(path)
    assert str(path) in problem.value.message_zh
    assert str(path) in problem.value.message_en
    return problem.value.faults


def test_the_example_is_a_site_file_and_says_what_it_seems_to_say() -> None:
    site = Site(read_site_file(EXAMPLE), SHANGHAI)
    assert [policy.then for policy in site.policies(VENDING, SHOP, MONDAY_NOON)][:2] == [Then.NOTIFY, Then.REVIEW]
    assert [policy.then for policy in site.policies(PARKING, KERB, MONDAY_NOON)][:2] == [Then.FILE, Then.REVIEW]
    assert (site.district_of(KERB), site.district_of(Place("box-9", "c", "kerb"))) == ("east", "")
    owner_id, owner = site.owner_of(SHOP) or ("", None)
    assert owner_id == "noodle-shop"
    assert owner is not None
    assert site.webhook_of(owner) == "https://sms.example.org/kerbwatch"
    assert site.owner_of(KERB) is None
    assert site.closing(PARKING, KERB).by_sight is BySight.CLOSE
    assert site.closing(VENDING, KERB).by_sight is BySight.PROPOSE
    # Noon is in the midday break, which ends at 13:30; 15 minutes later the decision is due.
    assert site.due("decide", PARKING, KERB, MONDAY_NOON) == MONDAY_NOON + timedelta(minutes=90 + 15)
    assert site.due("handle", VENDING, KERB, MONDAY_NOON) == MONDAY_NOON + timedelta(minutes=90 + 120)


def test_without_a_file_a_person_decides_and_nothing_is_due() -> None:
    site = Site(SiteFile(), SHANGHAI)
    assert [policy.then for policy in site.policies(PARKING, KERB, MONDAY_NOON)] == [Then.REVIEW]
    assert site.due("decide", PARKING, KERB, MONDAY_NOON) is None


def test_hours_are_those_of_the_site() -> None:
    night = {"then": "file", "hours": [{"start": "22:00", "end": "06:00"}]}
    site = Site(SiteFile.model_validate({"policies": [night]}), SHANGHAI)
    late = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)  # 23:00 in Shanghai
    assert [policy.then for policy in site.policies(PARKING, KERB, late)] == [Then.FILE, Then.REVIEW]
    assert [policy.then for policy in site.policies(PARKING, KERB, MONDAY_NOON)] == [Then.REVIEW]


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        ("policys: []", "policys", "did you mean policies?"),
        ("policies:\n  - {then: fille}", "policies[0].then", "'fille' is not known"),
        ("policies:\n  - {then: file, min_scor: 1}", "policies[0].min_scor", "did you mean min_score?"),
        ("policies:\n  - {then: review, minutes: 5}", "policies[0]", "minutes belong to `then: notify`"),
        ("policies:\n  - {then: file, min_precision: 0.9}", "policies[0]", "needs min_verdicts"),
        ("policies:\n  - {then: notify, minutes: 5}", "(file)", "there are no owners"),
        ("deadlines:\n  - {kinds: [illegal_parking]}", "deadlines[0]", "no step is named"),
        ("deadlines:\n  - {decide: soon}", "deadlines[0].decide", "is 'soon'"),
        ("calendar: {windows: [{days: [holiday]}]}", "calendar", "no weekday is worked"),
        ("calendar: {holidays: [soon]}", "calendar.holidays[0]", "must be"),
        ("districts: {east: {zones: [kerb]}}", "districts.east.name", "缺少"),
        ("owners: {shop: {name: x, zones: [a/b]}}", "owners.shop.zones[0]", "device/camera/zone"),
        ("owners: {shop: {name: x, zones: [a], webhook: sms}}", "owners.shop.webhook", "https://host/path"),
        ("closing: [{by_sight: yes}]", "closing[0].by_sight", "not known"),
        ("join: {window_minutes: 5}\njoin: {}", "line 2", "said twice"),
        ("join: [", "line 1", ""),
        ("- kerb", "(file)", "must be"),
    ],
)
def test_a_fault_is_told_with_its_place_and_what_to_do(tmp_path: Path, text: str, where: str, what: str) -> None:
    (fault,) = faults(tmp_path, text)
    assert where in fault
    assert what in fault


def test_a_bad_file_stops_the_start_and_a_missing_one_only_when_it_was_named(tmp_path: Path) -> None:
    assert load_site(Settings(data_dir=tmp_path)).file == SiteFile()
    with pytest.raises(BadSiteFile, match="cannot be read"):
        load_site(Settings(data_dir=tmp_path, site_file=tmp_path / "gone.yaml"))
    (tmp_path / "site.yaml").write_text("policies: 1", encoding="utf-8")
    with pytest.raises(BadSiteFile):
        build_services(Settings(data_dir=tmp_path))
    assert not (tmp_path / "kerbwatch.db").exists()


def test_the_former_setting_files_what_no_policy_covers(tmp_path: Path) -> None:
    (tmp_path / "site.yaml").write_text("policies: [{kinds: [street_vending], then: review}]", encoding="utf-8")
    site = load_site(Settings(data_dir=tmp_path, auto_file=True))
    assert site.policies(VENDING, KERB, MONDAY_NOON)[0].then is Then.REVIEW
    assert site.policies(PARKING, KERB, MONDAY_NOON)[0].then is Then.FILE


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("owners: !!int two", "does not fit its type"),
        ("owners: !!timestamp two", "does not fit its type"),
        ("owners: 1" + "0" * 5000, "a number is far too long"),
        ("[" * 100_000, "nested too deeply"),
    ],
)
def test_what_no_editor_should_make_of_a_site_file_is_one_fault(tmp_path: Path, text: str, said: str) -> None:
    (fault,) = faults(tmp_path, text)
    assert said in fault
