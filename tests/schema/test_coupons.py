"""Coupons in GraphQL, from an operator's form to the counter in a store."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from schema import Principal, Role
from schema.ids import COUPON, MEMBER, encode_id
from siyu.coupons.code_batches import add_generic_code
from siyu.engine import running
from tests.clock import NOON, TestClock
from tests.factories import add_members, shop_engine
from tests.schema.conftest import OPERATOR, SERVICE, Shop, as_member, schema_of
from tests.schema.test_members import counting
from tests.siyu.coupons.offers import amount
from tests.siyu.coupons.shop import add_template, coupon_in, issued

WANG = Principal(Role.CLERK, subject="wang")
ZHAO = Principal(Role.CLERK, subject="zhao")
COUPON_FIELDS = """
id code qrText state issuedAt validFrom expiresAt orderNumber discountFen lockExpiresAt usedAt returnedAt revokedAt
store clerk verifiedAt
"""
PAYLOAD = f"""
{{ coupon {{ {COUPON_FIELDS} }} coupons {{ id }}
   decision {{ effects {{ kind ... on CouponEffect {{ change coupon order discountFen store }} }}
               refusal {{ code missing messageZh }} }}
   userErrors {{ field code message }} }}
"""
OF_MEMBER = f"""
query ($id: ID!, $state: [CouponState!], $first: Int, $after: String) {{
  member(id: $id) {{ coupons(state: $state, first: $first, after: $after) {{
    nodes {{ {COUPON_FIELDS} template {{ key title kind terms memberLimit }} }} pageInfo {{ hasNextPage endCursor }}
  }} }}
}}
"""
TEMPLATE = "{ template { id key title state memberLimit totalLimit issued kind } userErrors { field code message } }"
QUOTE = """
query ($input: CouponQuoteInput!) { couponQuote(input: $input) {
  listedFen discountFen payableFen isExact
  coupons { coupon { id } applies aloneFen chosen reason { code message } }
  best { coupon { id } discountFen linesFen }
  userErrors { field code }
} }
"""


@pytest.fixture
async def shop(shop: Shop, clock: TestClock) -> AsyncIterator[Shop]:
    """The shop, whose engine's clock stands at noon too."""
    async with running(shop_engine(shop.pool, clock=clock)) as engine:
        yield replace(shop, engine=engine, schema=schema_of(engine.registry))


async def run(
    shop: Shop, principal: Principal, name: str, once: str | None = "12345678", **given: Any
) -> dict[str, Any]:
    """The payload of a mutation, under an idempotency key where it takes one."""
    kinds = {"couponUnlock": "CouponOrder", "couponUse": "CouponOrder", "couponReturn": "CouponOrder"}
    kinds |= {"couponVerifyUndo": "CouponVerify"}
    kinds |= {"couponTemplatePublish": "CouponTemplate", "couponTemplateWithdraw": "CouponTemplate"}
    kind = kinds.get(name, name[0].upper() + name[1:]) + "Input"
    wanted = TEMPLATE if "Template" in name else PAYLOAD
    document = f"mutation ($input: {kind}!) {{ {name}(input: $input) {wanted} }}"
    told = given if once is None else {**given, "idempotencyKey": once}
    payload: dict[str, Any] = (await shop.data(principal, document, input=told))[name]
    return payload


async def held(shop: Shop, template: str = "tea") -> tuple[UUID, str]:
    """A member with a coupon, and its id."""
    [member] = await add_members(shop.pool, 1)
    outcome = await shop.engine.submit(issued(member, template=template))
    return member, encode_id(COUPON, coupon_in(outcome))


def codes(payload: dict[str, Any]) -> list[str]:
    """The codes of its userErrors."""
    return [error["code"] for error in payload["userErrors"]]


