"""Wallets over GraphQL: the till, holds, adjustments, payouts, freezes and units, by those who may."""

from typing import Any
from uuid import UUID

from schema import Principal, Role
from schema.ids import MEMBER, VALUE_HOLD, encode_id
from siyu.ids import new_id
from tests.factories import add_members
from tests.schema.conftest import ADMIN, CLERK, OPERATOR, SERVICE, Shop, as_member

SECOND = Principal(Role.OPERATOR, subject="wang")
KEY = "12345678"
ERRORS = "userErrors { field code message }"
WALLET = "wallet { balance reserved held available owed }"
MINE = "{ viewer { ... on MemberViewer { member { %s } } } }"


def mutation(name: str, shown: str) -> str:
    """A document of one mutation."""
    return f"mutation ($input: {name[0].upper()}{name[1:]}Input!) {{ {name}(input: $input) {{ {shown} {ERRORS} }} }}"


ADJUST = mutation("walletAdjust", f"adjustment {{ id state }} {WALLET}")
DECIDE = mutation("walletAdjustDecide", f"adjustment {{ state decidedBy note }} {WALLET}")
SPEND = mutation("walletSpend", f"decision {{ effects {{ kind }} refusal {{ missing }} }} {WALLET}")
RETURN = mutation("walletReturn", WALLET)
HOLD = mutation("walletHold", f"hold {{ id state amount reference unit }} {WALLET}")
POST = mutation("walletHoldPost", f"hold {{ state posted }} {WALLET}")
VOID = mutation("walletHoldVoid", f"hold {{ state }} {WALLET}")
REQUEST = mutation("payoutRequest", "payout { id state }")
FREEZE = mutation("memberFreeze", "member { walletsFrozen walletFreeze { reason frozenBy } }")
CREATE = mutation("unitCreate", "unit { unit title }")
RULE = mutation("unitUpdate", "unit { shortfall adjustLimit }")


async def run(shop: Shop, who: Principal, document: str, given: dict[str, Any]) -> dict[str, Any]:
    """What a mutation answers."""
    [payload] = (await shop.data(who, document, input=given)).values()
    assert isinstance(payload, dict)
    return payload


async def member_with(shop: Shop, unit: str, amount: int) -> tuple[UUID, str]:
    """A member to whom an operator gave something, and their global id."""
    [member_id] = await add_members(shop.pool, 1)
    member = encode_id(MEMBER, member_id)
    given = {"member": member, "unit": unit, "amount": str(amount), "reason": "welcome", "idempotencyKey": new_id().hex}
    assert (await run(shop, OPERATOR, ADJUST, given))["adjustment"]["state"] == "DONE"
    return member_id, member


def codes(payload: dict[str, Any]) -> list[str]:
    """The codes of its errors."""
    return [error["code"] for error in payload["userErrors"]]


async def test_the_till_spends_and_returns_once_for_a_key(shop: Shop) -> None:
    _, member = await member_with(shop, "POINTS", 100)
    given = {"member": member, "unit": "POINTS", "amount": "30", "reference": "R-1", "idempotencyKey": KEY}

    spent = [await run(shop, CLERK, SPEND, given) for _ in range(2)]
    other = await run(shop, CLERK, SPEND, given | {"amount": "31"})
    returned = await run(shop, SERVICE, RETURN, given | {"amount": "20"})

    assert spent[0] == spent[1]
    assert spent[0]["wallet"] == {"balance": "70", "reserved": "0", "held": "0", "available": "70", "owed": "0"}
    assert (spent[0]["decision"]["effects"], codes(spent[0])) == ([{"kind": "spend"}], [])
    assert codes(other) == ["IDEMPOTENCY_CONFLICT"]
    assert returned["wallet"]["balance"] == "90"


async def test_what_cannot_be_spent_is_told_with_what_is_missing(shop: Shop) -> None:
    _, member = await member_with(shop, "POINTS", 100)
    given = {"member": member, "unit": "POINTS", "amount": "130", "reference": "R-1", "idempotencyKey": KEY}

    poor = await run(shop, CLERK, SPEND, given)
    nobody = await run(shop, CLERK, SPEND, given | {"member": encode_id(MEMBER, new_id())})
    nothing = await run(shop, CLERK, SPEND, given | {"amount": "0", "reference": ""})
    unknown = await run(shop, CLERK, SPEND, given | {"unit": "GOLD", "idempotencyKey": "another-key"})

    assert poor["userErrors"] == [{"field": None, "code": "NOT_ENOUGH", "message": "The balance is 30 short"}]
    assert poor["decision"]["refusal"]["missing"] == {"unit": "points", "balance": 100, "missing": 30}
    assert codes(nobody) == ["NOT_FOUND"]
    assert [error["field"] for error in nothing["userErrors"]] == [["input", "amount"], ["input", "reference"]]
    assert codes(unknown) == ["UNIT_NOT_FOUND"]


