"""Where CloudFormation listens for the answer of a custom resource."""

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager

Received = list[tuple[str, str | None, bytes]]
"""Path, content type and body of each PUT."""


@contextmanager
def listening() -> Iterator[tuple[str, Received]]:
    """A URL, and what is put to it."""
    received: Received = []

    class Listener(http.server.BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            received.append((self.path, self.headers["Content-Type"], body))
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 — the library's name
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Listener) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", received
        finally:
            server.shutdown()
            thread.join()
