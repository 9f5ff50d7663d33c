"""Topics: every one that is published can be taken apart, and nothing else can."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from paho.mqtt.client import topic_matches_sub

from protocol import topics
from protocol.topics import DEVICE_ID_PATTERN, Topic

DEVICES = st.from_regex(DEVICE_ID_PATTERN, fullmatch=True).filter(lambda name: not name.endswith("\n"))
SHA = "0123456789abcdef" * 4


@given(DEVICES)
def test_every_topic_is_read_as_it_was_written(device: str) -> None:
    assert topics.parse(topics.violation(device)) == Topic(device, "violation")
    assert topics.parse(topics.ack(device)) == Topic(device, "ack")
    assert topics.parse(topics.status(device)) == Topic(device, "status")
    assert topics.parse(topics.health(device)) == Topic(device, "health")
    assert topics.parse(topics.request(device)) == Topic(device, "request")
    assert topics.parse(topics.response(device)) == Topic(device, "response")
    assert topics.parse(topics.evidence(device, SHA)) == Topic(device, "evidence", SHA)


@given(st.text())
def test_noise_is_no_topic(noise: str) -> None:
    with pytest.raises(ValueError, match="not a KerbWatch topic"):
        topics.parse(noise)


@pytest.mark.parametrize(
    "topic",
    [
        "kerbwatch/v1/box/violation/more",
        "kerbwatch/v1//violation",
        "kerbwatch/v1/+/violation",
        "kerbwatch/v2/box/violation",
        "kerbwatch/v1/box/evidence",
        "kerbwatch/v1/box/evidence/short",
        f"kerbwatch/v1/box/evidence/{SHA.upper()}",
        "kerbwatch/v1/box/unknown",
        "box/violation",
    ],
)
def test_what_is_nearly_a_topic_is_none(topic: str) -> None:
    with pytest.raises(ValueError, match=re.escape(topic)):
        topics.parse(topic)


@given(DEVICES)
def test_the_centre_hears_what_boxes_say_and_not_its_own_words(device: str) -> None:
    filters = topics.from_boxes()
    said = [topics.violation(device), topics.evidence(device, SHA), topics.status(device), topics.health(device)]
    said.append(topics.response(device))
    assert all(any(topic_matches_sub(one, topic) for one in filters) for topic in said)
    own = [topics.ack(device), topics.request(device)]
    assert not any(topic_matches_sub(one, topic) for one in filters for topic in own)


def test_workers_of_a_group_share_what_they_hear_but_every_one_hears_who_is_there() -> None:
    status, *others = topics.from_boxes()
    assert topics.from_boxes("ingest") == [status, *(f"$share/ingest/{one}" for one in others)]
