"""Boards of groups over GraphQL: shown to who is in the group, and to who works for the shop."""

from dataclasses import replace
from uuid import UUID

import pytest

from schema import Principal, Role, execute
from schema.ids import GROUP, encode_id
from siyu.boards import fold_everything
from siyu.ids import new_id
from siyu.live import Topic
from tests.factories import add_members, paid
from tests.schema.conftest import NOON, OPERATOR, Shop, as_member
from tests.siyu.groups.shop import add_group, joined, left
from tests.siyu.talk.chatting import posted

BOARD = """
query ($board: ID!, $scope: ID) {
  leaderboard(board: $board, window: WEEK, scope: $scope) {
    board { id title } scope revision
    entries { nodes { rank score } }
    entry { rank score }
  }
}
"""
OF_GROUP = """
query ($group: ID!) {
  node(id: $group) { ... on Group { leaderboard(board: "talk", window: WEEK) { scope entries { nodes { score } } } } }
}
"""
ANALYST = Principal(Role.ANALYST, subject="ana")


async def chatty(shop: Shop) -> tuple[str, UUID, UUID, UUID]:
    """A group's id, a member who posted twice and paid, one who has left, and one who was never in it."""
    group = encode_id(GROUP, await add_group(shop.pool, "tea"))
    await add_group(shop.pool, "club")
    lin, gone, stranger = await add_members(shop.pool, 3)
    for fact in (
        joined(lin, "tea", NOON),
        joined(gone, "tea", NOON),
        posted(lin, "tea", NOON),
        posted(lin, "tea", NOON),
        posted(stranger, "club", NOON),
        paid(lin, "A", 700, NOON),
        left(gone, "tea", NOON),
    ):
        await shop.engine.submit(fact)
    await fold_everything(shop.pool)
    return group, lin, gone, stranger


async def test_a_member_sees_the_boards_of_a_group_they_are_in(shop: Shop) -> None:
    group, lin, _, _ = await chatty(shop)

    talk = (await shop.data(as_member(lin), BOARD, board="talk", scope=group))["leaderboard"]
    spend = (await shop.data(as_member(lin), BOARD, board="spend", scope=group))["leaderboard"]
    across = (await shop.data(as_member(lin), BOARD, board="talk"))["leaderboard"]

    assert (talk["board"], talk["scope"]) == ({"id": "talk", "title": "Messages posted"}, group)
    assert talk["entries"]["nodes"] == [{"rank": 1, "score": "2"}]
    assert spend["entry"] == {"rank": 1, "score": "700"}
    assert across["scope"] is None
    assert [node["score"] for node in across["entries"]["nodes"]] == ["2", "1"]


@pytest.mark.parametrize("principal", [OPERATOR, ANALYST], ids=["operator", "analyst"])
async def test_who_works_for_the_shop_sees_every_groups_boards(shop: Shop, principal: Principal) -> None:
    group, *_ = await chatty(shop)

    board = (await shop.data(principal, BOARD, board="talk", scope=group))["leaderboard"]

    assert [node["score"] for node in board["entries"]["nodes"]] == ["2"]


async def test_a_group_shows_its_board(shop: Shop) -> None:
    group, lin, _, _ = await chatty(shop)

    board = (await shop.data(as_member(lin), OF_GROUP, group=group))["node"]["leaderboard"]

    assert board == {"scope": group, "entries": {"nodes": [{"score": "2"}]}}


async def test_a_stranger_cannot_tell_a_group_from_none(shop: Shop) -> None:
    group, _, gone, stranger = await chatty(shop)
    answers = [
        (await shop.answer(as_member(member), BOARD, {"board": "talk", "scope": scope}))["errors"][0]
        for member in (gone, stranger)
        for scope in (group, encode_id(GROUP, new_id()), "no id at all")
    ]

    assert {(each["message"], each["extensions"]["code"]) for each in answers} == {
        ("there is no such group", "INVALID_ARGUMENT")
    }
    assert await shop.error_codes(OPERATOR, BOARD, board="talk", scope=encode_id(GROUP, new_id())) == [
        "INVALID_ARGUMENT"
    ]


async def test_groups_have_no_boards_of_points(shop: Shop) -> None:
    group, lin, _, _ = await chatty(shop)

    assert await shop.error_codes(as_member(lin), BOARD, board="points", scope=group) == ["INVALID_ARGUMENT"]


async def test_an_answer_about_a_group_watches_that_groups_board_alone(shop: Shop) -> None:
    group, lin, _, _ = await chatty(shop)
    watched: list[Topic] = []
    context = replace(shop.context(as_member(lin)), watch=watched.append)

    await execute(shop.schema, BOARD, {"board": "talk", "scope": group}, None, context)

    [topic] = watched
    assert topic.startswith("board:talk:")
    assert topic != "board:talk"
