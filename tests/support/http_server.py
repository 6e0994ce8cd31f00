"""The fake messenger over HTTP on the loopback, for tests of the real process."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.support.fake_telegram import TOKEN, FakeTelegram, error, parse_body


class HttpTelegram:
    """A fake messenger that real processes talk to."""

    def __init__(self, telegram: FakeTelegram, url: str) -> None:
        self.telegram = telegram
        self.url = url
        self.lock = threading.Lock()

    def wait_for(self, true: Any, seconds: float = 60) -> None:
        """Wait until something is true of the messenger."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            with self.lock:
                if true(self.telegram):
                    return
            time.sleep(0.01)
        raise AssertionError("waited in vain")


@contextmanager
def serve(telegram: FakeTelegram) -> Iterator[HttpTelegram]:
    """Serve until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            _, token, method = self.path.split("/")
            params = parse_body(body)
            if token != f"bot{TOKEN}":
                return self._answer(*error(401, "Unauthorized"))
            end = time.monotonic() + min(float(params.get("timeout", 0)), 2.0)
            while True:
                with outer.lock:
                    status, answer = telegram.call(method, params)
                if method != "getUpdates" or answer.get("result") or time.monotonic() > end:
                    return self._answer(status, answer)
                time.sleep(0.005)

        def _answer(self, status: int, answer: dict[str, Any]) -> None:
            raw = json.dumps(answer).encode()
            try:
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(raw)))
                self.end_headers()
                self.wfile.write(raw)
            except OSError:  # the bot was killed while we spoke
                self.close_connection = True

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: Any) -> None:
            """Killed clients are what we are here for."""

    server = Server(("127.0.0.1", 0), Handler)
    outer = HttpTelegram(telegram, f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield outer
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
