"""Every GraphQL document that siyu shows to somebody runs, and the answer shown is the real one."""

import csv
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from api.demo import ORDERS_FILE, WELCOME
from schema import Principal
from schema.ids import CAMPAIGN, GROUP, MEMBER, REVIEW, decode_or_nobody, encode_id
from siyu.boards import fold_everything
from siyu.engine import NewFact
from siyu.ids import new_id
from tests.docs.coupons_shown import hand_out
from tests.docs.pages import PAGES, READMES, TUTORIAL, Block, blocks, name_of
from tests.docs.redeemed import redeem
from tests.docs.referred import refer
from tests.factories import SHANGHAI, add_campaign, add_members, paid, sign
from tests.schema.conftest import ADMIN, ANALYST, CLERK, OPERATOR, SERVICE, Shop, as_member
from tests.siyu.groups.shop import add_group, joined

TOP = 3
RUNS = {
    "proof": "photo_and_place",
    "places": [{"name": "West Lake", "latitude": 30.2468, "longitude": 120.1551, "radius_m": 3000}],
    "review": True,
    "groups": {"goals": [{"group": "runners", "goal": 1}]},
}
ROLE = "role="
CAPITALS = re.compile(r"\b[A-Z_]+_ID\b")
# Those of docs/graphql/ are read with their answers, by a test of their own.
WITH_GRAPHQL = [
    page
    for page in PAGES
    if page != TUTORIAL and page.parent.name != "graphql" and any(block.language == "graphql" for block in blocks(page))
]
WELCOMED = re.findall(r"^(?:query|mutation) \w+ \{\{.*?^\}\}", WELCOME, re.MULTILINE | re.DOTALL)


def documents(page_blocks: list[Block]) -> Iterator[tuple[Block, str]]:
    """The GraphQL blocks of a page, each with the JSON of its variables."""
    for place, block in enumerate(page_blocks):
        if block.language == "graphql":
            follower = page_blocks[place + 1] if place + 1 < len(page_blocks) else None
            yield block, follower.text if follower and follower.words == "variables" else "{}"


def mishaps(answer: object) -> list[object]:
    """Every error in an answer, userErrors and refusals at any depth included."""
    if isinstance(answer, Mapping):
        here = [answer[name] for name in ("errors", "userErrors", "refusal") if answer.get(name)]
        return here + [found for value in answer.values() for found in mishaps(value)]
    if isinstance(answer, list):
        return [found for value in answer for found in mishaps(value)]
    return []


async def ids_of_a_small_shop(shop: Shop) -> tuple[UUID, dict[str, str]]:
    """A member with an order, a refund to come, a missed day, two claims and a team; all types and a draft.

    The member, and the ids and keys that documents name in capitals.
    """
    # One clock for all: else whatever is due by the documents' day is over at once.
    shop.engine.clock = lambda: shop.now
    [member] = await add_members(shop.pool, 1)
    check_in = await add_campaign(shop.pool, "check_in")
    draft = await add_campaign(shop.pool, "check_in", state="draft")
    streaks = await add_campaign(shop.pool, "check_in", {"make_up": {"cost_points": 2}})
    await add_campaign(shop.pool, "purchase")
    await shop.engine.submit(paid(member, "A-1", 12_800, datetime(2026, 10, 5, tzinfo=UTC)))
    await shop.engine.submit(sign(streaks, member, datetime(2026, 11, 19, 4, tzinfo=UTC)))
    runs = await add_campaign(shop.pool, "check_in", RUNS)
    await add_group(shop.pool, "morning")
    group = await add_group(shop.pool, "runners")
    await shop.engine.submit(joined(member, "runners", datetime(2026, 11, 1, tzinfo=UTC)))
    at_the_lake = {"photo": "https://photos.example.com/1.jpg", "latitude": 30.2501, "longitude": 120.1489}
    yesterday = sign(runs, member, datetime(2026, 11, 20, 4, tzinfo=UTC))
    await shop.engine.submit(replace(yesterday, data=at_the_lake))
    review_id = await shop.pool.fetchval("SELECT id FROM review")
    sale = await add_campaign(shop.pool, "flash_sale", {"items": [{"key": "mug", "per_member": 3}]})
    claims = [await claimed(shop, sale, member) for _ in range(2)]
    await ask_refund(shop, member, claims[0])
    teams, group_buy = await teams_to_join(shop, member)
    await fold_everything(shop.pool)
    return member, {
        "MEMBER_ID": encode_id(MEMBER, member),
        "GROUP_ID": encode_id(GROUP, group),
        "CHECK_IN_ID": encode_id(CAMPAIGN, check_in),
        "STREAKS_ID": encode_id(CAMPAIGN, streaks),
        "RUNS_ID": encode_id(CAMPAIGN, runs),
        "RUN_REVIEW_ID": encode_id(REVIEW, review_id),
        "DRAFT_ID": encode_id(CAMPAIGN, draft),
        "FLASH_SALE_ID": encode_id(CAMPAIGN, sale),
        "RESERVATION_ID": claims[0],
        "OTHER_RESERVATION_ID": claims[1],
        "GROUP_BUY_ID": encode_id(CAMPAIGN, group_buy),
        "TEAM_ID": teams[0],
        "OTHER_TEAM_ID": teams[1],
        **await redeem(shop, member),
        **await refer(shop, member),
        **await hand_out(shop, member),
    }


