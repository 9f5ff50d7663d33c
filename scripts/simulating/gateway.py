"""The gateway that shops are told through: a real HTTP server on this machine, which sometimes fails."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random
from types import TracebackType
from typing import Self
from uuid import UUID

_FAILS = 0.15


class Gateway:
    """Takes messages to shops; answers 500 now and then, and 404 for the shop that has no number."""

    def __init__(self, seed: int, unknown: str) -> None:
        self.told: list[UUID] = []
        self.answers: dict[int, int] = {}
        self._chance, self._unknown = Random(f"gateway {seed}"), unknown
        gateway = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(gateway._take(self.path, body))
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def _take(self, path: str, body: bytes) -> int:
        status = 404 if path == f"/{self._unknown}" else 500 if self._chance.random() < _FAILS else 200
        self.answers[status] = self.answers.get(status, 0) + 1
        if status == 200:
            self.told.append(UUID(json.loads(body)["case_id"]))
        return status

    def newly_told(self) -> list[UUID]:
        """Give the cases whose shops were told since the last call."""
        told, self.told = self.told, []
        return told

    def __enter__(self) -> Self:
        """Begin to listen."""
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """End."""
        self._server.shutdown()
        self._server.server_close()
