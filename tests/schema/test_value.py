"""Wallets, rewards and messages of a campaign type that spends, holds, issues and notifies."""

from collections.abc import AsyncIterator
from dataclasses import replace
from uuid import UUID

import pytest

from schema.ids import CAMPAIGN, DECISION, MEMBER, encode_id
from siyu.boards import fold_everything
from siyu.engine import running
from tests.factories import add_campaign, add_members
from tests.schema.conftest import NOON, OPERATOR, Shop, as_member, schema_of
from tests.siyu.engine.till import (
    Told,
    grant,
    hold,
    issue,
    notify,
    play,
    reverse,
    revoke,
    settle,
    spend,
    till_engine,
)

WALLET = "query ($id: ID!) { member(id: $id) { wallet(unit: POINTS) { balance held available %s } } }"
ENTRIES = "entries { nodes { amount balance kind reference } }"
REWARDS = """
query ($id: ID!, $first: Int, $after: String) {
  member(id: $id) { rewards(first: $first, after: $after) {
    nodes { reward key state issuedAt revokedAt campaign { id } } pageInfo { hasNextPage endCursor }
  } }
}
"""
MESSAGES = """
query ($id: ID!, $first: Int, $after: String) {
  member(id: $id) { messages(first: $first, after: $after) {
    nodes { message text at campaign { id } } pageInfo { hasNextPage endCursor }
  } }
}
"""
EFFECTS = """
query ($id: ID!) { node(id: $id) { ... on Decision { refusal { code message missing } effects {
  kind
  ... on SpendEffect { unit amount spentFor: reference }
  ... on ReverseEffect { unit amount asked of takenFrom: reference }
  ... on HoldEffect { key unit amount promisedFor: reference }
  ... on SettleEffect { key granted: unit amount wanted: asked }
  ... on IssueEffect { reward key }
  ... on RevokeEffect { key }
  ... on NotifyEffect { message params }
} } } }
"""


@pytest.fixture
async def shop(shop: Shop) -> AsyncIterator[Shop]:
    """The shop with the till alone."""
    async with running(till_engine(shop.pool)) as engine:
        yield replace(shop, engine=engine, schema=schema_of(engine.registry))


async def at_a_till(shop: Shop) -> tuple[UUID, UUID]:
    """A campaign and a member."""
    [member] = await add_members(shop.pool, 1)
    return await add_campaign(shop.pool, "till"), member


async def told(shop: Shop, campaign: UUID, member: UUID, *effects: Told) -> UUID:
    """What the member's fact did: the decision's id."""
    outcome = await shop.engine.submit(play(campaign, member, NOON, *effects))
    return outcome.decisions[0].id


async def test_what_is_held_is_not_in_the_balance(shop: Shop) -> None:
    campaign, member = await at_a_till(shop)
    await told(shop, campaign, member, grant(20, "x"), hold(8, "a"), hold(5, "b"))
    await told(shop, campaign, member, spend(6, "x"), settle("a", 3))
    await told(shop, campaign, member, reverse(2, "x", "spend"), reverse(1, "x"))

    data = await shop.data(as_member(member), WALLET % ENTRIES, id=encode_id(MEMBER, member))

    wallet = data["member"]["wallet"]
    assert (wallet["balance"], wallet["held"], wallet["available"]) == ("18", "5", "18")
    assert [(entry["kind"], entry["amount"], entry["balance"]) for entry in wallet["entries"]["nodes"]] == [
        ("reverse", "-1", "18"),
        ("unspend", "2", "19"),
        ("grant", "3", "17"),
        ("spend", "-6", "14"),
        ("grant", "20", "20"),
    ]


async def test_rewards_are_listed_newest_first(shop: Shop) -> None:
    campaign, member = await at_a_till(shop)
    await told(shop, campaign, member, issue("mug", "a"), issue("cap", "b"))
    await told(shop, campaign, member, revoke("a"))
    owner = encode_id(MEMBER, member)

    first = (await shop.data(as_member(member), REWARDS, id=owner, first=1))["member"]["rewards"]
    rest = (await shop.data(OPERATOR, REWARDS, id=owner, after=first["pageInfo"]["endCursor"]))["member"]["rewards"]

    of = {"id": encode_id(CAMPAIGN, campaign)}
    noon = "2026-11-21T04:00:00Z"
    assert first["nodes"] == [
        {"reward": "cap", "key": "b", "state": "issued", "issuedAt": noon, "revokedAt": None, "campaign": of}
    ]
    assert rest["nodes"] == [
        {"reward": "mug", "key": "a", "state": "revoked", "issuedAt": noon, "revokedAt": noon, "campaign": of}
    ]
    assert (first["pageInfo"]["hasNextPage"], rest["pageInfo"]["hasNextPage"]) == (True, False)


