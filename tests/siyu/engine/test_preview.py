"""Previews: drafts and stored campaigns, newcomers and members, the future, and never a write."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from json import dumps
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from siyu.campaigns.drafts import NOWHERE, Draft, DraftChanges
from siyu.db import Pool, open_database
from siyu.engine import CAMPAIGN_NOT_OPEN
from siyu.engine.preview import AHEAD_MAX, FACTS_MAX, Preview, Previewer, PreviewFact
from siyu.errors import CampaignStateError, InvalidInput, NotFound
from siyu.ids import new_id
from tests.factories import SHANGHAI, add_campaign, add_members, paid, refunded, shop_engine, shop_registry, sign

NOON = datetime(2026, 11, 22, 4, tzinfo=UTC)
DAY = timedelta(days=1)

SEQUENCES = "SELECT schemaname || '.' || sequencename, last_value FROM pg_sequences ORDER BY 1"
OTHERS = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""
TABLES = "SELECT relname FROM pg_stat_user_tables WHERE schemaname = 'public' ORDER BY 1"
TOUCHED = (
    "SELECT relname, n_tup_ins, n_tup_upd, n_tup_del FROM pg_stat_user_tables WHERE schemaname = 'public' ORDER BY 1"
)


def signed(at: datetime = NOON, member_id: UUID | None = None) -> PreviewFact:
    """A check-in."""
    return PreviewFact(at, member_id, action="sign")


def order(number: str, amount_fen: int, member_id: UUID | None = None, at: datetime = NOON) -> PreviewFact:
    """A paid order."""
    return PreviewFact(at, member_id, type="order.paid", data={"order": number, "amount_fen": amount_fen})


def points(preview: Preview) -> list[int]:
    """What each step would grant."""
    return [sum(e.get("amount", 0) for e in step.effects if e["kind"] == "grant") for step in preview.steps]


@pytest.fixture
def previewer(pool: Pool) -> Previewer:
    return Previewer(pool, shop_registry(), SHANGHAI)


async def everything(url: str) -> tuple[object, ...]:
    """Row counts, sequences, and what PostgreSQL itself counted of writes, over a connection of its own."""
    connection = await asyncpg.connect(url)
    try:
        # A backend that has ended has told all it counted.
        while await connection.fetchval(OTHERS):
            await asyncio.sleep(0.02)
        tables = [row[0] for row in await connection.fetch(TABLES)]
        counts = [await connection.fetchval(f'SELECT count(*) FROM "{table}"') for table in tables]
        sequences = [tuple(row) for row in await connection.fetch(SEQUENCES)]
        return tables, counts, sequences, [tuple(row) for row in await connection.fetch(TOUCHED)]
    finally:
        await connection.close()


async def test_a_preview_writes_nothing(database_url: str) -> None:
    async with open_database(database_url, 2) as pool:
        [member] = await add_members(pool, 1)
        check_in, purchase = await add_campaign(pool, "check_in"), await add_campaign(pool, "purchase")
        engine = shop_engine(pool)
        await engine.submit(sign(check_in, member, NOON))
        await engine.submit(paid(member, "A-1", 9_900, NOON))
    before = await everything(database_url)

    async with open_database(database_url, 2) as pool:
        previewer = Previewer(pool, shop_registry(), SHANGHAI)
        again = await previewer.preview(Draft(check_in), [signed(NOON, member), signed(NOON + DAY, member)], NOON)
        refund = PreviewFact(NOON, member, type="order.refunded", data={"order": "A-1", "amount_fen": 9_900})
        orders = await previewer.preview(Draft(purchase), [order("A-2", 500), refund], NOON)
        drafted = await previewer.preview(Draft(type_key="check_in"), [signed()], NOON)

    assert [step.refusal.code if step.refusal else None for step in again.steps] == ["ALREADY_SIGNED", None]
    assert [effect["kind"] for step in orders.steps for effect in step.effects] == ["grant", "set_state", "reverse"]
    assert points(drafted) == [5]
    assert await everything(database_url) == before


async def test_a_draft_of_a_change_is_previewed_as_though_it_were_published(pool: Pool, previewer: Previewer) -> None:
    [member] = await add_members(pool, 1)
    campaign = await add_campaign(pool, "check_in", {"streak_points": [1, 2, 3]})
    await shop_engine(pool).submit(sign(campaign, member, NOON))
    changed = Draft(campaign, changes=DraftChanges(config={"streak_points": [10, 20, 30]}))
    days = [signed(NOON + DAY, member), signed(NOON + 2 * DAY, member)]

    assert points(await previewer.preview(Draft(campaign), days, NOON)) == [2, 3]
    preview = await previewer.preview(changed, days, NOON)

    assert points(preview) == [20, 30]
    assert [step.state["streak"] for step in preview.steps if step.state] == [2, 3]


async def test_a_campaign_as_it_is_keeps_its_state_and_its_window(pool: Pool, previewer: Previewer) -> None:
    paused = await add_campaign(pool, "check_in", state="paused")
    draft = await add_campaign(pool, "check_in", state="draft")
    later = Draft(draft, changes=DraftChanges(starts_at=NOON + DAY, ends_at=NOON + 2 * DAY))

    async def refusals(asked: Draft, *facts: PreviewFact) -> list[str | None]:
        steps = (await previewer.preview(asked, facts, NOON)).steps
        return [step.refusal.code if step.refusal else None for step in steps]

    assert await refusals(Draft(paused), signed()) == [CAMPAIGN_NOT_OPEN]
    assert await refusals(Draft(draft), signed()) == [None]
    assert await refusals(later, signed(), signed(NOON + DAY), signed(NOON + 2 * DAY)) == [
        CAMPAIGN_NOT_OPEN,
        None,
        CAMPAIGN_NOT_OPEN,
    ]


async def test_a_fact_that_does_not_concern_the_campaign_is_not_decided(pool: Pool, previewer: Previewer) -> None:
    campaign = await add_campaign(pool, "check_in")

    [step] = (await previewer.preview(Draft(campaign), [order("A-1", 500)], NOON)).steps

    assert (step.decided, step.effects, step.refusal) == (False, (), None)


async def test_a_newcomer_is_one_person(previewer: Previewer) -> None:
    preview = await previewer.preview(Draft(type_key="check_in"), [signed(), signed(NOON + DAY)], NOON, NOON - DAY)

    assert {step.fact.member_id for step in preview.steps} == {preview.newcomer_id}
    assert preview.campaign.id == NOWHERE
    assert points(preview) == [5, 5]
    assert [step.state["days"] for step in preview.steps if step.state] == [1, 2]


async def test_a_day_that_the_log_alone_remembers_is_refused(pool: Pool, previewer: Previewer) -> None:
    [member] = await add_members(pool, 1)
    campaign = await add_campaign(pool, "check_in", {"streak_points": [1, 2, 3, 4]})
    engine = shop_engine(pool)
    for day in (0, 1, 2):
        await engine.submit(sign(campaign, member, NOON + day * DAY))
    await pool.execute("UPDATE participation SET state = '{}'")
    days = [signed(NOON + day * DAY, member) for day in range(4)]

    steps = (await previewer.preview(Draft(campaign), days, NOON)).steps

    assert [step.refusal.code if step.refusal else None for step in steps] == ["ALREADY_SIGNED"] * 3 + [None]


async def test_refunds_are_previewed_with_the_grants_there_are(pool: Pool, previewer: Previewer) -> None:
    [member] = await add_members(pool, 1)
    campaign = await add_campaign(pool, "purchase")
    engine = shop_engine(pool)
    await engine.submit(paid(member, "A-1", 10_000, NOON))
    await engine.submit(refunded(member, "A-1", 2_500, NOON))
    rest = PreviewFact(NOON, member, type="order.refunded", data={"order": "A-1", "amount_fen": 7_500})
    too_much = PreviewFact(NOON, member, type="order.refunded", data={"order": "A-1", "amount_fen": 1})

    first, second = (await previewer.preview(Draft(campaign), [rest, too_much], NOON)).steps

    assert [effect["amount"] for effect in first.effects] == [75]
    assert second.refusal is not None
    assert second.refusal.code == "REFUND_EXCEEDS_ORDER"


@pytest.mark.parametrize(
    ("facts", "path"),
    [
        ([], ("facts",)),
        ([signed()] * (FACTS_MAX + 1), ("facts",)),
        ([signed(NOON + AHEAD_MAX + DAY)], ("facts", "0", "at")),
        ([signed(datetime(1960, 1, 1, tzinfo=UTC))], ("facts", "0", "at")),
        ([signed(), PreviewFact(NOON)], ("facts", "1", "action")),
        ([PreviewFact(NOON, action="sign", type="order.paid")], ("facts", "0", "action")),
        ([PreviewFact(NOON, action="dance")], ("facts", "0", "action")),
        ([PreviewFact(NOON, action="sign", data={"x": 1})], ("facts", "0", "x")),
        ([PreviewFact(NOON, type="check_in.sign")], ("facts", "0", "type")),
        ([order("A-1", -1)], ("facts", "0", "data", "amount_fen")),
        ([signed(NOON, new_id())], ("facts", "0", "member")),
    ],
)
async def test_what_cannot_be_previewed_is_told_with_its_place(
    previewer: Previewer, facts: Sequence[PreviewFact], path: tuple[str, ...]
) -> None:
    with pytest.raises(InvalidInput) as caught:
        await previewer.preview(Draft(type_key="check_in"), facts, NOON)

    assert caught.value.problems[0].path == path


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"config": {"streak_points": []}}, ("config", "streak_points")),
        ({"config": {"sweets": 1}}, ("config", "sweets")),
        ({"starts_at": NOON, "ends_at": NOON}, ("ends_at",)),
    ],
)
async def test_a_draft_that_could_not_be_saved_is_not_previewed(
    previewer: Previewer, changes: Any, path: tuple[str, ...]
) -> None:
    with pytest.raises(InvalidInput) as caught:
        await previewer.preview(Draft(type_key="check_in", changes=changes), [signed()], NOON)

    assert caught.value.problems[0].path == path


async def test_a_campaign_that_cannot_be_decided_is_named(pool: Pool, previewer: Previewer) -> None:
    unloaded = await add_campaign(pool, "lottery")

    with pytest.raises(NotFound):
        await previewer.preview(Draft(new_id()), [signed()], NOON)
    with pytest.raises(CampaignStateError):
        await previewer.preview(Draft(unloaded), [signed()], NOON)
    with pytest.raises(InvalidInput):
        await previewer.preview(Draft(type_key="lottery"), [signed()], NOON)


async def test_a_newcomer_has_joined_and_the_shop_knows_nothing_else_of_them(pool: Pool, previewer: Previewer) -> None:
    campaign, joined = await add_campaign(pool, "check_in"), "member.joined_days <= 3"
    codes = []
    for rule in (joined, f"{joined} && member.orders > 0"):
        await pool.execute(
            "UPDATE campaign SET terms = $1, revision = revision + 1", dumps({"audience": {"rule": rule}})
        )
        preview = await previewer.preview(Draft(campaign), [signed(), signed(NOON + 4 * DAY)], NOON)
        codes.append([step.refusal and step.refusal.missing["rule"] for step in preview.steps])

    assert codes == [[None, [joined]], [["member.orders > 0"], [joined, "member.orders > 0"]]]
