"""Posting a message to a gateway (SMS, loudspeaker, chat): JSON over HTTP."""

from __future__ import annotations

import http.client
import json
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

TIMEOUT_S = 10.0
_ASK_AGAIN = frozenset({408, 425, 429})


class NotTaken(Exception):  # noqa: N818 - it is the gateway's answer
    """The gateway refuses the message, however often it is sent. The text says why."""


def post(url: str, payload: dict[str, Any], key: str) -> None:
    """Post `payload`; `key` lets the gateway see that a message is the same one again.

    Raises NotTaken when sending again is of no use, OSError when it may help later.
    """
    headers = {"Content-Type": "application/json; charset=utf-8", "Idempotency-Key": key, "User-Agent": "KerbWatch"}
    body = json.dumps(payload, ensure_ascii=False).encode()
    request = Request(url, data=body, headers=headers, method="POST")
    try:
        with urlopen(request, timeout=TIMEOUT_S) as answer:
            answer.read(1024)
    except HTTPError as error:
        with error:
            if 400 <= error.code < 500 and error.code not in _ASK_AGAIN:
                raise NotTaken(f"HTTP {error.code} {error.reason}") from error
        raise OSError(f"HTTP {error.code} {error.reason}") from error
    except http.client.HTTPException as error:
        raise OSError(f"no proper answer: {error!r}") from error
