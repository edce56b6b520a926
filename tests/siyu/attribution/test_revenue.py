"""Revenue, reach and conversion of campaigns: the statements against plain Python, at the edges too."""

import asyncio
from dataclasses import replace

import asyncpg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siyu.attribution.asked import Asked, Attribution, asked_for
from siyu.attribution.results import campaign_figures
from siyu.db import Pool, open_database
from siyu.errors import InvalidInput
from tests.databases import Databases
from tests.siyu.attribution.plain_figures import DRAWN, STEP, Drawn, Met, Paid, at, enter, reach, revenue, shares

EXAMPLES = 30


async def check(pool: Pool, drawn: Drawn) -> None:
    """Whether the statements tell what Python tells, of all campaigns and of each one alone."""
    await enter(pool, drawn)
    told = revenue(drawn)
    figures = await campaign_figures(pool, drawn.campaigns, drawn.asked)
    assert {each.campaign_id: tuple(each.revenue) for each in figures if each.revenue.orders} == told
    assert [each.campaign_id for each in figures] == drawn.campaigns
    for place, each in enumerate(figures):
        assert (each.reach.reached, each.reach.joined, each.reach.converted) == reach(drawn, place)
    [alone] = await campaign_figures(pool, drawn.campaigns[:1], drawn.asked)
    assert alone == figures[0]


def drawn_of(met: list[Met], paid: list[Paid], model: Attribution = Attribution.LAST_TOUCH, window: int = 4) -> Drawn:
    """A shop of which the whole time is asked."""
    return Drawn(met, paid, 0, 20, window, model)


async def test_the_statements_tell_what_plain_python_tells(pool: Pool) -> None:
    examples: list[Drawn] = []

    @settings(max_examples=EXAMPLES, database=None)
    @given(DRAWN)
    def draw(drawn: Drawn) -> None:
        examples.append(drawn)

    await asyncio.to_thread(draw)
    assert len(examples) >= EXAMPLES // 2
    for drawn in examples:
        await check(pool, drawn)


@pytest.mark.prove
async def test_the_statements_tell_what_plain_python_tells_of_many_shops(databases: Databases) -> None:
    async with databases.fresh() as url, open_database(url, 2) as pool:
        examples: list[Drawn] = []

        @settings(max_examples=2_000, database=None)
        @given(DRAWN)
        def draw(drawn: Drawn) -> None:
            examples.append(drawn)

        await asyncio.to_thread(draw)
        for drawn in examples:
            await check(pool, drawn)


@given(st.integers(0, 10**10), st.dictionaries(st.uuids(), st.lists(st.integers(0, 5), min_size=1), max_size=7))
def test_even_shares_add_up_to_the_fen_and_differ_by_one_at_most(net_fen: int, moments: dict) -> None:
    found = shares(Attribution.EVEN, moments, net_fen)
    assert sum(found.values()) == (net_fen if moments else 0)
    assert not moments or max(found.values()) - min(found.values()) <= 1


async def test_the_window_holds_the_moment_it_begins_and_not_the_moment_of_paying(pool: Pool) -> None:
    met = [Met(0, 0, 1, "touch"), Met(0, 1, 2, "touch"), Met(0, 2, 6, "touch")]
    drawn = drawn_of(met, [Paid(0, 6, 100, 0)], Attribution.EVEN)
    await check(pool, drawn)
    assert revenue(drawn) == {drawn.campaigns[1]: (1, 100)}


async def test_even_shares_give_the_fen_that_are_left_to_those_met_first(pool: Pool) -> None:
    met = [Met(0, 2, 1, "touch"), Met(0, 0, 2, "join"), Met(0, 1, 3, "touch"), Met(0, 0, 4, "act")]
    drawn = drawn_of(met, [Paid(0, 5, 13, 2)], Attribution.EVEN)
    await check(pool, drawn)
    first, second, third = drawn.campaigns[2], drawn.campaigns[0], drawn.campaigns[1]
    assert revenue(drawn) == {first: (1, 4), second: (1, 4), third: (1, 3)}


async def test_refunds_lower_the_revenue_whenever_they_come_and_whole_ones_end_the_order(pool: Pool) -> None:
    drawn = drawn_of([Met(0, 0, 1, "touch"), Met(1, 0, 1, "join")], [Paid(0, 2, 100, 0), Paid(1, 2, 50, 0)])
    await check(pool, drawn)
    await pool.execute("UPDATE shop_order SET refunded_fen = 30 WHERE amount_fen = 100")
    await pool.execute("UPDATE shop_order SET refunded_fen = 50 WHERE amount_fen = 50")
    [figures] = await campaign_figures(pool, drawn.campaigns[:1], drawn.asked)
    assert tuple(figures.revenue) == (1, 70)
    assert figures.reach.converted == 0


async def test_an_action_that_came_late_counts_in_a_range_before_the_joining(pool: Pool) -> None:
    met = [Met(0, 0, 1, "act"), Met(0, 0, 10, "join")]
    drawn = replace(drawn_of(met, [Paid(0, 3, 8, 0)]), until=5)
    await check(pool, drawn)
    assert revenue(drawn) == {drawn.campaigns[0]: (1, 8)}


async def test_what_is_counted_for_one_campaign_is_counted_for_no_other(pool: Pool) -> None:
    met = [Met(0, place, place, how) for place, how in enumerate(["touch", "join", "touch", "join"])]
    drawn = drawn_of(met, [Paid(0, 5, 99, 0)], Attribution.EVEN, 8)
    await enter(pool, drawn)
    for model in Attribution:
        asked = replace(drawn.asked, model=model)
        figures = await campaign_figures(pool, drawn.campaigns, asked)
        assert sum(each.revenue.revenue_fen for each in figures) == 99


async def test_twenty_campaigns_take_as_many_statements_as_one(pool: Pool) -> None:
    drawn = drawn_of([], [])
    await enter(pool, drawn)
    # The driver asks once a connection for the types that are new to it.
    await campaign_figures(pool, drawn.campaigns[:1], drawn.asked)
    counts = []
    statements: list[str] = []
    for campaigns in (drawn.campaigns[:1], drawn.campaigns):
        statements.clear()
        await campaign_figures(_OneConnection(pool, statements), campaigns, drawn.asked)  # type: ignore[arg-type]  # a pool that counts
        counts.append(len(statements))
    assert counts[0] == counts[1] > 5


class _OneConnection:
    """A pool whose connections tell of their statements."""

    def __init__(self, pool: Pool, statements: list[str]) -> None:
        self.pool, self.statements = pool, statements

    def acquire(self) -> "_OneConnection":
        return self

    async def __aenter__(self) -> asyncpg.Connection:
        self.connection = await self.pool.acquire()
        self.connection.add_query_logger(self._note)
        return self.connection

    async def __aexit__(self, *_: object) -> None:
        self.connection.remove_query_logger(self._note)
        await self.pool.release(self.connection)

    def _note(self, query: asyncpg.connection.LoggedQuery) -> None:
        self.statements.append(query.query)


def test_ranges_and_windows_out_of_bounds_are_refused() -> None:
    for since, until, window in ((at(1), at(1), 5), (at(1), at(0), 5), (at(0), at(1), 0), (at(0), at(1), 367)):
        with pytest.raises(InvalidInput):
            asked_for(since, until, Attribution.EVEN, window)
    with pytest.raises(InvalidInput):
        asked_for(at(0), at(0) + 4_000 * STEP, Attribution.EVEN, 5)
    assert asked_for(at(0), at(1), Attribution.EVEN, 366) == Asked(at(0), at(1), Attribution.EVEN, 732 * STEP)
