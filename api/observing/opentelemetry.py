"""Traces by OpenTelemetry: a span for an operation, below it its batches, and all their calls of PostgreSQL and Redis.

Where to send, what share, and what the process is called is told by OpenTelemetry's own variables (`OTEL_…`).
"""

import asyncio
from collections.abc import Iterable

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Span, SpanKind, Status, StatusCode, set_span_in_context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from opentelemetry.util.types import AttributeValue

from api.observing.requests import RequestTrail
from api.observing.tracing import Tracing
from schema import ErrorCode
from siyu.trail import Call, Trail

NS = 1_000_000_000
STATEMENT_CHARS_MAX = 2_000
SERVICE = "siyu"
PROPAGATOR = TraceContextTextMapPropagator()
# Failures of ours; any other code is an answer.
FAILED = {ErrorCode.INTERNAL.value, ErrorCode.UNAVAILABLE.value, ErrorCode.TIMED_OUT.value}


class OpenTelemetry(Tracing):
    """Makes spans of trails. They wait in a bounded queue for a thread that sends them; beyond it they are dropped."""

    def __init__(self) -> None:
        resource = Resource.create({"service.name": SERVICE})
        self._provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        self._tracer = self._provider.get_tracer(SERVICE)

    def send(self, trail: RequestTrail, status: int) -> None:
        """Make the spans of an answered request, as a part of the caller's trace if it has one."""
        # The trail's clock is not the calendar's: the request's beginning is known by both.
        offset_ns = trail.began_ns - round(trail.began_s * NS)
        parent = PROPAGATOR.extract({"traceparent": trail.traceparent} if trail.traceparent else {}, context=Context())
        span = self._tracer.start_span(
            f"{trail.kind or 'request'} {trail.operation or 'refused'}",
            parent,
            SpanKind.SERVER,
            _attributes(trail, status),
            start_time=trail.began_ns,
        )
        if span.is_recording():
            self._add_calls(span, trail.calls, offset_ns)
            for batch in trail.batches:
                self._add_batch(span, batch, offset_ns)
            if FAILED & set(trail.codes):
                span.set_status(Status(StatusCode.ERROR))
        span.end(round(trail.ended_s * NS) + offset_ns)

    def _add_batch(self, span: Span, batch: Trail, offset_ns: int) -> None:
        context = set_span_in_context(span, Context())
        below = self._tracer.start_span("engine batch", context, start_time=round(batch.began_s * NS) + offset_ns)
        self._add_calls(below, batch.calls, offset_ns)
        below.end(round(batch.ended_s * NS) + offset_ns)

    def _add_calls(self, span: Span, calls: Iterable[Call], offset_ns: int) -> None:
        context = set_span_in_context(span, Context())
        for call in calls:
            ended_ns = round(call.ended_s * NS) + offset_ns
            text = " ".join(call.text.split())[:STATEMENT_CHARS_MAX]
            name = f"{call.system} {text.partition(' ')[0]}"
            attributes = {"db.system.name": call.system, "db.query.text": text}
            began_ns = ended_ns - round(call.seconds * NS)
            self._tracer.start_span(name, context, SpanKind.CLIENT, attributes, start_time=began_ns).end(ended_ns)

    async def close(self) -> None:
        """Send what waits, beside the event loop."""
        await asyncio.to_thread(self._provider.shutdown)


def _attributes(trail: RequestTrail, status: int) -> dict[str, AttributeValue]:
    attributes: dict[str, AttributeValue] = {
        "http.response.status_code": status,
        "siyu.request.id": trail.request_id,
        "siyu.role": trail.role or "",
        "siyu.cost": trail.cost,
        "graphql.operation.name": trail.operation or "",
        "graphql.operation.type": trail.kind,
        "graphql.document.hash": trail.document or "",
    }
    if trail.codes:
        attributes["siyu.error.codes"] = list(trail.codes)
    if trail.facts:
        attributes["siyu.fact.ids"] = [fact_id.hex for fact_id in trail.facts]
    return attributes
