"""The engineer writes YAML; every mistake is named with its place and a way out."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from edge_agent.config.box import BoxConfig, ConfigError, load_config
from edge_agent.words.language import reader_languages

Write = Callable[[dict[str, Any] | str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def _write(content: dict[str, Any] | str) -> Path:
        path = tmp_path / "box.yaml"
        path.write_text(content if isinstance(content, str) else yaml.safe_dump(content, allow_unicode=True))
        return path

    return _write


def faults(path: Path) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load_config(path)
    return list(caught.value.faults)


def test_a_good_file_gives_cameras_and_zones(write: Write, box_data: Callable[..., dict[str, Any]]) -> None:
    config = load_config(write(box_data()))
    assert [zone.id for camera in config.cameras for zone in camera.zones] == ["kerb"]
    assert config.uplink.in_flight == 4
    assert config.zone_info.key == "Asia/Shanghai"
    assert config.cameras[0].place.address == "人民路 3 号"


@pytest.mark.parametrize(
    ("where", "value", "fault"),
    [
        (
            "cameras.0.zones.0.polygon",
            [[0, 0], [1, 1], [1, 0], [0, 1]],
            "cameras[0].zones[0].polygon: edges cross at (0.50, 0.50): move the points",
        ),
        (
            "cameras.0.zones.0.polygon",
            [[0, 0], [1, 0]],
            "cameras[0].zones[0].polygon: a zone needs at least three points",
        ),
        (
            "cameras.0.zones.0.polygon",
            [[0, 0], [640, 0], [1, 1]],
            "polygon[1][0]: is 640: coordinates are fractions of the picture from 0 to 1, not pixels",
        ),
        ("cameras.0.zones.0.dwel_s", 60, "cameras[0].zones[0].dwel_s: unknown key: did you mean 'dwell_s'?"),
        ("cameras.0.zones.0.kind", "illegal_parkin", "did you mean 'illegal_parking'?"),
        ("cameras.0.zones.0.classes", ["cra"], "cameras[0].zones[0].classes: unknown class 'cra': did you mean car"),
        (
            "cameras.0.zones.0.numbers",
            {"grace": 3},
            "cameras[0].zones[0].numbers.grace: unknown key: did you mean 'grace_s'",
        ),
        (
            "cameras.0.zones.0.per_class",
            {"car": {"dwel_s": 3}},
            "cameras[0].zones[0].per_class.car.dwel_s: unknown key: did you mean 'dwell_s'",
        ),
        ("cameras.0.sorce", "x", "cameras[0].sorce: unknown key: did you mean 'source'?"),
        ("cameras.0.source", "rstp://cam/1", "cameras[0].source: rstp:// cannot be read: did you mean 'rtsp'"),
        ("cameras.0.source", "rtsp:/u:p@cam/1", "an address begins with rtsp:// and two slashes"),
        ("cameras.0.source", "viewer:p@cam/1", "an address begins with rtsp:// and two slashes"),
        ("cameras.0.source", "rtsp://u:p/w@cam/1", "cameras[0].source: is no address"),
        ("look_every_s", float("inf"), "look_every_s: must be "),
        ("uplink.ca_file", "x" * 5000, "uplink.ca_file: no such file: "),
        ("cameras.0.id", "../x", "cameras[0].id: cannot be used here"),
        ("cameras", [], "cameras: is empty: a box needs at least one camera"),
        ("device.id", "box 1", "device.id: cannot be used here"),
        ("device.id", 7, "device.id: must be text, is 7: put it in quotes"),
        ("time_zone", "Asia/Shanghia", "time_zone: unknown time zone 'Asia/Shanghia': did you mean Asia/Shanghai"),
        ("uplink.broker", "http://broker", "uplink.broker: must begin with mqtt:// or mqtts://"),
        ("uplink.broker", "mqtt://u:p/w@broker", "uplink.broker: is no address"),
        ("uplink.ca_file", "no.pem", "uplink.ca_file: no such file: "),
        ("detector.providers", 3, "detector.providers: must be auto, or a list"),
        ("outbox", None, "outbox: must be a group of `key: value` lines, is empty"),
        ("look_every_s", "often", "look_every_s: must be number"),
    ],
)
def test_a_mistake_is_named_with_its_place_and_a_way_out(
    write: Write, box_data: Callable[..., dict[str, Any]], where: str, value: object, fault: str
) -> None:
    data = box_data()
    *groups, key = where.split(".")
    target: Any = data
    for group in groups:
        target = target[int(group)] if group.isdigit() else target.setdefault(group, {})
    target[key] = value
    found = faults(write(data))
    assert len(found) == 1
    assert fault in found[0]


def test_every_fault_is_listed_not_only_the_first(write: Write, box_data: Callable[..., dict[str, Any]]) -> None:
    data = box_data(look_every_s=-1, time_zone="Mars/Base")
    data["cameras"].append({"id": "gate-east", "source": ""})
    found = faults(write(data))
    assert [fault.split(":")[0] for fault in found] == [
        "time_zone",
        "look_every_s",
        "cameras[1].source",
        "cameras[1].id",
    ]


def test_two_zones_of_one_camera_may_not_share_an_id(write: Write, box_data: Callable[..., dict[str, Any]]) -> None:
    data = box_data()
    data["cameras"][0]["zones"] *= 2
    assert (
        "cameras[0].zones[1].id: another zone of this camera, cameras[0].zones[0], has the id 'kerb' too"
        in (faults(write(data))[0])
    )


def test_a_fault_names_its_line(write: Write) -> None:
    text = "device: {id: box}\nuplink:\n  broker: mqtt://b\n  keepalive: 3\ncameras:\n  - {id: a, source: rtsp://c}\n"
    assert faults(write(text)) == ["uplink.keepalive: unknown key: did you mean 'keepalive_s'? (line 4)"]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("device: [1", "line 1, column 11: expected ',' or ']'"),
        ("\tdevice: 1", "indent with spaces, not tabs"),
        ("device: {id: a}\ndevice: {id: b}", "line 2: 'device' is said again; it was said in line 1"),
        ("- 1", "must be a group of `key: value` lines"),
        ("", "must be a group of `key: value` lines"),
        ("look_every_s: !!int two", "line 1, column 15: a value that does not fit its type"),
        ("look_every_s: !!bool two", "line 1, column 15: a value that does not fit its type"),
        ("look_every_s: !!timestamp two", "line 1, column 15: a value that does not fit its type"),
        ("look_every_s: 1" + "0" * 5000, "line 1, column 15: a value that does not fit its type, or a number far too"),
        ("look_every_s: 1" + "0" * 400, "line 1, column 15: a number far too long"),
        ("a: &a [x, *a]", "an alias (*name) stands inside what it names"),
        ("[" * 60 + "]" * 60, "nested more than 50 levels deep"),
        ("[" * 100_000, "nested too deeply"),
        (
            "\n".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}' if n else 'x'] * 10)}]" for n in range(9)),
            "it holds more than 100000 values",
        ),
        ("a: !!python/object:os.system x", "a tag (!...) that is not used here"),
    ],
)
def test_what_is_no_yaml_is_named_with_its_line(write: Write, text: str, fault: str) -> None:
    assert fault in faults(write(text))[0]


def test_a_file_that_is_not_there_or_not_text_is_said_so(tmp_path: Path) -> None:
    assert "cannot be read" in faults(tmp_path / "none.yaml")[0]
    (tmp_path / "gbk.yaml").write_bytes("名".encode("gbk"))
    assert "is not UTF-8 text" in faults(tmp_path / "gbk.yaml")[0]
    assert "cannot be read (Is a directory)" in faults(tmp_path)[0]
    assert "is larger than 4 MB" in faults(Path("/dev/zero"))[0]


def test_a_file_that_begins_with_a_byte_order_mark_is_read(
    tmp_path: Path, box_data: Callable[..., dict[str, Any]]
) -> None:
    (tmp_path / "box.yaml").write_text(yaml.safe_dump(box_data()), encoding="utf-8-sig")
    assert load_config(tmp_path / "box.yaml").device.id == "box-17"


def test_times_and_ids_mean_what_is_written(write: Write) -> None:
    text = """