async def test_an_operator_makes_a_kind_of_coupon_and_gives_one_to_a_member(shop: Shop) -> None:
    [member] = await add_members(shop.pool, 1)
    given = {
        "key": "tea",
        "titleZh": "茶券",
        "titleEn": "Tea",
        "memberLimit": 1,
        "totalLimit": "100",
        "terms": {
            "benefit": {"kind": "full_reduction", "steps": [{"from_fen": 30_000, "amount_fen": 5_000}]},
            "validity": {"kind": "from_receipt", "days": 7},
            "scope": {"categories": ["tea"], "except_products": ["gift-card"]},
        },
    }

    made = await run(shop, OPERATOR, "couponTemplateCreate", None, **given)
    again = await run(shop, OPERATOR, "couponTemplateCreate", None, **given)
    other = await run(shop, OPERATOR, "couponTemplateCreate", None, **(given | {"titleEn": "Another"}))

    template = made["template"]
    assert (template["title"], template["state"], template["kind"], template["totalLimit"]) == (
        "Tea",
        "DRAFT",
        "FULL_REDUCTION",
        "100",
    )
    assert again == made
    assert codes(other) == ["KEY_TAKEN"]
    to_member = {"member": encode_id(MEMBER, member), "template": "tea"}
    assert codes(await run(shop, OPERATOR, "couponIssue", "too-early", **to_member)) == [
        "COUPON_TEMPLATE_NOT_PUBLISHED"
    ]
    await run(shop, OPERATOR, "couponTemplatePublish", None, template=template["id"])
    first = await run(shop, OPERATOR, "couponIssue", **to_member)
    assert (codes(first), first["coupon"]["state"]) == ([], "ISSUED")
    assert await run(shop, OPERATOR, "couponIssue", **to_member) == first
    second = await run(shop, OPERATOR, "couponIssue", "another-key", **to_member)
    assert second["decision"]["refusal"]["messageZh"] == "每人限领 1 张"
    changed = await run(
        shop, OPERATOR, "couponTemplateUpdate", None, template=template["id"], memberLimit=None, titleEn="Good tea"
    )
    assert (changed["template"]["title"], changed["template"]["memberLimit"]) == ("Good tea", None)
    assert changed["template"]["issued"] == "1"
    frozen = await run(
        shop, OPERATOR, "couponTemplateUpdate", None, template=template["id"], terms=given["terms"] | {"minimum_fen": 5}
    )
    assert codes(frozen) == ["COUPON_TEMPLATE_STATE"]
    fewer = await run(shop, OPERATOR, "couponTemplateUpdate", None, template=template["id"], totalLimit="0")
    assert fewer["userErrors"][0]["field"] == ["input", "totalLimit"]
    gone = await run(shop, OPERATOR, "couponTemplateWithdraw", None, template=template["id"])
    assert gone["template"]["state"] == "WITHDRAWN"
    assert codes(await run(shop, OPERATOR, "couponIssue", "too-late1", **to_member)) == [
        "COUPON_TEMPLATE_NOT_PUBLISHED"
    ]


async def test_terms_that_make_no_sense_are_told_with_their_place(shop: Shop) -> None:
    terms = {"benefit": {"kind": "amount_off", "amount_fen": 0}, "validity": {"kind": "from_receipt", "days": 7}}
    given = {"key": "k", "titleZh": "t", "titleEn": "t", "terms": terms}

    payload = await run(shop, OPERATOR, "couponTemplateCreate", None, **given)

    [error] = payload["userErrors"]
    assert (error["code"], error["field"]) == (
        "INVALID_INPUT",
        ["input", "terms", "benefit", "amount_off", "amount_fen"],
    )


async def test_a_code_is_made_and_claimed(shop: Shop) -> None:
    [member] = await add_members(shop.pool, 1)
    template = (await add_template(shop.pool)).id
    document = """
    mutation ($input: CouponCodeCreateInput!) { couponCodeCreate(input: $input) {
      code { code usesMax used } userErrors { code } } }
    """
    given = {"template": encode_id("CouponTemplate", template), "code": "spring-2026", "usesMax": 10}

    made = (await shop.data(OPERATOR, document, input=given))["couponCodeCreate"]
    claimed = await run(shop, as_member(member), "couponClaim", code=" Spring 2026 ")
    unknown = await run(shop, as_member(member), "couponClaim", "other-key", code="winter-2026")

    assert made["code"] == {"code": "SPRING2026", "usesMax": 10, "used": 0}
    assert claimed["coupon"]["state"] == "ISSUED"
    assert codes(unknown) == ["COUPON_CODE_NOT_FOUND"]
    assert (await shop.data(OPERATOR, document, input=given))["couponCodeCreate"]["code"]["used"] == 1
    other = (await shop.data(OPERATOR, document, input=given | {"usesMax": 11}))["couponCodeCreate"]
    assert codes(other) == ["CODE_TAKEN"]


