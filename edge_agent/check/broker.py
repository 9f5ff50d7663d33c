"""Whether the broker can be reached from here.

Only the connection and TLS are tried. Signing in would throw off a box that is at work under the same name.
"""

from __future__ import annotations

import socket
import ssl

from edge_agent.check.finding import Finding, note
from edge_agent.config.box import UplinkConfig

_PLACE = "uplink.broker"
_WAIT_S = 5.0


def try_broker(uplink: UplinkConfig) -> Finding:
    """Connect to the broker, with TLS where it is asked for."""
    address = uplink.address
    try:
        with socket.create_connection((address.host, address.port), _WAIT_S) as line:
            if address.tls:
                context = ssl.create_default_context(cafile=str(uplink.ca_file) if uplink.ca_file else None)
                with context.wrap_socket(line, server_hostname=address.host):
                    pass
    except ssl.SSLCertVerificationError as error:
        return note(
            _PLACE,
            f"{address} shows a certificate that is not trusted ({error.verify_message}): check ca_file and the name",
            f"{address} 的证书不受信任（{error.verify_message}），请检查 ca_file 和主机名",
        )
    except (OSError, UnicodeError) as error:
        why = getattr(error, "strerror", None) or str(error)
        return note(
            _PLACE,
            f"{address} cannot be reached from here now ({why}): check host, port and firewall",
            f"目前从本机连不上 {address}（{why}），请检查主机、端口和防火墙",
        )
    return note(_PLACE, f"{address} answers (user and password are not tried)", f"{address} 可连接（未验证用户和密码）")
