"""Rewards in GraphQL: operators keep the catalogue, members redeem, the shop confirms, clerks hand over."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from schema import Principal
from schema.ids import MEMBER, REDEMPTION, REWARD, encode_id
from siyu.engine.reward_delivery import deliver_due
from siyu.ids import new_id
from siyu.rewards import RewardKind, service
from siyu.rewards.catalogue import Measure
from tests.factories import add_campaign, add_members, paid
from tests.schema.conftest import CLERK, NOON, OPERATOR, SERVICE, Shop, as_member
from tests.schema.test_members import counting
from tests.siyu.rewards.catalogue import add_reward

KEY = "key-00001"
REWARD_FIELDS = "id key kind title state pricePoints priceFen stock left perMember period tiers step details revision"
REWARDS = """
query ($filter: RewardFilter, $first: Int, $after: String) {
  rewards(filter: $filter, first: $first, after: $after) {
    nodes { key title details left viewerProblem { code message missing } library { key title measure } step }
    pageInfo { hasNextPage endCursor }
  }
}
"""
REDEMPTION_FIELDS = "id state points priceFen code order gives usedBy expiresAt reward { key } member { id }"
REDEEM = f"""
mutation ($reward: ID!, $key: String! = "{KEY}") {{
  rewardRedeem(input: {{reward: $reward, idempotencyKey: $key}}) {{
    redemption {{ {REDEMPTION_FIELDS} }}
    reward {{ left viewerProblem {{ code }} }}
    decision {{ effects {{
      kind ... on SpendEffect {{ amount }} ... on RedemptionEffect {{ redemption state problem }}
    }} }}
    userErrors {{ field code message }}
  }}
}}
"""
STEP = """
mutation ($redemption: ID!, $key: String! = "%s") {
  %s(input: {redemption: $redemption%s, idempotencyKey: $key}) {
    redemption { state order } userErrors { code message }
  }
}
"""
CONFIRM = STEP % (KEY, "redemptionConfirm", ', order: "A-1"')
CANCEL = STEP % (KEY, "redemptionCancel", "")
USE = f"""
mutation ($code: String!, $key: String! = "{KEY}") {{
  redemptionUse(input: {{code: $code, idempotencyKey: $key}}) {{
    redemption {{ state usedBy }} userErrors {{ field code message }}
  }}
}}
"""
BY_CODE = "query ($code: String!) { redemptionByCode(code: $code) { state kind member { nickname } reward { key } } }"
OWN = f"{{ viewer {{ ... on MemberViewer {{ member {{ redemptions {{ nodes {{ {REDEMPTION_FIELDS} }} }} }} }} }} }}"


async def with_points(shop: Shop, points: int) -> UUID:
    """A member."""
    [member] = await add_members(shop.pool, 1)
    await add_campaign(shop.pool, "purchase", {"points_per_yuan": 1})
    await shop.engine.submit(paid(member, new_id().hex, points * 100, NOON))
    return member


async def mutate(shop: Shop, principal: Principal, name: str, fields: str, **given: object) -> dict[str, Any]:
    """The payload of a mutation of the catalogue."""
    kind = name[0].upper() + name[1:]
    fields += " userErrors { field code message }"
    document = f"mutation ($input: {kind}Input!) {{ {name}(input: $input) {{ {fields} }} }}"
    payload: dict[str, Any] = (await shop.data(principal, document, input=given))[name]
    return payload


async def test_an_operator_keeps_the_catalogue(shop: Shop) -> None:
    said = {
        "key": "mug", "kind": "GOODS", "details": {"sku": "M-1"}, "titleZh": "杯子", "titleEn": "Mug",
        "pricePoints": "500", "stock": "3", "perMember": 1, "period": "MONTH", "tiers": ["gold"],
        "startsAt": "2026-11-01T00:00:00Z",
    }  # fmt: skip

    made = await mutate(shop, OPERATOR, "rewardCreate", f"reward {{ {REWARD_FIELDS} startsAt }}", **said)
    assert made["userErrors"] == []
    assert await mutate(shop, OPERATOR, "rewardCreate", f"reward {{ {REWARD_FIELDS} startsAt }}", **said) == made
    mug = made["reward"]
    assert (mug["state"], mug["pricePoints"], mug["left"], mug["period"]) == ("DRAFT", "500", "3", "MONTH")
    assert (mug["startsAt"], mug["details"], mug["title"]) == ("2026-11-01T00:00:00Z", {"sku": "M-1"}, "Mug")

    for word in ({"titleEn": "Cup"}, {"stock": "4"}, {"stock": None}):
        other = await mutate(shop, OPERATOR, "rewardCreate", "reward { id }", **said | word)
        assert [(error["field"], error["code"]) for error in other["userErrors"]] == [(["input", "key"], "KEY_TAKEN")]
    wrong = await mutate(shop, OPERATOR, "rewardCreate", "reward { id }", **said | {"key": "cup", "priceFen": -1})
    assert [error["field"] for error in wrong["userErrors"]] == [["input", "priceFen"]]

    one = {"reward": mug["id"]}
    changed = await mutate(
        shop, OPERATOR, "rewardUpdate", "reward { pricePoints tiers startsAt revision }", **one, revision=1,
        pricePoints="400", tiers=[], startsAt=None,
    )  # fmt: skip
    assert changed["reward"] == {"pricePoints": "400", "tiers": [], "startsAt": None, "revision": 2}
    late = await mutate(shop, OPERATOR, "rewardUpdate", "reward { id }", **one, revision=1, details={})
    assert [error["code"] for error in late["userErrors"]] == ["REWARD_STATE"]
    for _ in range(2):
        added = await mutate(
            shop, OPERATOR, "rewardStockAdjust", "reward { stock }", **one, difference="2", idempotencyKey=KEY
        )
        assert added["reward"] == {"stock": "5"}
    for name, state in (("rewardPublish", "ON_SALE"), ("rewardWithdraw", "OFF")):
        assert (await mutate(shop, OPERATOR, name, "reward { state }", **one))["reward"] == {"state": state}
    missing = await mutate(shop, OPERATOR, "rewardPublish", "reward { id }", reward=encode_id(REWARD, new_id()))
    assert [error["code"] for error in missing["userErrors"]] == ["NOT_FOUND"]


async def test_members_see_what_is_on_sale_and_what_hinders_them(shop: Shop) -> None:
    member = await with_points(shop, 499)
    library = {"key": "friends", "titleZh": "邀请有礼", "titleEn": "Friends", "measure": "INVITEES"}
    saved = await mutate(shop, OPERATOR, "rewardLibrarySave", "library { key title measure }", **library)
    assert saved["library"] == {"key": "friends", "title": "Friends", "measure": "INVITEES"}
    bad = await mutate(shop, OPERATOR, "rewardLibrarySave", "library { key }", **library | {"key": "FRIENDS"})
    assert (bad["library"], bad["userErrors"][0]["field"]) == (None, ["input", "key"])
    draft = await service.create(
        shop.pool,
        {"key": "draft", "stock": None},
        RewardKind.GOODS,
        {},
        {"title_zh": "草稿", "title_en": "Draft"},
        NOON,
    )
    await add_reward(shop.pool, "mug", price_points=500)
    await add_reward(shop.pool, "tea", price_points=400, stock=1)
    await add_reward(shop.pool, "book", library="friends", step=2)

    seen = (await shop.data(as_member(member), REWARDS))["rewards"]["nodes"]
    assert [(each["key"], (each["viewerProblem"] or {}).get("code")) for each in seen] == [
        ("book", "STEP_NOT_REACHED"), ("tea", None), ("mug", "NOT_ENOUGH_POINTS"),
    ]  # fmt: skip
    assert seen[2]["viewerProblem"]["message"] == "1 points are missing"
    assert seen[0]["library"] == {"key": "friends", "title": "Friends", "measure": "INVITEES"}
    assert {each["details"] for each in seen} == {None}
    zh = (await shop.data(as_member(member), REWARDS, language="zh", filter={"library": "friends"}))["rewards"]["nodes"]
    assert [(each["title"], each["viewerProblem"]["message"]) for each in zh] == [("杯子", "还差 2 才能领取（需要 2）")]

    every = (await shop.data(OPERATOR, REWARDS))["rewards"]["nodes"]
    assert [(each["key"], each["viewerProblem"]) for each in every][-1] == ("draft", None)
    found = await shop.data(SERVICE, REWARDS, filter={"state": ["ON_SALE"], "kind": ["GOODS"]}, first=1)
    assert [each["details"] for each in found["rewards"]["nodes"]] == [{"sku": "MUG-1"}]
    assert found["rewards"]["pageInfo"]["hasNextPage"]
    one = "query ($id: ID!) { reward(id: $id) { key } rewardLibraries { key } }"
    for principal, shown in ((as_member(member), None), (OPERATOR, {"key": "draft"})):
        answer = await shop.data(principal, one, id=encode_id(REWARD, draft.id))
        assert answer == {"reward": shown, "rewardLibraries": [{"key": "friends"}]}


async def test_a_member_redeems_and_a_clerk_hands_over(shop: Shop) -> None:
    member, mug = await with_points(shop, 600), await add_reward(shop.pool, price_points=500, stock=1)
    lin, reward = as_member(member), encode_id(REWARD, mug.id)

    first = (await shop.data(lin, REDEEM, reward=reward))["rewardRedeem"]
    assert (await shop.data(lin, REDEEM, reward=reward))["rewardRedeem"] == first
    made = first["redemption"]
    assert (made["state"], made["points"], made["gives"], made["usedBy"]) == (
        "CONFIRMED",
        "500",
        {"sku": "MUG-1"},
        None,
    )
    assert first["reward"] == {"left": "0", "viewerProblem": {"code": "OUT_OF_STOCK"}}
    assert first["decision"]["effects"] == [
        {"kind": "spend", "amount": "500"},
        {"kind": "redemption", "redemption": made["id"], "state": "CONFIRMED", "problem": None},
    ]
    again = (await shop.data(lin, REDEEM, reward=reward, key="key-00002"))["rewardRedeem"]
    assert (again["redemption"], again["userErrors"]) == (
        None, [{"field": None, "code": "OUT_OF_STOCK", "message": "Nothing is left of the reward"}],
    )  # fmt: skip

    shown = (await shop.data(CLERK, BY_CODE, code=made["code"].replace("-", " ")))["redemptionByCode"]
    assert shown == {"state": "CONFIRMED", "kind": "GOODS", "member": {"nickname": None}, "reward": {"key": "mug"}}
    assert (await shop.data(CLERK, BY_CODE, code="22222222222222"))["redemptionByCode"] is None
    for code, told in ((made["code"][:-1] + "0", "CODE_MISREAD"), ("22222222222222", "NOT_FOUND")):
        refused = (await shop.data(CLERK, USE, code=code))["redemptionUse"]
        assert [error["code"] for error in refused["userErrors"]] == [told]
    used = (await shop.data(CLERK, USE, code=made["code"].lower()))["redemptionUse"]
    assert used == {"redemption": {"state": "USED", "usedBy": None}, "userErrors": []}
    twice = (await shop.data(OPERATOR, USE, code=made["code"]))["redemptionUse"]
    assert [error["message"] for error in twice["userErrors"]] == ["The redemption is used, which does not allow it"]
    assert twice["redemption"] == {"state": "USED", "usedBy": "mei"}


async def test_points_and_cash_are_confirmed_by_the_shop_or_given_up(shop: Shop) -> None:
    member = await with_points(shop, 600)
    [stranger] = await add_members(shop.pool, 1)
    course = await add_reward(shop.pool, "course", RewardKind.CONTENT, price_points=100, price_fen=990)
    reward, lin = encode_id(REWARD, course.id), as_member(member)

    first, second = [
        (await shop.data(lin, REDEEM, reward=reward, key=key))["rewardRedeem"]["redemption"]
        for key in (KEY, "key-00002")
    ]
    assert (first["state"], first["gives"], first["expiresAt"]) == ("RESERVED", None, "2026-11-21T04:15:00Z")
    for principal in (lin, as_member(stranger), CLERK):
        assert await shop.error_codes(principal, CONFIRM, redemption=first["id"]) == ["FORBIDDEN"]
    assert await shop.error_codes(CLERK, CANCEL, redemption=first["id"]) == ["FORBIDDEN"]
    confirmed = (await shop.data(SERVICE, CONFIRM, redemption=first["id"]))["redemptionConfirm"]
    assert confirmed == {"redemption": {"state": "CONFIRMED", "order": "A-1"}, "userErrors": []}
    theirs = (await shop.data(as_member(stranger), CANCEL, redemption=second["id"]))["redemptionCancel"]
    assert (theirs["redemption"], theirs["userErrors"][0]["code"]) == (None, "NOT_FOUND")
    clash = (await shop.data(lin, CANCEL, redemption=second["id"]))["redemptionCancel"]
    assert [error["code"] for error in clash["userErrors"]] == ["IDEMPOTENCY_CONFLICT"]
    for _ in range(2):
        cancelled = (await shop.data(lin, CANCEL, redemption=second["id"], key="key-00004"))["redemptionCancel"]
    assert cancelled == {"redemption": {"state": "CANCELLED", "order": None}, "userErrors": []}
    kept = (await shop.data(lin, CANCEL, redemption=first["id"], key="key-00003"))["redemptionCancel"]
    assert (kept["redemption"]["state"], kept["userErrors"][0]["code"]) == ("CONFIRMED", "REDEMPTION_STATE")

    own = (await shop.data(lin, OWN))["viewer"]["member"]["redemptions"]["nodes"]
    assert [(each["state"], each["gives"]) for each in own] == [
        ("CANCELLED", None), ("CONFIRMED", {"url": "https://shop.example/course"}),
    ]  # fmt: skip
    one = "query ($id: ID!) { redemption(id: $id) { state } }"
    for principal, seen in (
        (lin, {"state": "CONFIRMED"}),
        (as_member(stranger), None),
        (OPERATOR, {"state": "CONFIRMED"}),
    ):
        assert (await shop.data(principal, one, id=first["id"]))["redemption"] == seen
    assert (await shop.data(OPERATOR, one, id=encode_id(REDEMPTION, new_id())))["redemption"] is None
    page = (
        "query ($state: RedemptionState!, $reward: ID) { redemptions(state: $state, reward: $reward) { nodes { id } } }"
    )
    for state, of, ids in (
        ("CONFIRMED", reward, [first["id"]]),
        ("CANCELLED", None, [second["id"]]),
        ("USED", None, []),
    ):
        found = await shop.data(OPERATOR, page, state=state, reward=of)
        assert [each["id"] for each in found["redemptions"]["nodes"]] == ids


async def test_a_privilege_is_shown_to_its_member_and_the_shop(shop: Shop) -> None:
    [member, stranger] = await add_members(shop.pool, 2)
    title = await add_reward(shop.pool, "title", RewardKind.PRIVILEGE)
    made = await shop.data(as_member(member), REDEEM, reward=encode_id(REWARD, title.id))
    shop.engine.clock = lambda: NOON
    await deliver_due(shop.engine)

    document = """
    query ($id: ID!) {
      member(id: $id) { privileges { nodes { kind name startsAt until isWorn } } }
      decisions(member: $id) { nodes { effects { kind ... on PrivilegeEffect { privilege name until } } } }
    }
    """
    whom = encode_id(MEMBER, member)
    answer = await shop.data(as_member(member), document, id=whom)
    until = "2026-12-21T04:00:00Z"
    assert answer["member"]["privileges"]["nodes"] == [
        {"kind": "TITLE", "name": "regular", "startsAt": "2026-11-21T04:00:00Z", "until": until, "isWorn": True}
    ]
    effects = [effect for each in answer["decisions"]["nodes"] for effect in each["effects"]]
    assert {"kind": "privilege", "privilege": "title", "name": "regular", "until": until} in effects
    assert made["rewardRedeem"]["redemption"]["state"] == "CONFIRMED"
    assert (await shop.data(as_member(stranger), document, id=whom))["member"] is None


async def test_a_page_of_rewards_costs_as_many_statements_as_one(shop: Shop, database_url: str) -> None:
    member = await with_points(shop, 499)
    await service.save_library(shop.pool, "friends", "邀请有礼", "Friends", Measure.INVITEES, NOON)
    for number in range(10):
        await add_reward(shop.pool, f"r{number}", per_member=1, period="day", tiers=["gold"])
        await add_reward(shop.pool, f"s{number}", library="friends", step=number + 1)

    async with counting(database_url) as (pool, statements):
        counted = []
        # asyncpg asks for the types of arrays once a connection.
        for first in (2, 2, 20):
            statements.clear()
            page = (await replace(shop, pool=pool).data(as_member(member), REWARDS, first=first))["rewards"]
            counted.append(len(statements))
            assert len(page["nodes"]) == first
    # The page; rewards, points, counts, progress, steps picked and tiers; libraries.
    assert counted[1:] == [8, 8]
