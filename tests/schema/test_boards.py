"""Leaderboards over GraphQL."""

from datetime import timedelta
from uuid import UUID

from schema.ids import MEMBER, encode_id
from siyu.boards import fold_everything
from siyu.ids import new_id
from tests.factories import add_campaign, add_members, sign
from tests.schema.conftest import NOON, OPERATOR, Shop, as_member

TOP = """
query ($first: Int, $after: String, $at: Date) {
  leaderboard(board: "points", window: DAY, at: $at) {
    board { id title kind } window exact pollAfterMs asOf
    entries(first: $first, after: $after) {
      nodes { rank score reachedAt member { id } } pageInfo { hasNextPage endCursor }
    }
  }
}
"""
AROUND = """
query ($member: ID!, $radius: Int) {
  leaderboard(board: "points", window: ALL) {
    around(member: $member, radius: $radius) { rank member { id } }
    entry { rank }
    other: entry(member: $member) { rank }
  }
}
"""


async def ranked_members(shop: Shop, count: int) -> list[UUID]:
    """Members who signed in one after the other: equal points, the earliest first."""
    members = await add_members(shop.pool, count)
    campaign = await add_campaign(shop.pool, "check_in")
    for place, member in enumerate(members):
        await shop.engine.submit(sign(campaign, member, NOON + timedelta(seconds=place)))
    await fold_everything(shop.pool)
    return members


async def test_the_top_is_read_page_by_page(shop: Shop) -> None:
    members = await ranked_members(shop, 25)

    seen, after = [], None
    for first in (3, 22):
        board = (await shop.data(OPERATOR, TOP, first=first, after=after))["leaderboard"]
        seen += [(node["rank"], node["member"]["id"]) for node in board["entries"]["nodes"]]
        after = board["entries"]["pageInfo"]["endCursor"]

    assert seen == [(place + 1, encode_id(MEMBER, member)) for place, member in enumerate(members)]
    assert board["board"] == {"id": "points", "title": "Points", "kind": "SUM"}
    assert board["entries"]["pageInfo"]["hasNextPage"] is False
    assert board["entries"]["nodes"][0]["score"] == "5"


async def test_a_day_is_chosen_by_its_date(shop: Shop) -> None:
    await ranked_members(shop, 1)

    yesterday = (await shop.data(OPERATOR, TOP, at="2026-11-20"))["leaderboard"]
    today = (await shop.data(OPERATOR, TOP, at="2026-11-21"))["leaderboard"]

    assert (len(yesterday["entries"]["nodes"]), len(today["entries"]["nodes"])) == (0, 1)


async def test_a_member_sees_the_page_around_them_and_their_own_place(shop: Shop) -> None:
    members = await ranked_members(shop, 7)

    asked = {"member": encode_id(MEMBER, members[3]), "radius": 2}
    board = (await shop.data(as_member(members[0]), AROUND, **asked))["leaderboard"]

    assert [line["rank"] for line in board["around"]] == [2, 3, 4, 5, 6]
    assert (board["entry"], board["other"]) == ({"rank": 1}, {"rank": 4})


async def test_someone_without_a_rank_has_no_lines(shop: Shop) -> None:
    await ranked_members(shop, 1)

    for member in (encode_id(MEMBER, new_id()), "no id at all"):
        board = (await shop.data(OPERATOR, AROUND, member=member))["leaderboard"]
        assert board == {"around": [], "entry": None, "other": None}


async def test_bounds_and_unknown_boards_are_errors(shop: Shop) -> None:
    assert await shop.error_codes(OPERATOR, '{ leaderboard(board: "x", window: ALL) { exact } }') == [
        "INVALID_ARGUMENT"
    ]
    assert await shop.error_codes(OPERATOR, AROUND, member="x", radius=21) == ["INVALID_ARGUMENT"]
    assert await shop.error_codes(OPERATOR, TOP, first=101) == ["INVALID_ARGUMENT"]
    assert await shop.error_codes(OPERATOR, TOP, after="eA") == ["INVALID_ARGUMENT"]
