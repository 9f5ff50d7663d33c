"""An officer's shift in a real browser: the real centre in its own process, boxes that speak to it over MQTT."""

from __future__ import annotations

import queue
import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from protocol import topics
from protocol.messages import PictureRequest
from tests.central.conftest import Box, Message
from tests.e2e.officers_browser import (
    FLAGS,
    PASSWORD,
    PATIENCE_MS,
    Centre,
    Process,
    Watch,
    new_window,
    row,
    select,
    sign_in,
)

SITE = """
owners: {shop: {name: 老街面馆, contact: 店长, zones: [kerb]}}
deadlines: [{dispatch: 60}]
"""
pytestmark = pytest.mark.system("chromium")
expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    data = tmp_path_factory.mktemp("centre") / "data"
    data.mkdir()
    (data / "site.yaml").write_text(SITE, encoding="utf-8")
    process = Process.start(data)
    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="test-box")
    asked: queue.SimpleQueue[PictureRequest] = queue.SimpleQueue()
    client.on_connect = lambda client, *_: client.subscribe(topics.request("box-1"), 1)
    client.on_message = lambda _, __, message: asked.put(PictureRequest.model_validate_json(message.payload))
    client.connect(*process.broker)
    client.loop_start()

    def publish(message: Message) -> None:
        client.publish(*message, qos=1).wait_for_publish(10)

    box = Box()
    publish(box.status())
    yield Centre(process.console, box, publish, asked)
    client.disconnect()
    client.loop_stop()
    process.stop()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("chromium is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def watch() -> Iterator[Watch]:
    """At the end of a test, no request of its pages may have left this machine, and no error been logged."""
    watch = Watch()
    yield watch
    assert watch.outside == []
    assert watch.errors == []


@pytest.fixture
def stranger(browser: Browser, watch: Watch) -> Iterator[Page]:
    """A page in a browser that nobody has used before."""
    with new_window(browser) as window:
        yield watch.over(window.new_page())


@pytest.fixture(scope="module")
def workplace(browser: Browser, centre: Centre) -> Iterator[BrowserContext]:
    """The browser of an officer who has signed in."""
    with new_window(browser) as window:
        sign_in(window.new_page(), centre.url).close()
        yield window


@pytest.fixture
def officer(workplace: BrowserContext, centre: Centre, watch: Watch) -> Iterator[Page]:
    """An officer who sees the queue."""
    page = watch.over(workplace.new_page())
    page.goto(centre.url)
    yield page
    page.close()


def test_a_wrong_password_is_told_and_the_right_one_opens_the_queue(centre: Centre, stranger: Page) -> None:
    page = stranger
    page.goto(centre.url)
    page.fill("input[name=username]", "admin")
    page.fill("input[name=password]", "not the password")
    page.click("button[type=submit]")
    expect(page.get_by_role("alert")).to_contain_text("用户名或密码不正确")
    page.fill("input[name=password]", PASSWORD)
    page.click("button[type=submit]")
    expect(page.locator(".filters")).to_be_visible()
    expect(page).to_have_url(centre.url + "/")


def test_a_new_case_appears_by_itself_and_the_selection_stays(centre: Centre, officer: Page) -> None:
    centre.report("老街一号区")
    select(officer, "老街一号区")
    centre.report("老街二号区")
    expect(row(officer, "老街二号区")).to_be_visible()
    expect(officer.locator(".case-row").first).to_contain_text("老街二号区")
    expect(row(officer, "老街一号区")).to_have_class(re.compile("selected"))
    picture = row(officer, "老街二号区").locator("img")
    expect(picture).to_have_js_property("naturalWidth", 320)


def test_an_officer_confirms_with_one_key_and_the_case_is_filed(centre: Centre, officer: Page) -> None:
    centre.report("确认区")
    select(officer, "确认区")
    officer.keyboard.press("c")
    expect(officer.locator(".said")).to_contain_text("已立案")
    expect(row(officer, "确认区")).to_have_count(0)
    assert centre.states()["确认区"] == "filed"


def test_an_officer_rejects_with_two_keys(centre: Centre, officer: Page) -> None:
    centre.report("驳回区")
    select(officer, "驳回区")
    officer.keyboard.press("r")
    expect(officer.locator("dialog[open]")).to_contain_text("驳回区")
    officer.keyboard.press("4")
    expect(officer.locator(".said")).to_contain_text("重复上报")
    expect(officer.locator("dialog[open]")).to_have_count(0)
    assert centre.states()["驳回区"] == "rejected"


def test_another_reason_needs_a_note(centre: Centre, officer: Page) -> None:
    centre.report("其他区")
    select(officer, "其他区")
    officer.keyboard.press("r")
    expect(officer.locator("dialog[open]")).to_be_visible()
    officer.keyboard.press("6")
    expect(officer.locator(".note-needed")).to_be_visible()
    assert centre.states()["其他区"] == "reported"
    officer.fill(".note textarea", "施工车辆，已报备")
    officer.click(".reason-other")
    expect(officer.locator(".said")).to_contain_text("其他")
    assert centre.states()["其他区"] == "rejected"


def test_a_key_held_down_decides_only_one_case(centre: Centre, officer: Page) -> None:
    centre.report("按住一区", "按住二区", "按住三区")
    select(officer, "按住三区")
    officer.keyboard.down("c")
    for _ in range(5):
        officer.keyboard.down("c")  # the browser reports these as repeats
    officer.keyboard.up("c")
    expect(row(officer, "按住三区")).to_have_count(0)
    officer.keyboard.press("k")
    states = centre.states()
    assert [states[zone] for zone in ("按住一区", "按住二区", "按住三区")] == ["reported", "reported", "filed"]


def test_reviewing_case_after_case_without_going_back(centre: Centre, officer: Page) -> None:
    centre.report("连审一区", "连审二区", "连审三区")
    select(officer, "连审三区")
    officer.keyboard.press("Enter")
    facts = officer.locator(".facts")
    expect(facts).to_contain_text("连审三区")
    expect(officer.locator(".signature.good")).to_be_visible()
    officer.keyboard.press("c")
    expect(facts).to_contain_text("连审二区")
    officer.keyboard.press("j")
    expect(facts).to_contain_text("连审一区")
    officer.keyboard.press("k")
    expect(facts).to_contain_text("连审二区")
    officer.keyboard.press("r")
    officer.locator("dialog[open] .reason-already_gone").click()
    expect(facts).to_contain_text("连审一区")
    states = centre.states()
    assert [states[zone] for zone in ("连审一区", "连审二区", "连审三区")] == ["reported", "rejected", "filed"]


def test_when_another_officer_was_faster_it_is_said_and_nothing_is_overwritten(centre: Centre, officer: Page) -> None:
    centre.report("抢先区")
    select(officer, "抢先区")
    officer.keyboard.press("r")  # the question is open while the other officer confirms
    expect(officer.locator("dialog[open]")).to_contain_text("抢先区")
    centre.act("抢先区", {"action": "confirm"})
    officer.keyboard.press("1")
    expect(officer.locator(".said.warning")).to_contain_text("已先一步处理")
    assert centre.states()["抢先区"] == "filed"


def test_an_open_case_shows_what_another_officer_did(centre: Centre, officer: Page) -> None:
    centre.report("旁观区")
    select(officer, "旁观区")
    officer.keyboard.press("Enter")
    expect(officer.locator(".case-side .decision")).to_be_visible()
    centre.act("旁观区", {"action": "reject", "reason": "permitted", "note": "市集日"})
    expect(officer.locator(".history")).to_contain_text("经批准 · 市集日")
    expect(officer.locator(".case-side .decision")).to_have_count(0)


def test_a_case_is_taken_all_the_way_at_its_page(centre: Centre, officer: Page) -> None:
    centre.report("全程区")
    select(officer, "全程区")
    officer.keyboard.press("Enter")
    expect(officer.locator(".way")).to_contain_text("老街面馆")
    centre.act("全程区", {"action": "confirm"})
    expect(officer.locator(".way")).to_contain_text("办理期限")
    # A sheet that is open when the platform's number comes is refused as out of date.
    expect(officer.locator(".history .did-register")).to_have_count(1)
    for action, note in (("dispatch", "派巡查一组"), ("handle", ""), ("feed_back", "已清理"), ("close", "")):
        officer.click(f".steps-bar .act-{action}")
        sheet = officer.locator("dialog[open]")
        expect(sheet).to_contain_text("全程区")
        if note:
            sheet.locator("textarea").press_sequentially(note)
        sheet.locator(".step-take").click()
        expect(officer.locator(f".history .did-{action}").first).to_contain_text(note or "admin")
    officer.click(".steps-bar .act-evaluate")
    officer.locator("dialog[open] .rating-4").click()
    expect(officer.locator(".way")).to_contain_text("★★★★☆")
    officer.click(".steps-bar .act-reopen")
    officer.locator("dialog[open] .step-take").click()
    expect(officer.locator("dialog[open] .note-needed")).to_contain_text("必填")
    assert centre.states()["全程区"] == "evaluated"


def test_two_cases_become_one(centre: Centre, officer: Page) -> None:
    centre.report("并案甲区", "并案乙区")
    select(officer, "并案甲区")
    number = officer.locator(".preview-head .number").first.inner_text()
    select(officer, "并案乙区")
    officer.keyboard.press("Enter")
    officer.click(".steps-bar .act-merge")
    sheet = officer.locator("dialog[open]")
    sheet.locator(".step-into").press_sequentially("KW-0")
    sheet.locator(".step-take").click()
    expect(sheet.locator(".note-needed")).to_contain_text("KW-0")
    sheet.locator(".step-into").fill(number)
    sheet.locator(".step-take").click()
    expect(officer.locator(".way a")).to_have_text(number)
    officer.click(".way a")
    expect(officer.locator(".way")).to_contain_text("共 2 次，2 处未恢复")
    assert centre.states()["并案乙区"] == "merged"


def test_the_untouched_original_with_the_zone_drawn_over_it_and_the_full_view(centre: Centre, officer: Page) -> None:
    centre.report("图片区")
    select(officer, "图片区")
    officer.keyboard.press("Enter")
    shown = officer.locator(".picture > img")
    expect(shown).to_have_js_property("naturalWidth", 320)
    marked = shown.get_attribute("src")
    expect(officer.locator(".picture .overlay")).to_have_count(0)
    officer.keyboard.press("o")
    expect(officer.locator(".picture .overlay .zone-line")).to_have_count(1)
    assert shown.get_attribute("src") != marked
    officer.keyboard.press("ArrowLeft")
    expect(officer.locator(".stage figcaption")).to_contain_text("首次发现")
    officer.keyboard.press("f")
    expect(officer.locator(".stage.full")).to_be_visible()
    officer.keyboard.press("Escape")
    expect(officer.locator(".stage.full")).to_have_count(0)
    officer.click(".files summary")
    assert re.fullmatch(r"[0-9a-f]{64}", officer.locator(".hash code").first.inner_text())


def test_typing_in_the_search_decides_nothing_and_survives_new_cases(centre: Centre, officer: Page) -> None:
    centre.report("搜索甲区")
    expect(row(officer, "搜索甲区")).to_be_visible()
    officer.keyboard.press("/")
    officer.locator(".search input:focus").press_sequentially("cr搜索")
    expect(officer.locator(".queue-empty")).to_contain_text("没有符合条件的案件")
    centre.report("搜索乙区")
    expect(officer.locator(".nav .badge.for-cases")).to_be_visible()
    expect(officer.locator(".search input")).to_have_value("cr搜索")
    officer.fill(".search input", "搜索乙")
    expect(row(officer, "搜索乙区")).to_be_visible()
    expect(row(officer, "搜索甲区")).to_have_count(0)
    assert centre.states()["搜索甲区"] == "reported"


def test_the_place_now_is_asked_for_and_its_picture_comes_by_itself(centre: Centre, officer: Page) -> None:
    centre.report("雨夜二号区", "雨夜一号区")
    select(officer, "雨夜一号区")
    officer.keyboard.press("Enter")
    look = officer.locator(".look-now")
    look.get_by_role("button", name="现在看一眼").click()
    expect(look).to_contain_text("等待画面")
    expect(look.get_by_role("button")).to_be_disabled()
    request = centre.asked.get(timeout=PATIENCE_MS / 1000)
    assert request.asked_by == "admin"
    parts, answer = centre.box.answer(request.id, request.camera, datetime(2026, 11, 23, 14, 41, 7, tzinfo=UTC))
    for message in (*parts, answer):
        centre.publish(message)
    expect(look).to_contain_text("拍摄于 2026-11-23 22:41:07")
    expect(look.locator("img")).to_have_js_property("naturalWidth", 320)
    expect(officer.locator(".strip")).to_contain_text("即时查看")
    expect(officer.locator(".history")).to_contain_text("现场图片答复")

    look.get_by_role("button", name="现在看一眼").click()
    request = centre.asked.get(timeout=PATIENCE_MS / 1000)
    dark = {"reason": "camera_dark", "text_zh": "画面全黑", "text_en": "The picture is black"}
    centre.publish(centre.box.answer(request.id, request.camera, request.asked_at, refused=dark)[1])
    expect(look).to_contain_text("没有画面：画面全黑")
    officer.keyboard.press("c")
    expect(officer.locator(".case-side")).to_contain_text("雨夜二号区")
    assert centre.states()["雨夜一号区"] == "filed"


def test_english_and_dark_are_remembered(centre: Centre, stranger: Page) -> None:
    page = sign_in(stranger, centre.url)
    page.click("button:has-text('English')")
    expect(page.locator(".nav")).to_contain_text("Quarantine")
    page.click("button[title='Dark / light']")
    page.goto(centre.url + "/devices")
    expect(page.locator("html[data-theme=dark][lang=en]")).to_have_count(1)
    expect(page.locator("h1")).to_have_text("Boxes and cameras")


def test_boxes_and_quarantine_are_seen(centre: Centre, officer: Page) -> None:
    centre.publish(centre.box.health())
    topic, _ = centre.box.report().message
    centre.publish((topic, b"{this is no json"))
    officer.goto(centre.url + "/devices")
    expect(officer.locator(".box")).to_contain_text("Cabinet box-1")
    expect(officer.locator(".box")).to_contain_text("在线")
    officer.click("nav >> text=隔离区")
    expect(officer.locator(".set-aside")).to_contain_text("{this is no json")
    with officer.expect_download() as download:
        officer.click("a:has-text('下载')")
    assert download.value.path().read_bytes() == b"{this is no json"


def test_a_lost_connection_is_seen(tmp_path: Path, browser: Browser) -> None:
    process = Process.start(tmp_path / "data")
    page = browser.new_page()
    try:
        sign_in(page, process.console)
        expect(page.locator(".queue-empty")).to_contain_text("没有待核查的案件")
        process.running.kill()
        expect(page.locator("#popup")).to_contain_text("连接已中断")
        expect(page.locator("#popup")).to_be_visible()
    finally:
        page.close()
        process.stop()


def test_the_figures_count_what_was_decided_and_lead_to_files(centre: Centre, officer: Page) -> None:
    centre.report("统计区")
    expect(row(officer, "统计区")).to_be_visible()
    centre.act("统计区", {"action": "reject", "reason": "wrong_object"})
    officer.get_by_role("link", name="统计").click()
    rejected = officer.locator(".tile", has_text="不予立案")
    expect(rejected).to_be_visible()
    assert int(rejected.locator("dd").inner_text()) >= 1
    expect(officer.locator(".chart svg").first).to_be_visible()
    expect(officer.locator("#groups td.what").first).to_contain_text("统计区")  # the zone's newest name
    officer.locator("#groups .tabs a", has_text="摄像机").click()
    expect(officer.locator("#groups th.what")).to_have_text("摄像机")
    with officer.expect_download() as download:
        officer.locator("#groups .download").click()
    assert download.value.suggested_filename.startswith("kerbwatch-by-camera-")
    assert download.value.path().read_bytes().startswith(b"\xef\xbb\xbf")


def test_the_figures_of_days_without_cases_say_so(centre: Centre, officer: Page) -> None:
    officer.goto(f"{centre.url}/figures?from=2001-01-01&to=2001-01-31&by=nonsense")
    expect(officer.locator(".empty")).to_contain_text("这段时间没有案件")
    officer.fill("input[name=from]", "2001-02-01")
    officer.fill("input[name=to]", "2001-02-02")
    officer.get_by_role("button", name="查询").click()
    expect(officer).to_have_url(re.compile(r"from=2001-02-01&to=2001-02-02"))
    expect(officer.locator("input[name=from]")).to_have_value("2001-02-01")
    expect(officer.locator(".empty")).to_be_visible()
