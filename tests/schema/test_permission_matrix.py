"""The permission matrix: every guarded field, asked for by every role, by the owner, by a stranger and with API keys.

What is expected is in permission_matrix.txt, a row a field: `yes`; `null`, which is what there is to see of what does
not exist; `forb` for FORBIDDEN; `auth` for UNAUTHENTICATED.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from schema import ANONYMOUS, Principal, Role, build_schema
from schema.ids import (
    ADJUSTMENT,
    CAMPAIGN,
    COUPON,
    COUPON_TEMPLATE,
    DECISION,
    FACT,
    GROUP,
    MEMBER,
    PARTICIPATION,
    PAYOUT,
    REDEMPTION,
    REVIEW,
    REWARD,
    SEGMENT,
    VALUE_HOLD,
    WALLET,
    encode_id,
)
from siyu.access import Scope
from siyu.boards import fold_everything
from siyu.ids import new_id
from tests.factories import add_campaign, add_members, shop_registry, sign
from tests.schema.conftest import NOON, Shop, as_member
from tests.schema.permission_asks import ASKS, BY_ID, CHANGED, MEMBER_FIELDS
from tests.schema.permission_rows import ROLES, ROOTS, fields_of, permission_rows
from tests.siyu.coupons.shop import add_template, coupon_in, issued
from tests.siyu.groups.shop import add_group, joined
from tests.siyu.rewards.catalogue import add_reward

MATRIX = Path(__file__).with_name("permission_matrix.txt")
COLUMNS = ("anonymous", "owner", "stranger", "clerk", "analyst", "operator", "admin", "service", "wrong-key")
CODES = {"FORBIDDEN": "forb", "UNAUTHENTICATED": "auth"}
TRACES = """
SELECT participation.id AS participation, decision.id AS decision, decision.fact_id AS fact
FROM participation JOIN decision USING (campaign_id)
"""
A_REVIEW = """
INSERT INTO review (id, campaign_id, member_id, key, reason, evidence, state, asked_fact_id, asked_at)
VALUES ($1, $2, $3, 'k', 'photo', '{}', 'open', gen_random_uuid(), now())
"""
REDEEM = """
mutation ($reward: ID!) {
  rewardRedeem(input: { reward: $reward, idempotencyKey: "of the fixture" }) { redemption { id } }
}
"""
# More than an operator may give alone; and what the member then asks to have paid out.
BEYOND = 'unit: POINTS, amount: "100000", reason: "x"'
PAID_IN = 'unit: COMMISSION, amount: "10000", reason: "x"'
TABLES = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' ORDER BY table_name"


def expected() -> dict[str, dict[str, str]]:
    """The rows of the file."""
    head, *lines = MATRIX.read_text(encoding="utf-8").splitlines()
    assert tuple(head.split()[1:]) == COLUMNS
    rows = [line.split() for line in lines]
    assert len({row[0] for row in rows}) == len(rows)
    return {name: dict(zip(COLUMNS, cells, strict=True)) for name, *cells in rows}


def written(rows: Mapping[str, Mapping[str, str]]) -> str:
    """Rows as the file has them."""
    width = max(map(len, rows))
    lines = [("field", COLUMNS), *((name, tuple(cells.values())) for name, cells in rows.items())]
    text = ""
    for name, cells in lines:
        padded = " ".join(f"{cell:<{len(column)}}" for cell, column in zip(cells, COLUMNS, strict=True))
        text += f"{name:<{width}} {padded.rstrip()}\n"
    return text


class Asked:
    """The shop, those who ask, and the ids that they ask with."""

    def __init__(self, shop: Shop, callers: Mapping[str, Principal], ids: Mapping[str, str]) -> None:
        self.shop, self.callers, self.ids = shop, callers, ids
        self.scopes = {row.name: row.scope for row in permission_rows(shop.schema)}

    async def answer(self, row: str, column: str, ids: Mapping[str, str] | None = None) -> dict[str, Any]:
        """What the caller of a column is answered to a row's document."""
        document, caller = ASKS[row], self.callers[column]
        if caller.role is Role.SERVICE:
            type_name, _, field = row.partition("#")[0].partition(".")
            needed = self.scopes.get(f"{type_name}.{field}") or (None if type_name in ROOTS else Scope.MEMBERS_READ)
            granted = {needed} - {None} if column == "service" else set(Scope) - {needed}
            caller = Principal(Role.SERVICE, subject="till", scopes=frozenset(granted))
            if type_name == "Member":
                document = (BY_ID if column == "service" else CHANGED) % MEMBER_FIELDS[field]
        return await self.shop.answer(caller, filled(document, ids or self.ids))

    async def cell(self, row: str, column: str) -> str:
        """What the matrix calls that."""
        return outcome(await self.answer(row, column))

    async def traces(self) -> dict[str, str]:
        """A hash of the rows of every table."""
        names = [name for (name,) in await self.shop.pool.fetch(TABLES)]
        hashed = "SELECT md5(string_agg(t::text, '' ORDER BY t::text)) FROM {} AS t"
        return {name: await self.shop.pool.fetchval(hashed.format(name)) for name in names}


