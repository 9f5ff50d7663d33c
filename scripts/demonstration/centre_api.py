"""The centre's REST API as the demo uses it: sign in, ask how it is, and read cases and boxes."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

_LIMIT_S = 10.0


class NoAnswerError(Exception):
    """The centre does not answer, or answers with an error; the text says which."""


class CentreApi:
    """A signed-in user of the centre at `address` (http://host:port)."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._token: str | None = None
        # The centre is on this machine: never through a proxy.
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def sign_in(self, username: str, password: str) -> None:
        """Open a session. Raises NoAnswerError."""
        self._token = self._ask("/api/v1/session", {"username": username, "password": password})["token"]

    def health(self) -> dict[str, Any]:
        """Ask how the centre is. Raises NoAnswerError."""
        return dict(self._ask("/healthz"))

    def cases(self) -> Iterator[dict[str, Any]]:
        """Give the summaries of all cases, newest first. Raises NoAnswerError."""
        cursor = ""
        while True:
            page = self._ask(f"/api/v1/cases?limit=200{cursor}")
            yield from page["items"]
            if not page["next"]:
                return
            cursor = f"&cursor={page['next']}"

    def case(self, case_id: str) -> dict[str, Any]:
        """Give a case with its evidence. Raises NoAnswerError."""
        return dict(self._ask(f"/api/v1/cases/{case_id}"))

    def boxes(self) -> list[dict[str, Any]]:
        """Give all boxes and how they are. Raises NoAnswerError."""
        return list(self._ask("/api/v1/devices"))

    def quarantine(self) -> list[dict[str, Any]]:
        """Give the messages that the centre set aside. Raises NoAnswerError."""
        return list(self._ask("/api/v1/quarantine"))

    def _ask(self, path: str, body: dict[str, str] | None = None) -> Any:
        headers = {"Accept": "application/json", "Content-Type": "application/json"}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.address + path, data, headers)
        try:
            with self._opener.open(request, timeout=_LIMIT_S) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise NoAnswerError(f"{path}: {error.code} {error.read(500).decode(errors='replace')}") from error
        except (OSError, ValueError) as error:  # URLError, a connection that breaks off, no JSON
            raise NoAnswerError(f"{path}: {error}") from error
