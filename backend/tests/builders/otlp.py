"""A receiver of traces as everybody's: OTLP over HTTP in protobuf, on this machine."""

import gzip
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest, ExportTraceServiceResponse


@dataclass(frozen=True)
class Heard:
    """One span as it arrived."""

    service: str
    name: str
    trace: str
    id: str
    parent: str
    linked: tuple[str, ...]
    attributes: dict[str, str]
    failed: bool


@dataclass
class Receiver:
    address: str
    spans: list[Heard] = field(default_factory=list[Heard])

    def of(self, trace: str) -> list[Heard]:
        return [span for span in self.spans if span.trace == trace]

    def read(self, body: bytes) -> None:
        for told in ExportTraceServiceRequest.FromString(body).resource_spans:
            service = next(one.value.string_value for one in told.resource.attributes if one.key == "service.name")
            for scope in told.scope_spans:
                for span in scope.spans:
                    attributes = {one.key: one.value.string_value or str(one.value.int_value) for one in span.attributes}
                    linked = tuple(link.trace_id.hex() for link in span.links)
                    self.spans.append(
                        Heard(
                            service, span.name, span.trace_id.hex(), span.span_id.hex(), span.parent_span_id.hex(), linked, attributes,
                            span.status.code == 2,
                        )
                    )  # fmt: skip


@contextmanager
def a_receiver() -> Generator[Receiver]:
    """It takes whatever is posted to /v1/traces, and answers as a collector does."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            assert (self.path, self.headers["content-type"]) == ("/v1/traces", "application/x-protobuf")
            receiver.read(gzip.decompress(body) if self.headers.get("content-encoding") == "gzip" else body)
            answer = ExportTraceServiceResponse().SerializeToString()
            self.send_response(200)
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the library's name
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver = Receiver(f"http://127.0.0.1:{server.server_address[1]}")
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
