"""X-Ray's side of `PutTraceSegments`, for programs in processes of their own."""

import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests import aws_actions

Segment = dict[str, Any]
_ARRIVE_WITHIN = 15.0
"""Seconds; they are sent every two."""


class XRay:
    """What was sent."""

    def __init__(self, endpoint: str) -> None:
        self.segments: list[Segment] = []
        self.environment = {"AWS_ENDPOINT_URL_XRAY": endpoint, "TRACED_SHARE": "1"}
        """Of a program that tells everything."""

    def segment(
        self, operation: str, *, trace_id: str | None = None, **annotations: object
    ) -> Segment:
        """The first with these; waits for it. `trace_id`: where others do the same."""
        wanted = {"operation": operation, **annotations}.items()
        until = time.monotonic() + _ARRIVE_WITHIN
        while time.monotonic() < until:
            for segment in list(self.segments):
                is_its = trace_id in (None, segment["trace_id"])
                if is_its and wanted <= segment["annotations"].items():
                    return segment
            time.sleep(0.05)
        raise AssertionError(f"no segment has {wanted}")

    def below(self, segment: Segment) -> list[Segment]:
        """Its children."""
        return [one for one in list(self.segments) if one.get("parent_id") == segment["id"]]

    def put(self, documents: list[str]) -> None:
        for segment in map(json.loads, documents):
            assert re.fullmatch(r"1-[0-9a-f]{8}-[0-9a-f]{24}", segment["trace_id"])
            if segment.get("type") != "subsegment":
                aws_actions.record(f"services/{segment['name']}", "xray:PutTraceSegments")
            self.segments.append(segment)


@contextmanager
def running() -> Iterator[XRay]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            assert self.path == "/TraceSegments", self.path
            xray.put(json.loads(body)["TraceSegmentDocuments"])
            answer = b'{"UnprocessedTraceSegments": []}'
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 — the base's name
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    xray = XRay(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield xray
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
