"""The days are what happened on them, in whatever order it is told, and a rebuild finds nothing to mend."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schema.ids import CAMPAIGN, encode_id
from siyu.db import Pool
from siyu.engine import Engine, NewFact, running
from siyu.ids import new_id
from siyu.metrics import notes_of_touched_days
from siyu.metrics.keeping import METRICS_LOCK, SUM_EVERY, keep_everything, keep_metrics, rebuild
from siyu.metrics.recounting import COUNTS, FIRST_DAY, LAST_DAY, spans_of
from siyu.outbox import append_all
from tests.clock import NOON
from tests.factories import SHANGHAI, add_campaign, add_members, paid, refunded, shop_engine, sign
from tests.siyu.metrics.plain_days import PlainOrder, PlainShop, as_kept

# Shortly before and after midnight in Shanghai, up to three weeks back.
MOMENTS = st.builds(
    lambda days, hours: NOON - timedelta(days=days) + timedelta(hours=hours, minutes=17),
    st.integers(1, 21),
    st.integers(-12, 12),
)
KINDS = (
    *("content.delivered", "content.opened", "content.read", "content.shared", "payment.opened", "check_in.sign"),
    *("link.clicked", "message.posted"),
)
WHO = st.integers(0, 2)
TELLINGS = st.lists(
    st.one_of(
        st.tuples(st.just("fact"), st.sampled_from(KINDS), WHO, MOMENTS, st.integers(0, 2)),
        st.tuples(st.just("paid"), WHO, MOMENTS, st.sampled_from([0, 1, 100, 250_00])),
        st.tuples(st.just("refund"), st.integers(0, 9), st.sampled_from([1, 100, 50_00])),
        st.tuples(st.just("again"), st.integers(0, 30)),
        st.tuples(st.just("keep")),
    ),
    min_size=4,
    max_size=30,
)
KEPT = f"SELECT day, member_id, campaign_id, {', '.join(COUNTS)} FROM metric_member_day"
SUMS = f"SELECT day, campaign_id, {', '.join(COUNTS)} FROM metric_day"
WAITING = "SELECT count(*) FROM outbox WHERE topic = $1"
# Nothing of the log can be deleted otherwise.
EMPTIED = "; ".join(
    (
        "SET session_replication_role = replica",
        *(
            f"DELETE FROM {table}"
            for table in (
                *("outbox", "fact", "shop_order", "decision", "participation", "member_feature", "member"),
                *("campaign", "metric_member_day", "metric_day", "metric_day_state"),
            )
        ),
        "SET session_replication_role = DEFAULT",
    )
)
ROWS = "SELECT xmin::text, * FROM metric_member_day ORDER BY day, member_id, campaign_id"


class Teller:
    """Tells a shop what happened, and plain Python what of it was taken."""

    def __init__(self, pool: Pool, engine: Engine, members: list[UUID], campaigns: list[UUID]) -> None:
        self.pool, self.engine, self.members, self.campaigns = pool, engine, members, campaigns
        self.plain, self.told = PlainShop(SHANGHAI), list[NewFact]()

    async def tell(self, what: tuple[object, ...]) -> None:
        match what:
            case "fact", str(kind), int(who), datetime() as at, int(place):
                await self.fact(kind, self.members[who], at, ([None, *self.campaigns])[place])
            case "paid", int(who), datetime() as at, int(amount):
                number = new_id().hex
                self.plain.orders[number] = PlainOrder(self.members[who], at, amount)
                await self.submit(paid(self.members[who], number, amount, at))
            case "refund", int(place), int(amount) if self.plain.orders:
                number = list(self.plain.orders)[place % len(self.plain.orders)]
                order = self.plain.orders[number]
                if order.back + amount <= order.paid:
                    order.back += amount
                await self.submit(refunded(order.member, number, amount, NOON, new_id().hex))
            case "again", int(place) if self.told:
                await self.engine.submit(self.told[place % len(self.told)])
            case ("keep",):
                await keep_metrics(self.pool, SHANGHAI, lambda: NOON)

    async def fact(self, kind: str, member: UUID, at: datetime, campaign: UUID | None) -> None:
        if kind == "check_in.sign":
            new = sign(self.campaigns[0], member, at, f"member/{member}/{new_id()}")
            self.plain.facts.append((kind, member, at, self.campaigns[0]))
        else:
            # Ids are taken as GraphQL shows them, too; what is none names no campaign.
            written = str(campaign) if at.hour % 2 else encode_id(CAMPAIGN, campaign or "x" * 36)
            data = {"content": "letter"} | ({"campaign": written} if campaign or not at.hour % 2 else {})
            new = NewFact(kind, member, at, data, f"service/till/{new_id()}")
            self.plain.facts.append((kind, member, at, campaign))
        await self.submit(new)

    async def submit(self, fact: NewFact) -> None:
        self.told.append(fact)
        await self.engine.submit(fact)


async def check(pool: Pool, plain: PlainShop) -> None:
    assert as_kept(await pool.fetch(KEPT), 3) == plain.member_days()
    assert as_kept(await pool.fetch(SUMS), 2) == plain.days()


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(tellings=TELLINGS)
async def test_late_repeated_and_corrected_facts_in_any_order_equal_a_rebuild_and_plain_python(
    pool: Pool, tellings: list[tuple[object, ...]]
) -> None:
    await pool.execute(EMPTIED)
    members = await add_members(pool, 3)
    campaigns = [await add_campaign(pool, "check_in") for _ in range(2)]
    async with running(shop_engine(pool)) as engine:
        teller = Teller(pool, engine, members, campaigns)
        for telling in tellings:
            await teller.tell(telling)
    await keep_everything(pool, SHANGHAI, NOON)
    await check(pool, teller.plain)
    before = await pool.fetch(ROWS)

    await pool.execute("UPDATE metric_day SET orders = orders + 1")
    await pool.execute("INSERT INTO metric_day (day, campaign_id) VALUES ('2020-01-01', $1)", campaigns[0])
    counted = await rebuild(pool, SHANGHAI, NOON, FIRST_DAY, LAST_DAY, lambda _: None)

    await check(pool, teller.plain)
    assert counted == len(members)
    assert await pool.fetch(ROWS) == before


async def test_a_refund_corrects_the_day_of_the_payment(pool: Pool) -> None:
    [lin] = await add_members(pool, 1)
    async with running(shop_engine(pool)) as engine:
        await engine.submit(paid(lin, "A", 100, NOON - timedelta(days=20)))
        await keep_everything(pool, SHANGHAI, NOON)
        await engine.submit(refunded(lin, "A", 30, NOON))
    await keep_everything(pool, SHANGHAI, NOON)

    rows = await pool.fetch("SELECT day, revenue_fen FROM metric_day")
    assert [tuple(row) for row in rows] == [((NOON - timedelta(days=20)).astimezone(SHANGHAI).date(), 70)]


async def test_what_is_told_late_has_the_orders_of_the_next_days_attributed(pool: Pool) -> None:
    [lin] = await add_members(pool, 1)
    campaign = await add_campaign(pool, "check_in")
    async with running(shop_engine(pool)) as engine:
        await engine.submit(paid(lin, "A", 100, NOON))
        await keep_everything(pool, SHANGHAI, NOON)
        await engine.submit(sign(campaign, lin, NOON - timedelta(days=6), f"member/{lin}/1"))
    await keep_everything(pool, SHANGHAI, NOON)

    assert (
        await pool.fetchval("SELECT revenue_fen FROM metric_day WHERE campaign_id = $1 AND paid = 1", campaign) == 100
    )


async def test_no_change_of_the_clocks_carries_an_order_further_than_is_counted_anew(pool: Pool) -> None:
    [lin], zone = await add_members(pool, 1), ZoneInfo("America/New_York")
    campaign = await add_campaign(pool, "check_in")
    # Eight days apart by the shop's calendar, and less than seven times 24 hours: on March 8 the clocks went forward.
    signed, bought = datetime(2026, 3, 7, 23, 30, tzinfo=zone), datetime(2026, 3, 15, 0, 10, tzinfo=zone)
    async with running(shop_engine(pool)) as engine:
        await engine.submit(paid(lin, "A", 100, bought.astimezone(UTC)))
        await keep_everything(pool, zone, NOON)
        await engine.submit(sign(campaign, lin, signed.astimezone(UTC), f"member/{lin}/1"))
    await keep_everything(pool, zone, NOON)
    before = await pool.fetch(ROWS)

    await rebuild(pool, zone, NOON, FIRST_DAY, LAST_DAY, lambda _: None)

    assert await pool.fetch(ROWS) == before


async def test_whose_facts_are_moved_is_counted_wholly_and_what_is_gone_goes(pool: Pool) -> None:
    lin, wang = await add_members(pool, 2)
    async with running(shop_engine(pool)) as engine:
        for number in range(3):
            await engine.submit(paid(lin, str(number), 100, NOON - timedelta(days=100 * number)))
    await keep_everything(pool, SHANGHAI, NOON)

    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("UPDATE shop_order SET member_id = $1", wang)
        await append_all(connection, notes_of_touched_days([(lin, None), (wang, None)]))
    await keep_everything(pool, SHANGHAI, NOON)

    rows = await pool.fetch("SELECT member_id, count(*), sum(paid)::int FROM metric_member_day GROUP BY 1")
    assert [tuple(row) for row in rows] == [(wang, 3, 3)]
    assert await pool.fetchval("SELECT sum(revenue_fen)::int FROM metric_day") == 300


async def test_a_fact_that_is_repeated_leaves_nothing_to_do_and_a_batch_one_message(pool: Pool) -> None:
    members = await add_members(pool, 20)
    async with running(shop_engine(pool)) as engine:
        facts = [paid(member, member.hex, 100, NOON) for member in members]
        await asyncio.gather(*map(engine.submit, facts))
        left, batches = await pool.fetchval(WAITING, "metrics"), await pool.fetchval(WAITING, "features")
        await asyncio.gather(*map(engine.submit, facts))

    assert left == batches == await pool.fetchval(WAITING, "metrics")


async def test_one_process_keeps_at_a_time_and_a_busy_day_is_summed_every_few_seconds(pool: Pool) -> None:
    [lin] = await add_members(pool, 1)

    async def told(number: int, at: datetime) -> int:
        await engine.submit(paid(lin, str(number), 100, NOON))
        assert await keep_metrics(pool, SHANGHAI, lambda: at)
        orders: int = await pool.fetchval("SELECT coalesce(sum(orders), 0)::int FROM metric_day")
        return orders

    async with running(shop_engine(pool)) as engine:
        async with pool.acquire() as connection, connection.transaction():
            await connection.execute("SELECT pg_advisory_xact_lock($1)", METRICS_LOCK)
            assert await told(1, NOON) == 0
        assert await told(2, NOON) == 2
        assert await told(3, NOON + SUM_EVERY / 2) == 2
        assert await pool.fetchval("SELECT sum(orders)::int FROM metric_member_day") == 3
        assert await told(4, NOON + SUM_EVERY) == 4


def test_stretches_reach_as_far_as_an_order_is_attributed_and_never_meet() -> None:
    lin, wang = UUID(int=1), UUID(int=2)
    touched = {lin: {date(2026, 1, day) for day in (1, 3, 9, 20)}, wang: None}

    assert list(spans_of(touched)) == [
        (lin, date(2026, 1, 1), date(2026, 1, 16)),
        (lin, date(2026, 1, 20), date(2026, 1, 27)),
        (wang, FIRST_DAY, LAST_DAY),
    ]
