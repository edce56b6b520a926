"""Check-ins through the engine: by how many callers, at what rate, with what latency."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import quantiles
from time import perf_counter
from uuid import UUID

from benchmarks.shop import FIRST_NOON
from siyu.engine import Engine, NewFact
from siyu.ids import new_id

Sign = tuple[UUID, datetime]


@dataclass(frozen=True, slots=True)
class Run:
    """One run: seconds in all, and of each call."""

    seconds: float
    latencies: Sequence[float]

    def __add__(self, other: "Run") -> "Run":
        """Both runs as one."""
        return Run(self.seconds + other.seconds, [*self.latencies, *other.latencies])

    @property
    def per_s(self) -> float:
        """Calls a second."""
        return len(self.latencies) / self.seconds

    def latency_ms(self) -> dict[str, float]:
        """How they are distributed."""
        cuts = quantiles(self.latencies, n=1_000)
        return {
            "p50": round(cuts[499] * 1000, 2),
            "p90": round(cuts[899] * 1000, 2),
            "p99": round(cuts[989] * 1000, 2),
            "p99.9": round(cuts[998] * 1000, 2),
            "max": round(max(self.latencies) * 1000, 2),
        }


def signs_of(members: Sequence[UUID], count: int, first_day: int) -> list[Sign]:
    """So many check-ins: every member once a day, from the given day on."""
    return [
        (members[n % len(members)], FIRST_NOON + timedelta(days=first_day + n // len(members))) for n in range(count)
    ]


async def submit_all(engine: Engine, campaign_id: UUID, signs: Sequence[Sign], callers: int) -> Run:
    """All check-ins by so many callers, each waiting for its answer before its next call; any failure is raised."""
    left = iter(
        [NewFact("check_in.sign", member, at, {}, new_id().hex, campaign_id, stamped=True) for member, at in signs]
    )
    latencies: list[float] = []

    async def call() -> None:
        for fact in left:
            began = perf_counter()
            outcome = await engine.submit(fact)
            latencies.append(perf_counter() - began)
            assert outcome.decisions[0].refusal is None, outcome

    began = perf_counter()
    await asyncio.gather(*(call() for _ in range(callers)))
    return Run(perf_counter() - began, latencies)
