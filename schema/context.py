"""What every resolver is given: who asks, when, in which language, and the services to ask."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from zoneinfo import ZoneInfo

import strawberry

from schema.lazy_loaders import Sources
from schema.loaders import Loaders
from schema.principals import IssueToken, Principal
from siyu.boards import Leaderboards
from siyu.db import Pool
from siyu.engine import Engine
from siyu.live import Live, Topic
from siyu.metrics import AnalyticsDoor
from siyu.privacy import Vault
from siyu.rules import RuleClock

# Told what an answer shows that can change.
Watch = Callable[[Topic], None]


def watched_by_nobody(topic: Topic) -> None:
    """A query is answered once."""


@dataclass(frozen=True)
class Context:
    """The surroundings of one request; `now` is the same moment for all of it."""

    principal: Principal
    request_id: str
    language: str
    now: datetime
    engine: Engine
    pool: Pool
    leaderboards: Leaderboards
    zone: ZoneInfo
    issue_token: IssueToken
    live: Live
    analytics: AnalyticsDoor
    vault: Vault
    watch: Watch = watched_by_nobody

    @cached_property
    def rule_clock(self) -> RuleClock:
        """The time of rules."""
        return RuleClock(self.now, self.zone)

    @cached_property
    def loaders(self) -> Loaders:
        """What reads for many objects at once; most operations need few of them, many none."""
        return Loaders(Sources(self.pool, self.leaderboards, self.now, self.zone, self.rule_clock, self.vault))


Info = strawberry.Info[Context, None]
