"""What imports give: newcomers join with it, others get it, row after row, and nobody more than a member may have."""

import asyncio
from uuid import UUID

import asyncpg
import pytest

from siyu.db import Pool
from siyu.ids import new_id
from siyu.members.attributes import ATTRIBUTES_MAX, AttributeChange, AttributeType
from siyu.members.importing import LANE_MEMBERS_MIN, Arrival, Given, TakenIn, take_in
from siyu.members.joining import Joiner
from siyu.sdk.audience import LABELS_MAX
from tests.clock import NOON
from tests.factories import add_members, new_vault

ODD = 'a, "b" \\ {c} NULL'
MEMBERS = """
SELECT identity.value, nickname, tier, tags,
       ARRAY(SELECT tag FROM member_tag WHERE member_tag.member_id = member.id ORDER BY tag),
       ARRAY(SELECT key || '=' || had.value FROM member_attribute AS had WHERE had.member_id = member.id ORDER BY key)
FROM member JOIN identity ON identity.member_id = member.id ORDER BY identity.value
"""
TOUCHED = "SELECT count(*) FROM outbox WHERE topic = 'features'"


def arrival(value: str, given: Given, nickname: str | None = None) -> Arrival:
    return Arrival(Joiner("shop", value, NOON, nickname, given.tier, given.tags), given)


def text(key: str, value: str) -> AttributeChange:
    return AttributeChange(key, AttributeType.TEXT, value)


async def take(pool: Pool, *arrivals: Arrival) -> TakenIn:
    return await take_in(pool, new_vault(), arrivals, NOON)


async def members(pool: Pool) -> list[tuple[object, ...]]:
    """Value, name, tier, tags, tags as they are noted, and attributes."""
    return [tuple(row) for row in await pool.fetch(MEMBERS)]


async def known(pool: Pool, value: str) -> UUID:
    """A member whom the shop knows by this."""
    [member_id] = await add_members(pool, 1)
    await pool.execute("INSERT INTO identity VALUES ($1, 'shop', $2, $3)", new_id(), value, member_id)
    return member_id


async def test_a_newcomer_joins_with_what_is_given_whatever_it_is_written_with(pool: Pool) -> None:
    given = Given("gold", (ODD, "vip"), (text("size", ODD),))

    taken = await take(pool, arrival(ODD, given, ODD), arrival("b", Given()))

    assert taken == TakenIn(new={0, 1})
    assert await members(pool) == [
        (ODD, ODD, "gold", [ODD, "vip"], [ODD, "vip"], [f"size={ODD}"]),
        ("b", None, None, [], [], []),
    ]
    assert await pool.fetchval(TOUCHED) == 1


async def test_later_rows_of_a_newcomer_count_after_the_first(pool: Pool) -> None:
    first = arrival("1", Given("gold", ("a",), (text("size", "L"), text("shoe", "39"))))
    second = arrival("1", Given("jade", ("b", "a"), (text("size", "M"),)))

    assert await take(pool, first, second) == TakenIn(new={0})
    assert await members(pool) == [("1", None, "jade", ["a", "b"], ["a", "b"], ["shoe=39", "size=M"])]


async def test_newcomers_of_several_lanes_join_all_or_none_of_a_lane(pool: Pool) -> None:
    count = 2 * LANE_MEMBERS_MIN
    arrivals = [arrival(f"{number:04}", Given(None, ("vip",))) for number in range(count)]
    spoilt = [*arrivals[:-1], arrival("x", Given(None, ("t" * 33,)))]

    # A tag that is too long for its table: imports check it before, and so it stands for whatever goes wrong half-way.
    with pytest.raises(asyncpg.StringDataRightTruncationError):
        await take(pool, *spoilt)
    assert [row[0] for row in await members(pool)] == [each.joiner.value for each in arrivals[:LANE_MEMBERS_MIN]]

    taken = await take(pool, *arrivals)
    assert taken.new == set(range(LANE_MEMBERS_MIN, count))
    assert {tuple(map(str, row[3:5])) for row in await members(pool)} == {("['vip']", "['vip']")}
    assert len(await members(pool)) == count


async def test_who_joins_elsewhere_meanwhile_is_given_it_all_the_same(pool: Pool) -> None:
    async with pool.acquire() as winner:
        transaction = winner.transaction()
        await transaction.start()
        member_id = new_id()
        await winner.execute("INSERT INTO member (id, joined_at) VALUES ($1, $2)", member_id, NOON)
        await winner.execute("INSERT INTO identity VALUES ($1, 'shop', '1', $2)", new_id(), member_id)
        taking = asyncio.create_task(take(pool, arrival("1", Given(None, ("vip",))), arrival("2", Given())))
        await asyncio.sleep(0.1)
        assert not taking.done()
        await transaction.commit()

    assert await taking == TakenIn(new={1})
    assert [row[:4] for row in await members(pool)] == [("1", None, None, ["vip"]), ("2", None, None, [])]


async def test_what_a_merged_member_is_given_goes_to_whoever_stands_for_them(pool: Pool) -> None:
    [survivor, merged] = [await known(pool, "1"), await known(pool, "2")]
    await pool.execute("UPDATE member SET linked = true")
    await pool.execute("UPDATE member SET merged_into = $1 WHERE id = $2", survivor, merged)

    await take(pool, arrival("2", Given("gold", ("vip",), (text("size", "L"),))))

    assert await members(pool) == [("1", None, "gold", ["vip"], ["vip"], ["size=L"]), ("2", None, None, [], [], [])]
    assert await pool.fetchval(TOUCHED) == 1


async def test_nobody_is_given_more_than_a_member_may_have(pool: Pool) -> None:
    labels = tuple(f"tag{number}" for number in range(LABELS_MAX))
    attributes = tuple(text(f"key{number}", "x") for number in range(ATTRIBUTES_MAX))
    full = Given(None, labels, attributes)
    await take(pool, *(arrival(value, full) for value in "123"))
    before = await members(pool)

    taken = await take(
        pool,
        arrival("1", Given("gold", ("another",))),
        arrival("2", Given("gold", (), (text("another", "x"),))),
        # As much as before is not too much.
        arrival("3", Given("gold", labels[:1], attributes[:1])),
    )

    assert taken == TakenIn(too_many={0, 1})
    after = await members(pool)
    assert after[:2] == before[:2]
    assert (after[2][2], after[2][3:]) == ("gold", before[2][3:])