async def ids_of_lines(shop: Shop) -> Mapping[str, str]:
    """Two sales of a mug more, one with a queue, where somebody holds it, and one by lot; and the keys of their lines.

    They are opened when a document is about them: every sale says of the orders of others that they are none of its.
    """
    items = [{"key": "mug", "stock": 1}]
    queue = await add_campaign(shop.pool, "flash_sale", {"items": items, "allocation": "queue"})
    lottery = await add_campaign(shop.pool, "flash_sale", {"items": items, "allocation": "lottery"})
    [other] = await add_members(shop.pool, 1)
    await claimed(shop, queue, other)
    line = f"mug:{shop.now.astimezone(SHANGHAI).date()}"
    return {
        "QUEUE_ID": encode_id(CAMPAIGN, queue),
        "QUEUE_LINE_ID": f"queue:{line}",
        "LOTTERY_ID": encode_id(CAMPAIGN, lottery),
        "DRAW_LINE_ID": f"lottery:{line}",
    }


async def claimed(shop: Shop, sale: UUID, member: UUID) -> str:
    """A claim of a mug: its key."""
    data = {"item": "mug", "quantity": 1}
    fact = NewFact("flash_sale.claim", member, shop.engine.clock(), data, new_id().hex, sale, stamped=True)
    return (await shop.engine.submit(fact)).fact_id.hex


async def ask_refund(shop: Shop, member: UUID, claim: str) -> None:
    """Have a sale ask for an order's money to go back, since another amount was paid than was claimed."""
    data = {"order": "A-1002", "amount_fen": 100, "reservation": claim}
    await shop.engine.submit(NewFact("order.paid", member, shop.engine.clock(), data, "paid/A-1002"))
    await shop.engine.drain()


async def teams_to_join(shop: Shop, member: UUID) -> tuple[list[str], UUID]:
    """The keys of two teams that others have opened, of which the member has joined the second; and their campaign."""
    group_buy = await add_campaign(shop.pool, "group_buy", {"items": [{"key": "mug"}], "seats_per_member": 3})
    mug = {"item": "mug", "quantity": 1}
    teams = [await acted(shop, group_buy, leader, "open", mug) for leader in await add_members(shop.pool, 2)]
    await acted(shop, group_buy, member, "join", {**mug, "team": teams[1]})
    return teams, group_buy


async def acted(shop: Shop, group_buy: UUID, member: UUID, action: str, data: Mapping[str, object]) -> str:
    """Something a member did in a group-buy: the key of what it opened, if anything."""
    fact = NewFact(f"group_buy.{action}", member, shop.engine.clock(), data, new_id().hex, group_buy, stamped=True)
    return (await shop.engine.submit(fact)).fact_id.hex


def principal_of(block: Block, member: UUID, newcomer: UUID) -> Principal:
    """Who runs a block: the role in its first line."""
    members = {"member": as_member(member), "newcomer": as_member(newcomer)}
    return {**members, "operator": OPERATOR, "admin": ADMIN, "service": SERVICE, "clerk": CLERK, "analyst": ANALYST}[
        block.words.removeprefix(ROLE)
    ]


@pytest.mark.parametrize("page", WITH_GRAPHQL, ids=name_of)
async def test_every_document_of_a_page_runs_without_an_error(shop: Shop, page: Path) -> None:
    member, ids = await ids_of_a_small_shop(shop)

    newcomer = decode_or_nobody(MEMBER, ids["NEWCOMER_ID"])
    for block, variables in documents(blocks(page)):
        if not ids.keys() >= set(CAPITALS.findall(variables)):
            ids.update(await ids_of_lines(shop))
        filled_in = CAPITALS.sub(lambda found: ids[found[0]], variables)
        answer = await shop.answer(principal_of(block, member, newcomer), block.text, json.loads(filled_in))
        assert mishaps(answer) == [], f"{name_of(page)}:{block.line}"


async def test_the_documents_that_the_demo_offers_run_for_its_member(shop: Shop) -> None:
    member, ids = await ids_of_a_small_shop(shop)

    assert len(WELCOMED) == 3
    for document in WELCOMED:
        answer = await shop.answer(as_member(member), document.format(campaign=ids["CHECK_IN_ID"], day="2026-11-21"))
        assert mishaps(answer) == []


@pytest.mark.parametrize("readme", READMES, ids=name_of)
async def test_the_answer_in_the_readme_is_that_of_the_orders(shop: Shop, readme: Path) -> None:
    spent_fen: Counter[str] = Counter()
    with ORDERS_FILE.open(newline="") as file:
        for row in csv.DictReader(file):
            spent_fen[row["customer_id"]] += int(row["amount"].replace(".", ""))
    members = await add_members(shop.pool, TOP)
    for member, (customer, amount_fen) in zip(members, spent_fen.most_common(TOP), strict=True):
        await shop.engine.submit(paid(member, customer, amount_fen, datetime(1998, 6, 1, tzinfo=UTC)))
    await fold_everything(shop.pool)

    [document, answer] = [block for block in blocks(readme) if block.language in {"graphql", "json"}]

    assert json.loads(answer.text) == await shop.answer(OPERATOR, document.text)