async def test_a_hold_is_posted_in_part(shop: Shop) -> None:
    member_id, member = await member_with(shop, "POINTS", 100)
    given = {"member": member, "unit": "POINTS", "amount": "70", "reference": "R-1", "idempotencyKey": KEY}

    held = await run(shop, SERVICE, HOLD, given | {"lastsS": 60})
    hold = held["hold"].pop("id")
    posted = await run(shop, SERVICE, POST, {"hold": hold, "amount": "40", "idempotencyKey": KEY + "p"})
    voided = await run(shop, SERVICE, VOID, {"hold": hold, "idempotencyKey": KEY + "v"})
    missing = await run(shop, SERVICE, VOID, {"hold": encode_id(VALUE_HOLD, new_id()), "idempotencyKey": KEY})
    mine = await shop.data(as_member(member_id), MINE % "valueHolds { nodes { state posted reference } }")

    assert held["hold"] == {"state": "OPEN", "amount": "70", "reference": "R-1", "unit": "POINTS"}
    assert held["wallet"] == {"balance": "30", "reserved": "70", "held": "0", "available": "30", "owed": "0"}
    assert (posted["hold"], posted["wallet"]["balance"]) == ({"state": "POSTED", "posted": "40"}, "60")
    assert posted["wallet"]["reserved"] == "0"
    assert [codes(voided), codes(missing)] == [["HOLD_ENDED"], ["NOT_FOUND"]]
    assert mine["viewer"]["member"]["valueHolds"]["nodes"] == [{"state": "POSTED", "posted": "40", "reference": "R-1"}]


async def test_a_great_adjustment_needs_two_operators(shop: Shop) -> None:
    _, member = await member_with(shop, "POINTS", 100)
    given = {"member": member, "unit": "POINTS", "amount": "5000", "reason": "sorry", "idempotencyKey": KEY}
    listed = "{ adjustments { nodes { id amount member { id } } } }"

    asked = await run(shop, OPERATOR, ADJUST, given)
    waiting = await shop.data(SECOND, listed)
    said = {"adjustment": asked["adjustment"]["id"], "approved": True, "note": "yes", "idempotencyKey": KEY + "d"}
    own, others = await run(shop, OPERATOR, DECIDE, said), await run(shop, SECOND, DECIDE, said)

    assert (asked["adjustment"]["state"], asked["wallet"]["balance"]) == ("OPEN", "100")
    assert waiting["adjustments"]["nodes"] == [{"id": said["adjustment"], "amount": "5000", "member": {"id": member}}]
    assert codes(own) == ["OWN_ADJUSTMENT"]
    assert others["adjustment"] == {"state": "APPROVED", "decidedBy": "wang", "note": "yes"}
    assert others["wallet"]["balance"] == "5100"
    assert (await shop.data(SECOND, listed))["adjustments"]["nodes"] == []


async def test_a_payout_goes_through_operators(shop: Shop) -> None:
    member_id, _ = await member_with(shop, "COMMISSION", 900)

    async def step(who: Principal, name: str, payout: str, **said: str) -> dict[str, Any]:
        document = mutation(name, "payout { state reference note approvedBy endedBy }")
        return await run(shop, who, document, {"payout": payout, "idempotencyKey": KEY + name, **said})

    asked = [
        await run(shop, as_member(member_id), REQUEST, {"amountFen": "300", "idempotencyKey": f"{KEY}{number}"})
        for number in range(3)
    ]
    first, second, third = (payload["payout"]["id"] for payload in asked)
    await step(OPERATOR, "payoutApprove", first)
    paid = await step(SECOND, "payoutMarkPaid", first, reference="T-1")
    rejected = await step(OPERATOR, "payoutReject", second, note="who are you")
    waiting = await shop.data(OPERATOR, "{ payouts { nodes { id amountFen } } }")

    done = {"state": "PAID", "reference": "T-1", "note": None, "approvedBy": "lin", "endedBy": "wang"}
    assert paid["payout"] == done
    assert (rejected["payout"]["state"], rejected["payout"]["note"]) == ("REJECTED", "who are you")
    assert waiting["payouts"]["nodes"] == [{"id": third, "amountFen": "300"}]
    hidden = await shop.error_codes(as_member(member_id), MINE % "payouts { nodes { approvedBy } }")
    assert set(hidden) == {"FORBIDDEN"}


async def test_operators_freeze_and_only_the_shop_is_told_why(shop: Shop) -> None:
    member_id, member = await member_with(shop, "POINTS", 100)

    frozen = await run(shop, OPERATOR, FREEZE, {"member": member, "reason": "under review", "idempotencyKey": KEY})

    why = {"reason": "under review", "frozenBy": "lin"}
    assert frozen["member"] == {"walletsFrozen": True, "walletFreeze": why}
    mine = await shop.data(as_member(member_id), MINE % "walletsFrozen")
    assert mine["viewer"]["member"] == {"walletsFrozen": True}
    assert await shop.error_codes(as_member(member_id), MINE % "walletFreeze { reason }") == ["FORBIDDEN"]


async def test_a_shop_adds_a_unit_and_rules_over_it(shop: Shop) -> None:
    titles = {"titleZh": "宝石", "titleEn": "Gems"}

    made = [await run(shop, ADMIN, CREATE, {"key": "GEMS", **titles}) for _ in range(2)]
    taken = await run(shop, ADMIN, CREATE, {"key": "POINTS", **titles})
    ruled = await run(shop, ADMIN, RULE, {"unit": "GEMS", "shortfall": "DEBT", "adjustLimit": "5"})
    member_id, member = await member_with(shop, "GEMS", 5)
    wallet = await shop.data(OPERATOR, f'{{ member(id: "{member}") {{ wallet(unit: GEMS) {{ unit balance }} }} }}')

    assert made[0] == made[1] == {"unit": {"unit": "GEMS", "title": "Gems"}, "userErrors": []}
    assert codes(taken) == ["INVALID_INPUT"]
    assert ruled["unit"] == {"shortfall": "DEBT", "adjustLimit": "5"}
    assert wallet["member"]["wallet"] == {"unit": "GEMS", "balance": "5"}
    assert await shop.error_codes(as_member(member_id), MINE % "wallet(unit: GOLD) { balance }") == ["INVALID_ARGUMENT"]