async def test_an_order_is_quoted_locked_paid_and_refunded(shop: Shop) -> None:
    await add_template(shop.pool)
    await add_template(shop.pool, "big", amount(900, minimum_fen=50_000))
    member, coupon = await held(shop)
    big = encode_id(COUPON, coupon_in(await shop.engine.submit(issued(member, template="big"))))
    owner, lines = encode_id(MEMBER, member), [{"product": "tea", "priceFen": 10_000, "quantity": 2}]

    quoted = (await shop.data(as_member(member), QUOTE, input={"lines": lines}))["couponQuote"]

    assert (quoted["listedFen"], quoted["discountFen"], quoted["payableFen"], quoted["isExact"]) == (
        "20000",
        "100",
        "19900",
        True,
    )
    assert quoted["best"] == [{"coupon": {"id": coupon}, "discountFen": "100", "linesFen": ["100"]}]
    verdicts = {each["coupon"]["id"]: each for each in quoted["coupons"]}
    assert (verdicts[coupon]["applies"], verdicts[coupon]["chosen"], verdicts[coupon]["reason"]) == (True, True, None)
    assert verdicts[big]["reason"] == {
        "code": "COUPON_MINIMUM_NOT_REACHED",
        "message": "30000 fen are missing to its minimum",
    }
    locked = await run(shop, SERVICE, "couponLock", member=owner, coupons=[coupon], order="A1", lines=lines, lockS=600)
    assert (locked["coupon"]["state"], locked["coupon"]["discountFen"]) == ("LOCKED", "100")
    assert locked["decision"]["effects"] == [
        {"kind": "coupon", "change": "locked", "coupon": coupon, "order": "A1", "discountFen": "100", "store": None}
    ]
    order = {"member": owner, "order": "A1"}
    assert (await run(shop, SERVICE, "couponUse", "use-12345", **order))["coupon"]["state"] == "USED"
    assert codes(await run(shop, SERVICE, "couponUnlock", "unlock-12", **order)) == ["COUPON_NOT_LOCKED"]
    assert (await run(shop, SERVICE, "couponReturn", "return-12", **order))["coupon"]["state"] == "RETURNED"
    page = (await shop.data(as_member(member), OF_MEMBER, id=owner, state=["RETURNED", "USED"]))["member"]["coupons"]
    assert [node["id"] for node in page["nodes"]] == [coupon]


async def test_bad_carts_are_told_with_their_place(shop: Shop) -> None:
    [member] = await add_members(shop.pool, 1)
    lines = [{"product": "tea", "priceFen": -1}]

    quoted = (await shop.data(as_member(member), QUOTE, input={"lines": lines}))["couponQuote"]
    empty = (await shop.data(as_member(member), QUOTE, input={"lines": []}))["couponQuote"]
    stranger = {
        "lines": [{"product": "tea", "priceFen": 1}],
        "member": encode_id(MEMBER, (await held_by_another(shop))),
    }

    assert quoted["userErrors"][0] == {"field": ["input", "lines", "0", "price_fen"], "code": "INVALID_INPUT"}
    assert empty["userErrors"] == [{"field": ["input", "lines"], "code": "INVALID_INPUT"}]
    told = (await shop.data(as_member(member), QUOTE, input=stranger))["couponQuote"]
    assert codes(told) == ["NOT_FOUND"]


async def held_by_another(shop: Shop) -> UUID:
    """Somebody else."""
    [member] = await add_members(shop.pool, 1)
    return member