async def test_messages_are_told_in_the_readers_language(shop: Shop) -> None:
    campaign, member = await at_a_till(shop)
    for number in (1, 2):
        await told(shop, campaign, member, notify(number))
    owner = encode_id(MEMBER, member)

    chinese = await shop.data(as_member(member), MESSAGES, language="zh", id=owner)
    first = (await shop.data(as_member(member), MESSAGES, id=owner, first=1))["member"]["messages"]
    rest = await shop.data(as_member(member), MESSAGES, id=owner, after=first["pageInfo"]["endCursor"])

    assert [node["text"] for node in chinese["member"]["messages"]["nodes"]] == ["2份已备好", "1份已备好"]
    assert [node["text"] for node in first["nodes"]] == ["2 ready"]
    assert [node["text"] for node in rest["member"]["messages"]["nodes"]] == ["1 ready"]


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        ("UPDATE message SET params = '{}'", "{count} ready"),
        ("UPDATE message SET message = 'gone'", "gone"),
        ("UPDATE campaign SET type_key = 'unloaded'", "ready"),
    ],
)
async def test_a_message_whose_template_changed_is_still_read(shop: Shop, damage: str, words: str) -> None:
    campaign, member = await at_a_till(shop)
    await told(shop, campaign, member, notify(1))
    await shop.pool.execute(damage)

    data = await shop.data(as_member(member), MESSAGES, id=encode_id(MEMBER, member))

    assert [node["text"] for node in data["member"]["messages"]["nodes"]] == [words]


@pytest.mark.parametrize("field", ["rewards { nodes { id } }", "messages { nodes { id } }", "wallets { held }"])
async def test_another_member_sees_none_of_it(shop: Shop, field: str) -> None:
    campaign, member = await at_a_till(shop)
    [stranger] = await add_members(shop.pool, 1)
    await told(shop, campaign, member, grant(5))
    await fold_everything(shop.pool)
    on_a_board = f"entries(first: 1) {{ nodes {{ member {{ id {field} }} }} }}"
    document = f'{{ leaderboard(board: "points", window: ALL) {{ {on_a_board} }} }}'

    assert await shop.error_codes(as_member(member), document) == []
    assert await shop.error_codes(as_member(stranger), document) == ["FORBIDDEN"]


async def test_effects_are_read_from_the_log(shop: Shop) -> None:
    campaign, member = await at_a_till(shop)
    await told(shop, campaign, member, grant(20, "x"))
    effects = (
        spend(5, "x"),
        reverse(2, "x", "spend"),
        reverse(30, "x"),
        hold(4, "k"),
        settle("k"),
        settle("k"),
        issue("mug", "k"),
        revoke("k"),
        notify(3),
    )
    decision = await told(shop, campaign, member, *effects)

    node = (await shop.data(OPERATOR, EFFECTS, id=encode_id(DECISION, decision)))["node"]

    assert node["refusal"] is None
    assert node["effects"] == [
        {"kind": "spend", "unit": "points", "amount": "5", "spentFor": "x"},
        {"kind": "reverse", "unit": "points", "amount": "2", "asked": "2", "of": "spend", "takenFrom": "x"},
        {"kind": "reverse", "unit": "points", "amount": "17", "asked": "30", "of": "grant", "takenFrom": "x"},
        {"kind": "hold", "key": "k", "unit": "points", "amount": "4", "promisedFor": None},
        {"kind": "settle", "key": "k", "granted": "points", "amount": "4", "wanted": None},
        {"kind": "settle", "key": "k", "granted": None, "amount": "0", "wanted": None},
        {"kind": "issue", "reward": "mug", "key": "k"},
        {"kind": "revoke", "key": "k"},
        {"kind": "notify", "message": "ready", "params": {"count": 3}},
    ]


async def test_a_spend_that_is_refused_says_what_is_missing(shop: Shop) -> None:
    campaign, member = await at_a_till(shop)
    decision = await told(shop, campaign, member, spend(7))

    node = (await shop.data(OPERATOR, EFFECTS, id=encode_id(DECISION, decision)))["node"]

    assert node["refusal"] == {
        "code": "POOR",
        "message": "7 points are missing",
        "missing": {"unit": "points", "balance": 0, "missing": 7},
    }
