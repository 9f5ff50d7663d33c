"""What the line to the centre tells people, in Chinese and English."""

from __future__ import annotations

from edge_agent.words.notices import notice
from protocol.messages import HealthEvent


def centre_key_trusted(fingerprint: str) -> HealthEvent:
    """The first key of a centre was seen."""
    return notice(
        "info",
        "centre_key_trusted",
        f"首次信任中心的公钥，指纹 {fingerprint}；今后只接受由它签名的回执。可用 kerbwatch-central centre-key 核对，"
        "并写入 uplink.centre_key。",
        f"The centre's key is trusted from now on, fingerprint {fingerprint}: only acknowledgements signed with it "
        "count. Compare it with `kerbwatch-central centre-key`, and write it into uplink.centre_key.",
        fingerprint=fingerprint,
    )


def centre_key_changed(trusted: str, shown: str) -> HealthEvent:
    """Somebody signs with another key than the centre's."""
    return notice(
        "error",
        "centre_key_changed",
        f"回执由另一把密钥签名（指纹 {shown}，信任的是 {trusted}），已忽略，违规保留在设备中。"
        "若中心确已重装，请核对 kerbwatch-central centre-key 后运行 kerbwatch-edge forget-centre，或修改 "
        "uplink.centre_key；否则有人在冒充中心，请检查消息服务器的访问控制。",
        f"An acknowledgement is signed with another key ({shown}) than the trusted one ({trusted}). It was ignored and "
        "violations stay on the box. If the centre was set up anew, compare `kerbwatch-central centre-key`, then run "
        "`kerbwatch-edge forget-centre` or change uplink.centre_key; otherwise somebody poses as the centre: look at "
        "the broker's access rules.",
        trusted=trusted,
        shown=shown,
    )


def ack_unsigned(trusted: str) -> HealthEvent:
    """An acknowledgement without a signature, from a centre whose key is known."""
    return notice(
        "error",
        "ack_unsigned",
        f"收到未签名的回执，已忽略，违规保留在设备中：中心应以指纹 {trusted} 的密钥签名。请先升级中心；"
        "若中心没有降级，则有人在冒充中心，请检查消息服务器的访问控制。",
        "An acknowledgement without a signature was ignored, and violations stay on the box: the centre signs with "
        f"the key {trusted}. Update the centre first; if it was not set back to an older release, somebody poses as "
        "it: look at the broker's access rules.",
        trusted=trusted,
    )


def ack_not_believed(why: str) -> HealthEvent:
    """A signature that does not fit."""
    return notice(
        "error",
        "ack_not_believed",
        f"回执的签名不符（{why}），已忽略，违规保留在设备中。请检查消息服务器的访问控制。",
        f"An acknowledgement's signature does not fit ({why}); it was ignored and violations stay on the box. Look "
        "at the broker's access rules.",
    )


def centre_does_not_sign() -> HealthEvent:
    """The centre is of an older release."""
    return notice(
        "info",
        "acks_not_signed",
        "中心的回执没有签名：中心版本较旧，请升级中心。在首次收到签名回执之前，设备仍接受未签名的回执；"
        "设置 uplink.centre_key 后一律拒绝。",
        "The centre does not sign its acknowledgements: it is of an older release and must be updated. Until the first "
        "signed one comes they are taken all the same; with uplink.centre_key set they never are.",
    )


def parts_smaller(broker: str, refused_bytes: int, part_bytes: int) -> HealthEvent:
    """The broker does not take packets of this size."""
    return notice(
        "warning",
        "parts_smaller",
        f"{refused_bytes} 字节的数据包过不了消息服务器 {broker}（报文大小上限？）；证据分片改为 {part_bytes} 字节。"
        "请调大服务器的上限（Mosquitto：message_size_limit、max_packet_size），建议 1 MiB；"
        "再删除数据目录中的 part-size.json 并重启设备。",
        f"A packet of {refused_bytes} bytes does not get through the broker {broker} (a limit on the packet size?); "
        f"evidence goes in parts of {part_bytes} bytes from now on. Raise the broker's limit (Mosquitto: "
        "message_size_limit, max_packet_size) to 1 MiB; then delete part-size.json in the data folder and restart the "
        "box.",
        refused_bytes=refused_bytes,
        part_bytes=part_bytes,
    )


def packets_refused(broker: str, refused_bytes: int) -> HealthEvent:
    """Not even the smallest parts get through."""
    return notice(
        "error",
        "packets_refused",
        f"连 {refused_bytes} 字节的数据包也过不了消息服务器 {broker}，违规无法上报，保留在设备中。"
        "请检查服务器的报文大小上限（Mosquitto：message_size_limit、max_packet_size）和访问控制。",
        f"Not even a packet of {refused_bytes} bytes gets through the broker {broker}: violations cannot be reported "
        "and stay on the box. Look at its limit on the packet size (Mosquitto: message_size_limit, max_packet_size) "
        "and at its access rules.",
        refused_bytes=refused_bytes,
    )


def device_id_twice(device: str, broker: str, times: int) -> HealthEvent:
    """The box is thrown off the line again and again."""
    return notice(
        "error",
        "device_id_twice",
        f"一分钟内 {times} 次连上消息服务器 {broker} 后又被断开：很可能有另一台设备使用相同的编号 {device}，互相顶替。"
        "请给每台设备各自的 device.id、用户和数据目录；若没有第二台设备，请查看消息服务器的日志。",
        f"Thrown off the broker {broker} {times} times within a minute, each time after it had let the box in: most "
        f"likely another box uses the same id, {device}. Give each box its own device.id, broker user and data folder; "
        "if there is no second box, the broker's log says why it hangs up.",
        device=device,
    )