def filled(document: str, ids: Mapping[str, str]) -> str:
    """The document with ids in place of the words for them."""
    return re.sub(r"\b[A-Z]+_ID\b", lambda word: f'"{ids[word[0]]}"', document)


def outcome(answer: Mapping[str, Any]) -> str:
    """The cell for an answer."""
    if "errors" in answer:
        code = answer["errors"][0]["extensions"]["code"]
        return CODES.get(code, code)
    [value] = answer["data"].values()
    if value is None or (isinstance(value, dict) and value.get("nodes") == []):
        return "null"
    refusals = value.get("userErrors", ()) if isinstance(value, dict) else ()
    return "null" if any(refusal["code"] == "NOT_FOUND" for refusal in refusals) else "yes"


async def what_staff_made(shop: Shop, owner: UUID) -> dict[str, str]:
    """A segment, and of the owner a hold, an adjustment that waits for a second operator, and a payout."""
    operator, member = Principal(Role.OPERATOR, subject="lin"), encode_id(MEMBER, owner)
    ids: dict[str, str] = {}
    for word, caller, name, thing, given in (
        ("SEGMENT_ID", operator, "segmentCreate", "segment", 'name: "all", rule: "true"'),
        ("HOLD_ID", operator, "walletHold", "hold", f'member: "{member}", unit: POINTS, amount: "1", reference: "H"'),
        ("ADJUSTMENT_ID", operator, "walletAdjust", "adjustment", f'member: "{member}", {BEYOND}'),
        ("PAID_IN", operator, "walletAdjust", "adjustment", f'member: "{member}", {PAID_IN}'),
        ("PAYOUT_ID", as_member(owner), "payoutRequest", "payout", 'amountFen: "10000"'),
    ):
        key = "" if name == "segmentCreate" else f', idempotencyKey: "of the fixture {word}"'
        answer = await shop.data(caller, f"mutation {{ {name}(input: {{{given}{key}}}) {{ {thing} {{ id }} }} }}")
        ids[word] = answer[name][thing]["id"]
    return ids


@pytest.fixture
async def asked(shop: Shop) -> Asked:
    """A shop in which the owner has signed in, with one campaign that runs, one draft and one to be used up."""
    owner, stranger = await add_members(shop.pool, 2)
    await shop.pool.execute("INSERT INTO identity VALUES ($1, 'shop', '17', $2)", new_id(), owner)
    campaign = await add_campaign(shop.pool, "check_in")
    draft, throwaway = [await add_campaign(shop.pool, "check_in", state="draft") for _ in range(2)]
    await shop.engine.submit(sign(campaign, owner, NOON))
    template = await add_template(shop.pool)
    coupon = coupon_in(await shop.engine.submit(issued(owner)))
    reward = await add_reward(shop.pool)
    redeemed = await shop.data(as_member(owner), REDEEM, reward=encode_id(REWARD, reward.id))
    await fold_everything(shop.pool)
    made = await what_staff_made(shop, owner)
    group = await add_group(shop.pool, "tea")
    await shop.engine.submit(joined(owner, "tea"))
    traces, review = await shop.pool.fetchrow(TRACES), new_id()
    assert traces is not None
    await shop.pool.execute(A_REVIEW, review, campaign, owner)
    ids = {
        "MEMBER_ID": encode_id(MEMBER, owner),
        "WALLET_ID": encode_id(WALLET, f"{owner}/points"),
        "CAMPAIGN_ID": encode_id(CAMPAIGN, campaign),
        "DRAFT_ID": encode_id(CAMPAIGN, draft),
        "THROWAWAY_ID": encode_id(CAMPAIGN, throwaway),
        "PARTICIPATION_ID": encode_id(PARTICIPATION, traces["participation"]),
        "DECISION_ID": encode_id(DECISION, traces["decision"]),
        "FACT_ID": encode_id(FACT, traces["fact"]),
        "REVIEW_ID": encode_id(REVIEW, review),
        "COUPON_ID": encode_id(COUPON, coupon),
        "TEMPLATE_ID": encode_id(COUPON_TEMPLATE, template.id),
        "GROUP_ID": encode_id(GROUP, group),
        "REWARD_ID": encode_id(REWARD, reward.id),
        "REDEMPTION_ID": redeemed["rewardRedeem"]["redemption"]["id"],
        **made,
    }
    staff = {name: Principal(Role(name), subject=name) for name in ("clerk", "analyst", "operator", "admin", "service")}
    members = {"owner": as_member(owner), "stranger": as_member(stranger)}
    return Asked(shop, {"anonymous": ANONYMOUS, **members, **staff, "wrong-key": staff["service"]}, ids)


