"""A campaign type for tests alone: operators look at photos; a verdict's note can have the campaign refuse or fail."""

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from siyu.campaigns import Registry
from siyu.clock import Clock
from siyu.db import Pool
from siyu.engine import BatchLimits, Decision, Engine, NewFact
from siyu.engine.verdict_intake import GivenVerdict, give_verdict
from siyu.errors import AlreadyReviewed
from siyu.ids import new_id
from siyu.sdk import (
    Action,
    ActionInput,
    CampaignConfig,
    CampaignState,
    CampaignType,
    Effect,
    Fact,
    Grant,
    Progress,
    Refuse,
    Review,
    Reviewed,
    Text,
    View,
)
from tests.clock import TestClock
from tests.factories import SHANGHAI, add_campaign, add_members, points_of, registry_of

REFUSES, RAISES, NO_EFFECT = "refuse", "raise", "give gold"


class DeskConfig(CampaignConfig):
    """What a photo is worth."""

    points: Annotated[int, Field(ge=1, le=100, title="Points")] = 5


class Photo(ActionInput):
    """What a member sends."""

    key: Annotated[str, Field(min_length=1, max_length=64)] = "a"
    url: Annotated[str, Field(max_length=600)] = "https://example.com/1.jpg"


def decide(fact: Fact, view: View[DeskConfig, CampaignState]) -> Iterator[Effect]:
    """Points for what an operator approved."""
    if fact.type == "desk.show":
        yield Review(fact.data["key"], "photo", {"url": fact.data["url"], "size": 3})
        return
    verdict = Reviewed.model_validate(fact.data)
    if verdict.note == RAISES:
        raise ZeroDivisionError("it was \ud800\0 torn")
    if verdict.note == REFUSES:
        yield Refuse("NO")
    elif verdict.note == NO_EFFECT:
        yield Grant("gold", 1)
    elif verdict.approved:
        yield Grant("points", view.config.points, reference=verdict.key)


DESK: CampaignType[Any, Any] = CampaignType(
    key="desk",
    title=Text(zh="审核台", en="Desk"),
    sdk=">=1.0,<2",
    version="1.0.0",
    config=DeskConfig,
    state=CampaignState,
    actions=(Action("show", Text(zh="晒图", en="Show"), Photo),),
    effects=frozenset({Grant, Refuse, Review}),
    reviews={"photo": Text(zh="请看照片", en="Look at the photo")},
    refusals={"NO": Text(zh="不行", en="It cannot be")},
    decide=decide,
    describe=lambda config, state: Progress(0, None, Text(zh="", en="")),
)


def desk_engine(
    pool: Pool, clock: Clock, limits: BatchLimits | None = None, registry: Registry | None = None
) -> Engine:
    """An engine that knows the desk alone."""
    return Engine(pool, registry or registry_of(DESK), SHANGHAI, limits or BatchLimits(), clock)


def show(campaign_id: UUID, member_id: UUID, at: datetime, key: str = "a", url: str = "https://a.example") -> NewFact:
    """A member shows a photo."""
    return NewFact("desk.show", member_id, at, {"key": key, "url": url}, new_id().hex, campaign_id)


class Desk:
    """One member at one campaign, and the operators."""

    def __init__(self, engine: Engine, clock: TestClock, campaign_id: UUID, member_id: UUID) -> None:
        self.engine, self.clock, self.campaign_id, self.member_id = engine, clock, campaign_id, member_id

    async def show(self, key: str = "a", url: str = "https://a.example") -> Decision:
        """Something to look at."""
        [decision] = (
            await self.engine.submit(show(self.campaign_id, self.member_id, self.clock.now, key, url))
        ).decisions
        return decision

    async def say(
        self,
        *,
        approved: bool = True,
        note: str = "",
        key: str = "a",
        by: str = "lin",
        idempotency_key: str | None = None,
        engine: Engine | None = None,
    ) -> Decision:
        """An operator's verdict on the member's review of this key."""
        found = "SELECT id FROM review WHERE member_id = $1 AND key = $2"
        review_id = await self.engine.pool.fetchval(found, self.member_id, key)
        name = f"operator/{by}/{idempotency_key or new_id().hex}"
        return await give_verdict(engine or self.engine, GivenVerdict(review_id, approved, note, by, name))

    async def is_late(self, **said: Any) -> bool:
        """Whether a verdict comes after another."""
        try:
            await self.say(**said)
        except AlreadyReviewed:
            return True
        return False

    async def row(self, key: str = "a") -> dict[str, Any]:
        """The review as it is stored."""
        sql = "SELECT * FROM review WHERE member_id = $1 AND key = $2"
        return dict(await self.engine.pool.fetchrow(sql, self.member_id, key) or {})

    async def points(self) -> int:
        """What the member has."""
        return await points_of(self.engine.pool, self.member_id)


async def at_a_desk(pool: Pool, clock: TestClock) -> Desk:
    """A desk and a member, both new."""
    [member] = await add_members(pool, 1)
    return Desk(desk_engine(pool, clock), clock, await add_campaign(pool, "desk"), member)
