"""A poor mobile line breaks every few hundred kilobytes, and TLS guards it: evidence arrives all the same."""

from __future__ import annotations

import contextlib
import datetime
import ipaddress
import select
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from edge_agent.config.box import BoxConfig
from edge_agent.outbox.outgoing import Outgoing
from edge_agent.outbox.store import BoxStore
from edge_agent.uplink.identity import device_key
from edge_agent.uplink.sending import Uplink

if TYPE_CHECKING:
    from tests.edge_agent.conftest import FakeCentre, Mosquitto, Told

Make = Callable[..., Outgoing]
Eventually = Callable[[Callable[[], object], str], None]


class PoorLine:
    """Forwards TCP connections to a broker, and cuts each after `limit_bytes` sent towards it."""

    def __init__(self, broker_port: int, limit_bytes: int) -> None:
        self._broker_port, self.limit_bytes = broker_port, limit_bytes
        self.cuts = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                threading.Thread(target=self._forward, args=(near,), daemon=True).start()

    def _forward(self, near: socket.socket) -> None:
        forwarded = 0
        with near, socket.create_connection(("127.0.0.1", self._broker_port)) as far, contextlib.suppress(OSError):
            while forwarded < self.limit_bytes:
                for end in select.select([near, far], [], [])[0]:
                    data = end.recv(65536)
                    if not data:
                        return
                    (far if end is near else near).sendall(data)
                    forwarded += len(data) if end is near else 0
            self.cuts += 1


@pytest.fixture
def poor_line(mosquitto: Mosquitto) -> Iterator[PoorLine]:
    line = PoorLine(mosquitto.port, limit_bytes=1_500_000)
    yield line
    line.close()


def test_a_line_that_keeps_breaking_gets_a_clip_across_piece_by_piece(
    mosquitto: Mosquitto,
    fake_centre: FakeCentre,
    poor_line: PoorLine,
    tmp_path: Path,
    box_config: Callable[..., BoxConfig],
    told: Told,
    some_violation: Make,
    eventually: Eventually,
) -> None:
    mosquitto.start()
    fake_centre.start()
    fake_centre.wait_ready()
    config = box_config(uplink={"broker": f"mqtt://127.0.0.1:{poor_line.port}"})
    store = BoxStore(tmp_path / "data", 10**9)
    store.commit([some_violation(size=1_000_000)], {})  # four files, each more than half of what one connection lasts
    line = Uplink(config.device, config.uplink, device_key(tmp_path), store.outbox, told.append, reconnect_s=(1, 1))
    line.start()
    eventually(lambda: store.outbox.stats().waiting == 0, "it is stored")
    line.stop()
    store.close()
    assert poor_line.cuts >= 2
    assert set(fake_centre.file_counts.values()) == {1}  # whole files arrived once: what was taken was not sent again
    assert told.codes.count("broker_unreachable") == told.codes.count("broker_back")


def certificate(folder: Path) -> tuple[Path, Path]:
    """Make a certificate for 127.0.0.1 that is signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "broker")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate_file, key_file = folder / "broker.pem", folder / "broker.key"
    certificate_file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return certificate_file, key_file


def test_tls_with_the_citys_own_certificate_works_and_a_strange_one_is_told(
    mosquitto: Mosquitto,
    tmp_path: Path,
    box_config: Callable[..., BoxConfig],
    told: Told,
    eventually: Eventually,
) -> None:
    certificate_file, key_file = certificate(tmp_path)
    mosquitto.start(tls=(certificate_file, key_file))
    url = f"mqtts://127.0.0.1:{mosquitto.port}"
    store = BoxStore(tmp_path / "data", 10**9)
    trusting = box_config(uplink={"broker": url, "ca_file": str(certificate_file)})
    line = Uplink(trusting.device, trusting.uplink, device_key(tmp_path), store.outbox, told.append)
    line.start()
    assert line.link.wait_connected(20)
    line.stop()
    wary = box_config(uplink={"broker": url})
    line = Uplink(wary.device, wary.uplink, device_key(tmp_path), store.outbox, told.append)
    line.start()
    eventually(lambda: told, "the refusal was told")
    line.stop()
    store.close()
    assert "CERTIFICATE_VERIFY_FAILED" in told[0].text_en
