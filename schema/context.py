"""What every resolver is given: who asks, when, in which language, and the services to ask."""

from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

import strawberry

from schema.loaders import Loaders
from schema.principals import IssueToken, Principal
from siyu.boards import Leaderboards
from siyu.db import Pool
from siyu.engine import Engine
from siyu.rules import RuleClock


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
    rule_clock: RuleClock = field(init=False)
    loaders: Loaders = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "rule_clock", RuleClock(self.now, self.zone))
        object.__setattr__(self, "loaders", Loaders(self.pool, self.now, self.zone, self.rule_clock))


Info = strawberry.Info[Context, None]
