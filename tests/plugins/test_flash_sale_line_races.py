"""Queues and draws that two engines decide at once, on a real database."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
import pytest

from plugins.flash_sale.campaign import FLASH_SALE
from plugins.flash_sale.lines import Line
from plugins.flash_sale.states import Claim, FlashSaleState, Status
from siyu.db import Pool
from siyu.engine import NewFact
from siyu.engine.intake import action_fact
from siyu.ids import new_id
from siyu.sdk import Draw
from tests.clock import NOON
from tests.factories import add_campaign, add_members
from tests.plugins.test_flash_sale_races import PRICE_FEN, TwoShops

ENTERED, DRAWN_AT = NOON, NOON + timedelta(minutes=30)
ACTIONS = {action.name: action for action in FLASH_SALE.actions}
STATES = "SELECT subject_id, state FROM participation WHERE campaign_id = $1 AND team IS NULL"
LINE = "SELECT state FROM participation WHERE campaign_id = $1 AND team IS NOT NULL"


class TwoLines(TwoShops):
    """One sale of mugs with a line, in a slot that lasts from noon on for half an hour."""

    async def sell(self, allocation: str, stock: int, **fields: Any) -> "TwoLines":
        """Give so many out this way."""
        item = {"key": "mug", "price_fen": PRICE_FEN, "stock": stock}
        slots = [{"start": "12:00", "end": "12:30"}]
        config = {"items": [item], "slots": slots, "allocation": allocation, **fields}
        self.campaign = await add_campaign(self.pool, "flash_sale", config)
        return self

    def act(self, member: UUID, action: str, **data: str) -> NewFact:
        """A member does something now."""
        sent = data or {"item": "mug"}
        return action_fact(FLASH_SALE, ACTIONS[action], self.campaign, member, sent, new_id().hex, self.clock.now)

    async def all_act(self, action: str, members: Sequence[UUID]) -> Counter[str | None]:
        """All of them at once; what they were refused with."""
        outcomes = await self.submit([self.act(member, action) for member in members])
        refusals = [outcome.decisions[0].refusal for outcome in outcomes]
        return Counter(refusal.code if refusal else None for refusal in refusals)

    async def claims_of(self) -> dict[UUID, Claim]:
        """Each member's only claim."""
        rows = await self.pool.fetch(STATES, self.campaign)
        states = {row["subject_id"]: FlashSaleState.model_validate(orjson.loads(row["state"])) for row in rows}
        assert all(len(state.claims) == 1 for state in states.values())
        return {member: state.claims[0] for member, state in states.items()}

    async def by_status(self) -> Counter[Status]:
        """How many claims are where."""
        return Counter(claim.status for claim in (await self.claims_of()).values())

    async def line(self) -> Line:
        """The only line there is."""
        [row] = await self.pool.fetch(LINE, self.campaign)
        return Line.model_validate(orjson.loads(row["state"]))

    async def fire_until(self, moment: datetime) -> None:
        """Fire what is due, each at its time, with both engines."""
        due = "SELECT min(due_at) FROM pending_fact WHERE due_at <= $1"
        while (at := await self.pool.fetchval(due, moment)) is not None:
            await self.fire(max(at, self.clock.now))
        self.clock.now = moment


@pytest.fixture
def lines(pool: Pool, other_pool: Pool) -> TwoLines:
    return TwoLines(pool, other_pool)


async def race_for(lines: TwoLines, count: int, units: int, standby: int) -> None:
    """So many enter a draw for so many units, and are drawn, at once."""
    members = await add_members(lines.pool, count)
    await lines.sell("lottery", units, standby=standby)

    assert await lines.all_act("enter", members) == {None: count}
    assert sorted(claim.ticket or 0 for claim in (await lines.claims_of()).values()) == list(range(count))
    await lines.fire(DRAWN_AT)

    line, claims = await lines.line(), await lines.claims_of()
    assert (line.units, line.tickets, line.decided, await lines.stock()) == (units, count, count, (0, units))
    assert line.waiting == tuple(range(units + 1, units + standby + 1))
    for claim in claims.values():
        place = Draw(line.seed or "", "").position(claim.ticket or 0, count) + 1
        lost = Status.WAITING if place <= units + standby else Status.LOST
        assert (claim.place, claim.status) == (place, Status.HELD if place <= units else lost)
    await lines.verify()


async def test_as_many_win_a_draw_as_there_are_units_and_those_whom_its_seed_says(lines: TwoLines) -> None:
    await race_for(lines, 60, 20, 15)


@pytest.mark.prove
async def test_a_thousand_enter_a_draw_for_a_hundred_units(lines: TwoLines) -> None:
    await race_for(lines, 1_000, 100, 500)


