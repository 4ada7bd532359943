"""Spans by OpenTelemetry's own SDK, sent in batches as OTLP over HTTP by a thread of its own. Loaded only where traces are wanted."""

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from typing import Final

from opentelemetry import context as contexts
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Link, SpanContext, SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from velora.platform.telemetry.tracing import Kind, Spanning, Value

_KINDS: Final[Mapping[Kind, SpanKind]] = {
    "internal": SpanKind.INTERNAL, "server": SpanKind.SERVER, "client": SpanKind.CLIENT, "producer": SpanKind.PRODUCER,
    "consumer": SpanKind.CONSUMER,
}  # fmt: skip
_TRACE_CONTEXT: Final = TraceContextTextMapPropagator()
_MILLISECONDS_TO_END: Final = 3_000


class _Running:
    def __init__(self, span: trace.Span) -> None:
        self._span = span

    def named(self, name: str) -> None:
        self._span.update_name(name)

    def says(self, **attributes: Value) -> None:
        self._span.set_attributes(attributes)

    def failed(self, why: str) -> None:
        self._span.set_status(Status(StatusCode.ERROR, why))


class OtlpTeller:
    """Where to, how often, and which share of traces is told, the standard's variables say."""

    def __init__(self, service: str) -> None:
        resource = Resource.create()
        if str(resource.attributes.get(SERVICE_NAME, "")).startswith("unknown_service"):
            resource = resource.merge(Resource({SERVICE_NAME: service}))
        self._provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        self._tracer = self._provider.get_tracer("velora")

    def span(self, name: str, kind: Kind, parent: str, links: Sequence[str], attributes: Mapping[str, Value]) -> Spanning:
        return self._span(name, kind, parent, links, attributes)

    @contextmanager
    def _span(self, name: str, kind: Kind, parent: str, links: Sequence[str], attributes: Mapping[str, Value]) -> Generator[_Running]:
        context = _TRACE_CONTEXT.extract({"traceparent": parent}, contexts.Context()) if parent else None
        linked = [Link(one) for written in links if (one := _read(written)).is_valid]
        span = self._tracer.start_span(name, context, _KINDS[kind], dict(attributes), linked)
        token = contexts.attach(trace.set_span_in_context(span))
        try:
            yield _Running(span)
        except Exception as error:
            span.set_status(Status(StatusCode.ERROR, type(error).__name__))  # its words may be a customer's
            raise
        finally:
            contexts.detach(token)
            span.end()

    def here(self) -> str:
        carrier: dict[str, str] = {}
        _TRACE_CONTEXT.inject(carrier)
        return carrier.get("traceparent", "")

    def end(self) -> None:
        self._provider.force_flush(_MILLISECONDS_TO_END)
        self._provider.shutdown()


def _read(traceparent: str) -> SpanContext:
    return trace.get_current_span(_TRACE_CONTEXT.extract({"traceparent": traceparent}, contexts.Context())).get_span_context()
