"""A campaign type for tests alone: members name their inviters, who count whom they have invited."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from siyu.db import Pool
from siyu.engine import BatchLimits, Engine, NewFact, Outcome
from siyu.ids import new_id
from siyu.sdk import (
    Action,
    ActionInput,
    CampaignConfig,
    CampaignState,
    CampaignType,
    Effect,
    Emit,
    Fact,
    FactData,
    Grant,
    Invite,
    Progress,
    Refuse,
    Score,
    SetState,
    Text,
    View,
    member_code,
)
from tests.clock import NOON
from tests.factories import LONG_AGO, SHANGHAI, registry_of


class Bind(ActionInput):
    """Whose code was scanned."""

    inviter: str | None = None


class Came(FactData):
    """Told to an inviter."""


class Inviter(CampaignState):
    """How many the member has invited."""

    invited: int = 0


def decide(fact: Fact, view: View[CampaignConfig, Inviter]) -> Iterator[Effect]:
    """A point for whoever is invited, and a count for their inviter."""
    if fact.type == "inviting.came":
        yield SetState(Inviter(invited=view.state.invited + 1))
        yield Score("invitees", view.state.invited + 1)
    elif view.partner is None:
        yield Refuse("NOBODY")
    else:
        yield Invite(view.partner.id, "NOT_INVITED")
        yield Grant("points", 1)
        yield Emit("came", member_id=view.partner.id)


INVITING: CampaignType[Any, Any] = CampaignType(
    key="inviting",
    title=Text(zh="邀请", en="Inviting"),
    sdk=">=1.0,<2",
    version="1.0.0",
    config=CampaignConfig,
    state=Inviter,
    actions=(Action("bind", Text(zh="绑定", en="Bind"), Bind),),
    emits={"came": Came},
    effects=frozenset({Emit, Grant, Invite, Refuse, Score, SetState}),
    refusals={
        "NOBODY": Text(zh="邀请码无效", en="That is nobody's code"),
        "NOT_INVITED": Text(zh="不能绑定（{reason}）", en="Not invited ({reason})"),
    },
    partner="inviter",
    decide=decide,
    describe=lambda config, state: Progress(state.invited, None, Text(zh="已邀请", en="Invited")),
)


def inviting_engine(pool: Pool, limits: BatchLimits | None = None) -> Engine:
    """An engine that knows this type alone."""
    return Engine(pool, registry_of(INVITING), SHANGHAI, limits or BatchLimits())


async def add_joined(pool: Pool, *days: int) -> list[UUID]:
    """New members who joined so many days after long ago, with ids in their order."""
    ids = [new_id() for _ in days]
    joined = [LONG_AGO + timedelta(days=day) for day in days]
    await pool.execute(
        "INSERT INTO member (id, joined_at) SELECT * FROM unnest($1::uuid[], $2::timestamptz[])", ids, joined
    )
    return ids


def bind(
    campaign_id: UUID, member_id: UUID, inviter: UUID | str | None, at: datetime = NOON, key: str | None = None
) -> NewFact:
    """The member scans somebody's code, or something else."""
    code = member_code(inviter) if isinstance(inviter, UUID) else inviter
    return NewFact("inviting.bind", member_id, at, {"inviter": code}, key or new_id().hex, campaign_id)


def said(outcome: Outcome) -> str | None:
    """Why a bind was refused: the reason of `Invite`, else the code; None where it was not."""
    refusal = outcome.decisions[0].refusal
    return None if refusal is None else refusal.missing.get("reason", refusal.code)


async def inviters(pool: Pool) -> dict[UUID, UUID]:
    """Who invited whom, by the one who was invited."""
    return {row[0]: row[1] for row in await pool.fetch("SELECT member_id, inviter_id FROM invitation")}