def test_every_field_has_a_row_and_every_row_a_field() -> None:
    schema = build_schema(shop_registry())
    guarded = {row.name for row in permission_rows(schema)} | {f"Member.{name}" for name in fields_of(schema, "Member")}

    assert {row.partition("#")[0] for row in ASKS} == guarded
    assert list(expected()) == list(ASKS)


def test_the_matrix_says_what_the_permissions_say() -> None:
    """Of the roots, where nothing stands before the permission; docs/security.md is written from it."""
    rows = expected()
    columns = {role: "owner" if role is Role.MEMBER else role.value for role in ROLES}

    for row in permission_rows(build_schema(shop_registry())):
        first = next(name for name in rows if name.partition("#")[0] == row.name)
        if row.type_name in ROOTS:
            let_in = {role for role, column in columns.items() if rows[first][column] != "forb"}
            assert let_in == row.roles - {Role.ANONYMOUS}, row.name


async def test_the_matrix_holds(asked: Asked) -> None:
    """Those who are refused ask first: they must leave no trace."""
    wanted = expected()
    refused = [(row, column) for row in wanted for column in COLUMNS if wanted[row][column] in {"auth", "forb"}]
    before = await asked.traces()
    found: dict[str, dict[str, str]] = {row: dict.fromkeys(COLUMNS, "") for row in wanted}
    for row, column in refused:
        found[row][column] = await asked.cell(row, column)
    untouched = await asked.traces()
    for row in wanted:
        for column in COLUMNS:
            found[row][column] = found[row][column] or await asked.cell(row, column)

    assert written(found) == MATRIX.read_text(encoding="utf-8")
    assert untouched == before


async def test_what_is_anothers_looks_as_though_it_were_not_there(asked: Asked) -> None:
    """To the byte, for all who are answered null."""
    missing = {
        "MEMBER_ID": encode_id(MEMBER, new_id()),
        "WALLET_ID": encode_id(WALLET, f"{new_id()}/points"),
        "CAMPAIGN_ID": asked.ids["CAMPAIGN_ID"],
        **{f"{name}_ID": encode_id(CAMPAIGN, new_id()) for name in ("DRAFT", "THROWAWAY")},
        "PARTICIPATION_ID": encode_id(PARTICIPATION, new_id()),
        "DECISION_ID": encode_id(DECISION, new_id()),
        "FACT_ID": encode_id(FACT, new_id()),
        "REVIEW_ID": encode_id(REVIEW, new_id()),
        "COUPON_ID": encode_id(COUPON, new_id()),
        "TEMPLATE_ID": encode_id(COUPON_TEMPLATE, new_id()),
        "REWARD_ID": encode_id(REWARD, new_id()),
        "REDEMPTION_ID": encode_id(REDEMPTION, new_id()),
        "SEGMENT_ID": encode_id(SEGMENT, new_id()),
        "GROUP_ID": encode_id(GROUP, new_id()),
        "HOLD_ID": encode_id(VALUE_HOLD, new_id()),
        "ADJUSTMENT_ID": encode_id(ADJUSTMENT, new_id()),
        "PAYOUT_ID": encode_id(PAYOUT, new_id()),
    }
    hidden = [(row, column) for row, cells in expected().items() for column in COLUMNS if cells[column] == "null"]

    assert hidden
    for row, column in hidden:
        assert await asked.answer(row, column) == await asked.answer(row, column, missing), (row, column)


@pytest.mark.parametrize("ids", ["", "x", "=" * 300], ids=["empty", "no id", "long"])
async def test_what_is_no_id_is_answered_as_what_is_not_there(asked: Asked, ids: str) -> None:
    nonsense = dict.fromkeys(asked.ids, ids)

    for row, column in [(row, column) for row in ASKS for column in ("stranger", "operator") if "Query." in row]:
        assert outcome(await asked.answer(row, column, nonsense)) in {"yes", "null", "forb", "INVALID_ARGUMENT"}, row