device: {id: "007"}
uplink: {broker: mqtt://b}
cameras:
  - id: 007
    source: clip.mp4
    zones:
      - id: no
        kind: illegal_parking
        polygon: [[0, 0], [1, 0], [1, 1]]
        when: {windows: [{days: [mon], start: 22:00, end: 06:00}], last_day: 2026-12-31}
"""
    camera = load_config(write(text)).cameras[0]
    assert (camera.id, camera.zones[0].id) == ("007", "no")
    assert str(camera.zones[0].when.windows[0].start) == "22:00:00"


def test_a_relative_path_is_meant_from_the_files_own_folder(
    write: Write, box_data: Callable[..., dict[str, Any]]
) -> None:
    data = box_data()
    data["cameras"][0]["source"] = "clips/van.mp4"
    path = write(data)
    assert load_config(path).cameras[0].source.reveal() == str(path.parent / "clips/van.mp4")


def test_the_broker_address_is_taken_apart_and_hides_its_password(box_config: Callable[..., BoxConfig]) -> None:
    address = box_config(uplink={"broker": "mqtts://box:p%40ss%2F@broker.city"}).uplink.address
    assert (address.host, address.port, address.tls) == ("broker.city", 8883, True)
    assert (address.username, address.password) == ("box", "p@ss/")
    assert "p@ss" not in f"{address} {address!r}"


SECRET = "Kx7wordQ"


@pytest.mark.parametrize(
    ("where", "value"),
    [
        ("uplink", f"mqtt://box-1:{SECRET}@broker"),
        ("uplink", {f"mqtt://box-1:{SECRET}@broker": None}),
        ("uplink", SECRET),
        ("uplink.broker", [f"mqtt://box-1:{SECRET}@broker"]),
        ("uplink.broker", f"mqtt://box-1:{SECRET}"),
        ("uplink.broker", f"mqtt://box-1:x/{SECRET}@broker"),
        ("uplink.password", SECRET),
        ("uplink.keepalive_s", SECRET),
        ("uplink.ca_file", f"mqtt://box-1:{SECRET}@broker"),
        ("device.id", f"box:{SECRET}@x"),
        ("device", f"mqtt://box-1:{SECRET}@broker"),
        ("time_zone", f"rtsp://viewer:{SECRET}@10.0.0.9/a"),
        ("look_every_s", f"rtsp://viewer:{SECRET}@10.0.0.9/a"),
        ("cameras.0", f"rtsp://viewer:{SECRET}@10.0.0.9/a"),
        ("cameras.0.id", f"rtsp://viewer:{SECRET}@10.0.0.9/a"),
        ("cameras.0.source", f"rtsp:/viewer:{SECRET}@10.0.0.9/a"),
        ("cameras.0.source", f"rstp://viewer:{SECRET}@10.0.0.9/a"),
        ("cameras.0.source", f"viewer:{SECRET}@10.0.0.9/a"),
        ("cameras.0.source", f"rtsp://viewer:{SECRET}/a"),
        ("cameras.0.source", {"url": f"rtsp://viewer:{SECRET}@10.0.0.9/a"}),
        ("cameras.0.source", [f"rtsp://10.0.0.9/a?user=viewer&password={SECRET}"]),
        ("cameras.0.zones", f"rtsp://10.0.0.9/a?user=viewer&password={SECRET}"),
        ("cameras.0.zones.0.kind", f"rtsp://viewer:{SECRET}@10.0.0.9/a"),
        ("cameras.0.zones.0.classes", [f"rtsp://viewer:{SECRET}@10.0.0.9/a"]),
        ("cameras.0.zones.0.when", {"windows": [{"start": f"rtsp://viewer:{SECRET}@10.0.0.9/a"}]}),
        ("detector.catalog", f"rtsp://viewer:{SECRET}@10.0.0.9/a"),
        ("detector.providers", {"x": SECRET}),
    ],
)
def test_no_fault_repeats_what_may_be_a_password(
    write: Write, box_data: Callable[..., dict[str, Any]], where: str, value: object
) -> None:
    data = box_data()
    *groups, key = where.split(".")
    target: Any = data
    for group in groups:
        target = target[int(group)] if group.isdigit() else target.setdefault(group, {})
    if key.isdigit():
        target[int(key)] = value
    else:
        target[key] = value
    with pytest.raises(ConfigError) as caught:
        load_config(write(data))
    assert SECRET not in "\n".join([str(caught.value), *caught.value.faults, *caught.value.faults_zh])


@pytest.mark.parametrize(
    "text",
    [
        f"uplink: {{broker: mqtt://box:{SECRET}@b, broker: mqtt://box:{SECRET}@b}}",
        f"uplink: {{mqtt://box:{SECRET}@b: 1, mqtt://box:{SECRET}@b: 2}}",
        f"password: *{SECRET}",
        f"password: !{SECRET} x",
        f"broker: @{SECRET}",
        f"broker: 'mqtt://box:{SECRET}@b",
    ],
)
def test_no_fault_of_the_yaml_repeats_it_either(write: Write, text: str) -> None:
    assert SECRET not in "\n".join(faults(write(text)))


def test_every_fault_is_said_in_chinese_and_english(write: Write, box_data: Callable[..., dict[str, Any]]) -> None:
    data = box_data(look_every_s="two", time_zone="Asia/Shanghia", evidence={"jpeg_quality": 200})
    data["cameras"][0]["zones"][0] |= {"dwel_s": 5, "kind": "parking", "classes": ["cra"], "polygon": [[0, 0], [1, 0]]}
    with pytest.raises(ConfigError) as caught:
        load_config(write(data))
    error = caught.value
    assert len(error.faults) == len(error.faults_zh) == 7
    for en, zh in zip(error.faults, error.faults_zh, strict=True):
        assert en.split(":")[0] == zh.split(":")[0]
        assert re.search("[\u4e00-\u9fff]{2}", zh), zh
        assert not re.search("[\u4e00-\u9fff]", en), en
    assert "look_every_s: 应为数值，现为文本（第" in error.text(("zh",))
    assert "look_every_s: must be" not in error.text(("zh",))
    assert "look_every_s: must be number, is text (line" in error.text(("en",))


@pytest.mark.parametrize(
    ("environ", "languages"),
    [
        ({}, ("en", "zh")),
        ({"LANG": "C.UTF-8"}, ("en", "zh")),
        ({"LANG": "zh_CN.UTF-8"}, ("zh",)),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "zh_CN.UTF-8"}, ("zh",)),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "en_GB.UTF-8"}, ("en",)),
        ({"LANG": "en_US.UTF-8", "LANGUAGE": "zh_CN:en"}, ("zh",)),
        ({"LANG": "zh_CN.UTF-8", "LANGUAGE": ""}, ("zh",)),
    ],
)
def test_the_readers_language_is_that_of_the_locale(environ: dict[str, str], languages: tuple[str, ...]) -> None:
    assert reader_languages(environ) == languages