async def test_what_winners_give_back_at_once_goes_to_those_who_are_next(lines: TwoLines) -> None:
    members = await add_members(lines.pool, 30)
    await lines.sell("lottery", 10, standby=30)
    await lines.all_act("enter", members)
    await lines.fire(DRAWN_AT)
    won = {member: claim for member, claim in (await lines.claims_of()).items() if claim.status is Status.HELD}

    gone, kept = list(won.items())[:6], list(won.items())[6:]
    given_back = [lines.act(member, "cancel", reservation=claim.reservation) for member, claim in gone]
    paid = [lines.paid(member, claim.reservation, f"A-{claim.place}") for member, claim in kept]
    await lines.submit([*given_back, *paid])

    held = [claim.place for claim in (await lines.claims_of()).values() if claim.status is Status.HELD]
    assert (sorted(place or 0 for place in held), await lines.stock()) == ([11, 12, 13, 14, 15, 16], (4, 6))
    await lines.fire_until(DRAWN_AT + timedelta(minutes=90))
    assert (await lines.by_status())[Status.WAITING] == 0
    assert (await lines.stock(), (await lines.line()).offered) == ((4, 0), 0)


async def test_tickets_that_are_asked_for_as_it_is_drawn_are_all_in_it_or_refused(lines: TwoLines) -> None:
    """One engine already draws while the other still gives out tickets of the moment before."""
    early, late = await add_members(lines.pool, 10), await add_members(lines.pool, 20)
    await lines.sell("lottery", 5, standby=0)
    await lines.all_act("enter", early)
    lines.clock.now = DRAWN_AT - timedelta(milliseconds=1)
    tickets = [lines.act(member, "enter") for member in late]
    lines.clock.now = DRAWN_AT

    outcomes, _ = await asyncio.gather(lines.submit(tickets), lines.fire())
    await lines.fire()

    refused = Counter(outcome.decisions[0].refusal.code for outcome in outcomes if outcome.decisions[0].refusal)
    line, statuses = await lines.line(), await lines.by_status()
    assert set(refused) <= {"DRAWN"}
    assert line.tickets == line.decided == 30 - refused["DRAWN"]
    assert (statuses[Status.HELD], statuses[Status.WAITING], await lines.stock()) == (5, 0, (0, 5))


async def test_of_many_who_join_at_once_each_has_a_unit_or_a_place(lines: TwoLines) -> None:
    members = await add_members(lines.pool, 40)
    await lines.sell("queue", 8, queue_length=25)

    assert await lines.all_act("join", members) == {None: 33, "QUEUE_FULL": 7}

    claims = (await lines.claims_of()).values()
    places = sorted(claim.place for claim in claims if claim.place is not None)
    assert (await lines.by_status(), places, await lines.stock()) == (
        {Status.HELD: 8, Status.WAITING: 25},
        list(range(1, 26)),
        (0, 8),
    )
    assert (await lines.line()).waiting == tuple(range(25))


async def test_what_comes_back_at_once_goes_to_the_first_in_the_queue_in_their_order(lines: TwoLines) -> None:
    members = await add_members(lines.pool, 30)
    await lines.sell("queue", 10)
    await lines.all_act("join", members[:10])
    await lines.all_act("join", members[10:])
    holders = {member: claim for member, claim in (await lines.claims_of()).items() if claim.status is Status.HELD}

    lines.clock.now = NOON + timedelta(minutes=1)
    given_back = [lines.act(member, "cancel", reservation=c.reservation) for member, c in list(holders.items())[:6]]
    strangers = await add_members(lines.pool, 10)
    await lines.submit([*given_back, *(lines.act(member, "claim") for member in strangers)])

    offered = [c.ticket for c in (await lines.claims_of()).values() if c.status is Status.HELD and c.ticket is not None]
    assert (sorted(offered), await lines.stock()) == ([0, 1, 2, 3, 4, 5], (0, 10))
    assert (await lines.line()).waiting == tuple(range(6, 20))

    await lines.fire_until(NOON + timedelta(minutes=16))
    claims = (await lines.claims_of()).values()
    assert sorted(c.ticket or 0 for c in claims if c.status is Status.HELD) == list(range(6, 16))
    await lines.fire_until(DRAWN_AT + timedelta(minutes=16))
    assert (await lines.by_status())[Status.WAITING] == 0
    assert (await lines.stock(), (await lines.line()).offered) == ((0, 0), 0)
    await lines.verify()


async def test_whoever_leaves_as_they_are_offered_one_holds_it_or_has_left_and_nothing_is_lost(lines: TwoLines) -> None:
    members = await add_members(lines.pool, 24)
    await lines.sell("queue", 6)
    await lines.all_act("join", members[:6])
    await lines.all_act("join", members[6:])
    key = next(claim.line for claim in (await lines.claims_of()).values())
    assert key is not None

    holders = {m: c for m, c in (await lines.claims_of()).items() if c.status is Status.HELD}
    given_back = [lines.act(member, "cancel", reservation=claim.reservation) for member, claim in holders.items()]
    leaving = [lines.act(member, "leave", line=key) for member in members[6:14]]
    mixed = [each for pair in zip(given_back, leaving, strict=False) for each in pair] + leaving[6:]
    await lines.submit(mixed)
    await lines.fire()

    line, statuses = await lines.line(), await lines.by_status()
    assert (await lines.stock(), line.offered, statuses[Status.HELD]) == ((0, 6), 0, 6)
    assert statuses[Status.WAITING] == len(line.waiting)
    await lines.verify()