async def test_a_clerk_takes_a_coupon_by_whatever_the_scanner_reads(shop: Shop, clock: TestClock) -> None:
    await add_template(shop.pool)
    member, coupon = await held(shop)
    shown = (await shop.data(as_member(member), OF_MEMBER, id=encode_id(MEMBER, member)))["member"]["coupons"]["nodes"][
        0
    ]
    scanned = f"{shown['qrText']}\r\n{shown['qrText']}\r\n"

    first = await run(shop, WANG, "couponVerify", "scan-0001", code=scanned, store="S1")
    again = await run(shop, WANG, "couponVerify", "scan-0002", code=shown["code"].lower(), store="S1")
    other = await run(shop, ZHAO, "couponVerify", "scan-0003", code=shown["code"], store="S2")
    misread = await run(shop, ZHAO, "couponVerify", "scan-0004", code=shown["code"][:-1] + "?", store="S2")

    assert (first["coupon"]["state"], first["coupon"]["store"], first["coupon"]["clerk"]) == ("USED", "S1", "wang")
    assert again == first
    assert other["decision"]["refusal"] == {
        "code": "COUPON_ALREADY_VERIFIED",
        "missing": {"store": "S1", "verified_at": NOON.isoformat()},
        "messageZh": f"优惠券已于 {NOON.isoformat()} 在门店 S1 核销",
    }
    assert codes(misread) == ["MISREAD"]
    undone = await run(shop, ZHAO, "couponVerifyUndo", "undo-0001", code=shown["code"], store="S1")
    assert (undone["coupon"]["state"], undone["coupon"]["store"]) == ("ISSUED", None)
    revoked = await run(shop, OPERATOR, "couponRevoke", coupon=coupon, reason="printed twice")
    assert revoked["coupon"]["state"] == "REVOKED"


async def test_coupons_are_seen_by_their_member_and_by_the_shop_and_by_clerks_who_are_shown_them(shop: Shop) -> None:
    await add_template(shop.pool)
    member, coupon = await held(shop)
    [stranger] = await add_members(shop.pool, 1)
    by_id, by_code = "query ($it: ID!) { coupon(id: $it) { id } }", "query ($it: String!) { coupon(code: $it) { id } }"
    code = await shop.pool.fetchval("SELECT code FROM coupon")
    node = "query ($it: ID!) { node(id: $it) { id } }"

    for principal, sees in ((as_member(member), True), (as_member(stranger), False), (OPERATOR, True), (WANG, True)):
        assert ((await shop.data(principal, by_id, it=coupon))["coupon"] is not None) == sees
        assert ((await shop.data(principal, by_code, it=code))["coupon"] is not None) == sees
    assert (await shop.data(as_member(stranger), node, it=coupon))["node"] is None
    assert (await shop.data(as_member(member), node, it=coupon))["node"] == {"id": coupon}
    staff_only = "query ($it: ID!) { coupon(id: $it) { source } }"
    assert await shop.error_codes(as_member(member), staff_only, it=coupon) == ["FORBIDDEN"]


async def test_pages_of_coupons_are_in_order_and_in_the_states_of_the_moment(shop: Shop, clock: TestClock) -> None:
    await add_template(shop.pool)
    member, first = await held(shop)
    second = encode_id(COUPON, coupon_in(await shop.engine.submit(issued(member))))
    owner = encode_id(MEMBER, member)

    page = (await shop.data(OPERATOR, OF_MEMBER, id=owner, first=1))["member"]["coupons"]
    rest = (await shop.data(OPERATOR, OF_MEMBER, id=owner, after=page["pageInfo"]["endCursor"]))["member"]["coupons"]
    shop.now = NOON.replace(year=2027)
    late = (await shop.data(OPERATOR, OF_MEMBER, id=owner, state=["EXPIRED"]))["member"]["coupons"]

    assert ([each["id"] for each in page["nodes"]], page["pageInfo"]["hasNextPage"]) == ([second], True)
    assert [each["id"] for each in rest["nodes"]] == [first]
    assert {each["state"] for each in late["nodes"]} == {"EXPIRED"}
    assert len(late["nodes"]) == 2


async def test_pages_of_coupons_and_templates_cost_as_many_statements_as_pages_of_one(
    shop: Shop, database_url: str
) -> None:
    for place in range(20):
        template = await add_template(shop.pool, f"t{place}")
        await add_generic_code(shop.pool, template.id, f"SPRING{place}", 5)
        member, _ = await held(shop, f"t{place}")
        await shop.engine.submit(issued(member, template="t0"))

    for document in (
        "query ($n: Int) { members(first: $n) { nodes { coupons(first: 5) { nodes { code template { title } } } } } }",
        "query ($n: Int) { couponTemplates(first: $n) { nodes { key issued genericCodes { code used } } } }",
    ):
        counted = []
        async with counting(database_url) as (pool, statements):
            small = replace(shop, pool=pool)
            for size in (1, 1, 20):
                statements.clear()
                await small.data(OPERATOR, document, n=size)
                counted.append(len(statements))
        # The first request of a connection also looks up its types.
        assert counted[1] == counted[2]
