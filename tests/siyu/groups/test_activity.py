"""What members do in groups, counted by day: as commits leave it, and made anew from facts."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from siyu.db import Pool, open_database
from siyu.engine import Engine, NewFact
from siyu.groups.folding import fold_activity, fold_all_activity, rebuild_groups
from tests.factories import SHANGHAI, add_members, shop_engine
from tests.siyu.groups.shop import add_group, codes, groups_of, joined, left, size_of

NEW_YEAR = datetime(2026, 1, 1, 12, tzinfo=UTC)
TYPES = ("message.posted", "message.liked", "poll.answered", "link.clicked")
# Some come twice with one key, some later than they happened, some about a group there is not.
STORIES = st.lists(
    st.tuples(
        st.integers(0, 2),
        st.sampled_from(TYPES),
        st.sampled_from(["tea", "wine", "moon"]),
        st.integers(0, 90),
        st.integers(0, 40),
    ),
    max_size=40,
)


def did(member: UUID, type_: str, group: str, at: datetime, key: str) -> NewFact:
    """Something that a member did."""
    return NewFact(type_, member, at, {"group": group}, key)


async def activity(pool: Pool) -> set[tuple[Any, ...]]:
    """All counts there are."""
    rows = await pool.fetch(
        "SELECT key, member_id, day, posts, likes, answers, clicks FROM group_activity"
        " JOIN community ON community.id = community_id"
    )
    return {tuple(row) for row in rows}


def counted(facts: list[NewFact]) -> set[tuple[Any, ...]]:
    """The same in plain Python: each key once, of the groups there are, by the shop's days."""
    counts: dict[tuple[str, UUID, date], list[int]] = {}
    for fact in {fact.idempotency_key: fact for fact in facts if fact.data["group"] != "moon"}.values():
        place = fact.data["group"], fact.member_id, fact.at.astimezone(SHANGHAI).date()
        counts.setdefault(place, [0] * 4)[TYPES.index(fact.type)] += 1
    return {(*place, *count) for place, count in counts.items()}


@pytest.mark.prove
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(story=STORIES, cut=st.integers(0, 40))
async def test_folded_or_made_anew_the_counts_are_those_of_the_facts(databases: Any, story: Any, cut: int) -> None:
    await _tell_and_compare(databases, story, cut)


async def test_one_long_story_is_folded_as_it_is_made_anew(databases: Any) -> None:
    story = [(n % 3, TYPES[n % 4], ("tea", "wine", "moon")[n % 5 % 3], n * 37 % 91, n * 11 % 41) for n in range(60)]
    await _tell_and_compare(databases, story, 25)


async def _tell_and_compare(databases: Any, story: Any, cut: int) -> None:
    async with databases.fresh() as url, open_database(url, 3) as pool:
        members = await add_members(pool, 3)
        for key in ("tea", "wine"):
            await add_group(pool, key)
        facts = [
            did(
                members[who],
                type_,
                group,
                NEW_YEAR - timedelta(hours=hours),
                f"{key}/{who}/{type_}/{group}/{hours}",
            )
            for who, type_, group, hours, key in story
        ]
        engine = shop_engine(pool)
        await _submit(engine, facts[:cut])
        await fold_activity(pool)
        await _submit(engine, facts[cut:] + facts[:5])
        await fold_all_activity(pool)
        assert await activity(pool) == counted(facts)

        # What waits when it is made anew is neither lost nor counted twice.
        late = [did(members[0], "message.liked", "tea", NEW_YEAR, f"late-key-{n}") for n in range(3)]
        await _submit(engine, late)
        rebuilt = await rebuild_groups(pool, SHANGHAI)
        assert await activity(pool) == counted(facts + late)
        assert rebuilt == (len(counted(facts + late)), 0, 0)
        await fold_all_activity(pool)
        assert await activity(pool) == counted(facts + late)


async def _submit(engine: Engine, facts: list[NewFact]) -> None:
    await asyncio.gather(*map(engine.submit, facts))


async def test_a_late_fact_counts_on_the_shops_day_it_happened(pool: Pool) -> None:
    [lin] = await add_members(pool, 1)
    await add_group(pool, "tea")
    before_midnight = datetime(2026, 1, 1, 15, 59, tzinfo=UTC)

    for place, at in enumerate((before_midnight, before_midnight + timedelta(minutes=1))):
        await shop_engine(pool).submit(did(lin, "message.posted", "tea", at, f"message-{place}"))
    await fold_all_activity(pool)

    assert {row[2] for row in await activity(pool)} == {date(2026, 1, 1), date(2026, 1, 2)}


async def test_a_rebuild_sets_sizes_and_members_groups_right(pool: Pool) -> None:
    [lin, wang, zhao] = await add_members(pool, 3)
    await add_group(pool, "tea")
    await codes(
        shop_engine(pool), joined(lin, "tea"), joined(wang, "tea"), left(wang, "tea", NEW_YEAR + timedelta(365))
    )
    await pool.execute("UPDATE community SET member_count = 7")
    await pool.execute("UPDATE member SET groups = '{wine}' WHERE id = ANY($1::uuid[])", [lin, zhao])

    rebuilt = await rebuild_groups(pool, SHANGHAI)

    assert (rebuilt.groups, rebuilt.members, await size_of(pool, "tea")) == (1, 2, 1)
    assert [await groups_of(pool, each) for each in (lin, wang, zhao)] == [["tea"], [], []]
