"""The metrics of a process as Prometheus reads them; docs/observability.md says of each what it means."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import accumulate

from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST as CONTENT_TYPE
from prometheus_client.exposition import generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from api.observing.backlogs import Waiting
from api.observing.counts import Counts
from siyu.db import Pool
from siyu.distribution import Distribution
from siyu.engine import Engine

__all__ = ["CONTENT_TYPE", "exposition", "families"]


class _Given(Collector):
    """Hands over what was collected."""

    def __init__(self, collected: Iterable[Metric]) -> None:
        self._collected = collected

    def collect(self) -> Iterable[Metric]:
        """All of it."""
        return self._collected


def exposition(counts: Counts, engine: Engine, pool: Pool, waiting: Waiting) -> bytes:
    """The page in the text format of Prometheus."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Given(list(families(counts, engine, pool, waiting))))
    ProcessCollector(registry=registry)
    return generate_latest(registry)


def families(counts: Counts, engine: Engine, pool: Pool, waiting: Waiting) -> Iterator[Metric]:
    """Every metric of siyu's own."""
    yield from _requests(counts)
    yield from _executor(counts)
    yield from _live(counts)
    yield from _engine(engine)
    yield from _servers(pool, waiting)
    yield from _backlogs(waiting)


def _requests(counts: Counts) -> Iterator[Metric]:
    answers = {str(status): count for status, count in counts.answers.items()}
    yield _counter("siyu_http_answers", "Answers of the API's address, by HTTP status.", "status", answers)
    yield _histogram(
        "siyu_operation_seconds", "Time from a request's headers to its answer.", "operation", counts.operations
    )
    yield _counter(
        "siyu_errors", "Answers with errors, by the errors' codes; refusals are among them.", "code", counts.errors
    )
    yield CounterMetricFamily("siyu_slow_operations", "Operations that took too long.", counts.slow)
    yield CounterMetricFamily(
        "siyu_slow_operations_left_out", "Slow operations without a line in the log.", counts.slow_left_out
    )


def _executor(counts: Counts) -> Iterator[Metric]:
    ran = {"plan": counts.plans.planned, "graphql-core": counts.plans.fallen_back}
    yield _counter("siyu_executor_operations", "Operations, by what ran them.", "by", ran)
    yield CounterMetricFamily("siyu_executor_plans", "Plans that were made.", counts.plans.compiled)


def _live(counts: Counts) -> Iterator[Metric]:
    live = counts.live
    yield GaugeMetricFamily("siyu_live_connections", "WebSockets that are open.", live.connections)
    yield _gauge("siyu_live_subscriptions", "Subscriptions that are open, by their field.", "field", live.subscriptions)
    news = {"sent": live.sent, "dropped": live.dropped}
    yield _counter("siyu_live_news", "Answers for subscribers, by what became of them.", "outcome", news)


def _engine(engine: Engine) -> Iterator[Metric]:
    timings = engine.timings
    yield _histogram("siyu_engine_batch_facts", "Facts of a batch.", None, {"": timings.sizes})
    yield _histogram("siyu_engine_wait_seconds", "A fact's wait for its batch.", None, {"": timings.waits_s})
    yield _histogram(
        "siyu_engine_batch_seconds", "A batch from its start to its answers.", None, {"": timings.batches_s}
    )
    yield _counter("siyu_engine_step_seconds", "Time of batches that were committed, by step.", "step", timings.seconds)
    yield GaugeMetricFamily("siyu_engine_queue_facts", "Facts that wait for a batch.", engine.waiting)


def _servers(pool: Pool, waiting: Waiting) -> Iterator[Metric]:
    up = {"postgresql": float(waiting.database_up), "redis": float(waiting.redis_up)}
    yield _gauge("siyu_server_up", "Whether the server answers this process.", "server", up)
    idle = pool.get_idle_size()
    connections = {"idle": idle, "busy": pool.get_size() - idle}
    yield _gauge("siyu_database_connections", "Connections of the pool of requests.", "state", connections)


def _backlogs(waiting: Waiting) -> Iterator[Metric]:
    messages = {each.topic: each.messages for each in waiting.outbox}
    yield _gauge("siyu_outbox_messages", "Messages that wait; 10,000 are counted at most.", "topic", messages)
    ages_s = {each.topic: each.oldest_s for each in waiting.outbox}
    yield _gauge("siyu_outbox_lag_seconds", "Age of the oldest message that waits.", "topic", ages_s)
    yield _gauge("siyu_board_lag_seconds", "Age of what a board's copy in Redis shows.", "board", waiting.boards_s)


def _counter(name: str, text: str, label: str, values: Mapping[str, float]) -> Metric:
    family = CounterMetricFamily(name, text, labels=[label])
    for value, count in values.items():
        family.add_metric([value], count)
    return family


def _gauge(name: str, text: str, label: str, values: Mapping[str, float]) -> Metric:
    family = GaugeMetricFamily(name, text, labels=[label])
    for value, number in values.items():
        family.add_metric([value], number)
    return family


def _histogram(name: str, text: str, label: str | None, values: Mapping[str, Distribution]) -> Metric:
    family = HistogramMetricFamily(name, text, labels=[label] if label else [])
    for value, each in values.items():
        bounds = [*(str(float(bound)) for bound in each.bounds), "+Inf"]
        counts = accumulate(each.counts)
        family.add_metric([value] if label else [], list(zip(bounds, counts, strict=True)), each.total)
    return family
