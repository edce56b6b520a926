"""Who may ask for what: every root field against every role, and what members see of each other."""

import pytest

from schema import ANONYMOUS, Principal, build_schema
from schema.ids import CAMPAIGN, DECISION, MEMBER, PARTICIPATION, WALLET, encode_id
from schema.permissions import RolePermission
from siyu.boards import fold_everything
from siyu.ids import new_id
from tests.factories import add_campaign, add_members, shop_registry, sign
from tests.schema.conftest import NOON, OPERATOR, SERVICE, Shop, as_member
from tests.schema.coupon_documents import COUPON_MATRIX
from tests.schema.wallet_matrix import WALLET_MATRIX

SOME_ID = encode_id(CAMPAIGN, new_id())
OF_CAMPAIGN = f'input: {{campaign: "{SOME_ID}"}}'

# For each root field: how to ask, and who may (m, o, s: member, operator, service).
MATRIX = {
    "node": (f'{{ node(id: "{SOME_ID}") {{ id }} }}', "mos"),
    "viewer": ("{ viewer { __typename } }", "mos"),
    "member": (f'{{ member(id: "{SOME_ID}") {{ id }} }}', "mos"),
    "members": ("{ members { nodes { id } } }", "os"),
    "campaigns": ("{ campaigns { nodes { id } } }", "mo"),
    "campaign": (f'{{ campaign(id: "{SOME_ID}") {{ id }} }}', "mo"),
    "units": ("{ units { unit } }", "mos"),
    "lanes": ("{ lanes }", "o"),
    "campaignTypes": ("{ campaignTypes { key problem } }", "o"),
    "participation": (f'{{ participation(campaign: "{SOME_ID}") {{ id }} }}', "mos"),
    "leaderboard": ('{ leaderboard(board: "points", window: ALL) { revision } }', "mo"),
    "decisions": (f'{{ decisions(campaign: "{SOME_ID}") {{ nodes {{ id }} }} }}', "mos"),
    "refundRequests": ("{ refundRequests { nodes { id } } }", "os"),
    "campaignPreview": ('{ campaignPreview(input: {type: "none", facts: []}) { userErrors { code } } }', "o"),
    "memberUpdate": ("mutation { memberUpdate(input: {}) { userErrors { code } } }", "mos"),
    "campaignCreate": (
        'mutation { campaignCreate(input: {type: "none", name: "x", config: {}}) { userErrors { code } } }',
        "o",
    ),
    "campaignUpdate": (
        f'mutation {{ campaignUpdate(input: {{campaign: "{SOME_ID}", revision: 1}}) {{ userErrors {{ code }} }} }}',
        "o",
    ),
    "campaignPublish": (f"mutation {{ campaignPublish({OF_CAMPAIGN}) {{ userErrors {{ code }} }} }}", "o"),
    "campaignResume": (f"mutation {{ campaignResume({OF_CAMPAIGN}) {{ userErrors {{ code }} }} }}", "o"),
    "campaignPause": (f"mutation {{ campaignPause({OF_CAMPAIGN}) {{ userErrors {{ code }} }} }}", "o"),
    "campaignEnd": (f"mutation {{ campaignEnd({OF_CAMPAIGN}) {{ userErrors {{ code }} }} }}", "o"),
    "campaignArchive": (f"mutation {{ campaignArchive({OF_CAMPAIGN}) {{ userErrors {{ code }} }} }}", "o"),
    "lanesSet": ("mutation { lanesSet(input: {lanes: []}) { userErrors { code } } }", "o"),
    "campaignStockAdjust": (
        f'mutation {{ campaignStockAdjust(input: {{campaign: "{SOME_ID}", counter: "x", difference: "1", '
        'idempotencyKey: "12345678"}) { userErrors { code } } }',
        "o",
    ),
    "unitUpdate": ("mutation { unitUpdate(input: {unit: POINTS}) { userErrors { code } } }", "o"),
    "reviews": ("{ reviews { nodes { id } } }", "o"),
    "reviewDecide": (
        f'mutation {{ reviewDecide(input: {{review: "{SOME_ID}", approved: true, idempotencyKey: "12345678"}})'
        " { userErrors { code } } }",
        "o",
    ),
    "rewards": ("{ rewards { nodes { id } } }", "mos"),
    "reward": (f'{{ reward(id: "{SOME_ID}") {{ id }} }}', "mos"),
    "rewardLibraries": ("{ rewardLibraries { id } }", "mos"),
    "redemption": (f'{{ redemption(id: "{SOME_ID}") {{ id }} }}', "mos"),
    "redemptionByCode": ('{ redemptionByCode(code: "x") { id } }', "os"),
    "redemptions": ("{ redemptions { nodes { id } } }", "os"),
    "rewardCreate": (
        'mutation { rewardCreate(input: {key: "x", kind: GOODS, details: {}}) { userErrors { code } } }',
        "o",
    ),
    "rewardUpdate": (
        f'mutation {{ rewardUpdate(input: {{reward: "{SOME_ID}", revision: 1}}) {{ userErrors {{ code }} }} }}',
        "o",
    ),
    "rewardStockAdjust": (
        f'mutation {{ rewardStockAdjust(input: {{reward: "{SOME_ID}", difference: "1", idempotencyKey: "12345678"}})'
        " { userErrors { code } } }",
        "o",
    ),
    "rewardPublish": (f'mutation {{ rewardPublish(input: {{reward: "{SOME_ID}"}}) {{ userErrors {{ code }} }} }}', "o"),
    "rewardWithdraw": (
        f'mutation {{ rewardWithdraw(input: {{reward: "{SOME_ID}"}}) {{ userErrors {{ code }} }} }}',
        "o",
    ),
    "rewardLibrarySave": (
        'mutation { rewardLibrarySave(input: {key: "x", titleZh: "x", titleEn: "x", measure: BUYERS})'
        " { userErrors { code } } }",
        "o",
    ),
    "rewardRedeem": (
        f'mutation {{ rewardRedeem(input: {{reward: "{SOME_ID}", idempotencyKey: "12345678"}})'
        " { userErrors { code } } }",
        "m",
    ),
    "redemptionConfirm": (
        f'mutation {{ redemptionConfirm(input: {{redemption: "{SOME_ID}", order: "A", idempotencyKey: "12345678"}})'
        " { userErrors { code } } }",
        "os",
    ),
    "redemptionCancel": (
        f'mutation {{ redemptionCancel(input: {{redemption: "{SOME_ID}", idempotencyKey: "12345678"}})'
        " { userErrors { code } } }",
        "mos",
    ),
    "redemptionUse": (
        'mutation { redemptionUse(input: {code: "x", idempotencyKey: "12345678"}) { userErrors { code } } }',
        "os",
    ),
    "tierLadder": ("{ tierLadder { revision } }", "mos"),
    "tierLadderPreview": ('{ tierLadderPreview(input: {preset: "none"}) { userErrors { code } } }', "o"),
    "tierLadderSet": ('mutation { tierLadderSet(input: {preset: "none"}) { userErrors { code } } }', "o"),
    "memberTierSet": (
        f'mutation {{ memberTierSet(input: {{member: "{SOME_ID}", tier: "gold", note: "n", '
        'idempotencyKey: "12345678"}) { userErrors { code } } }',
        "o",
    ),
    "ruleFeatures": ("{ ruleFeatures { name } }", "o"),
    "ruleCheck": ('{ ruleCheck(rule: "true") { count } }', "o"),
    "segments": ("{ segments { nodes { id } } }", "os"),
    "segment": (f'{{ segment(id: "{SOME_ID}") {{ id }} }}', "os"),
    "segmentPresets": ("{ segmentPresets { key } }", "o"),
    "segmentCreate": ('mutation { segmentCreate(input: {name: "", rule: "true"}) { userErrors { code } } }', "o"),
    "segmentUpdate": (
        f'mutation {{ segmentUpdate(input: {{segment: "{SOME_ID}", revision: 1}}) {{ userErrors {{ code }} }} }}',
        "o",
    ),
    "segmentDelete": (
        f'mutation {{ segmentDelete(input: {{segment: "{SOME_ID}"}}) {{ userErrors {{ code }} }} }}',
        "o",
    ),
    "factSubmit": (
        'mutation { factSubmit(input: {type: "x", occurredAt: "2026-11-21T00:00:00Z", data: {}, idempotencyKey: "k"})'
        " { userErrors { code } } }",
        "os",
    ),
    "checkInMakeUp": (
        f'mutation {{ checkInMakeUp(input: {{campaign: "{SOME_ID}", day: "2026-11-20", idempotencyKey: "12345678"}})'
        " { userErrors { code } } }",
        "m",
    ),
    "checkInSign": (
        f'mutation {{ checkInSign(input: {{campaign: "{SOME_ID}", idempotencyKey: "12345678"}})'
        " { userErrors { code } } }",
        "m",
    ),
    "referralBind": (
        f'mutation {{ referralBind(input: {{campaign: "{SOME_ID}", code: "x", idempotencyKey: "12345678"}})'
        " { userErrors { code } } }",
        "m",
    ),
    "referralOpen": (
        f'mutation {{ referralOpen(input: {{campaign: "{SOME_ID}", device: "0123456789abcdef", '
        'idempotencyKey: "12345678"}) { userErrors { code } } }',
        "m",
    ),
    "flashSaleClaim": (
        f'mutation {{ flashSaleClaim(input: {{campaign: "{SOME_ID}", item: "mug", idempotencyKey: "12345678"}})'
        " { userErrors { code } } }",
        "m",
    ),
    "flashSaleCancel": (
        f'mutation {{ flashSaleCancel(input: {{campaign: "{SOME_ID}", reservation: "k", idempotencyKey: "12345678"}})'
        " { userErrors { code } } }",
        "m",
    ),
    "groupBuyOpen": (
        f'mutation {{ groupBuyOpen(input: {{campaign: "{SOME_ID}", item: "mug", idempotencyKey: "12345678"}})'
        " { userErrors { code } } }",
        "m",
    ),
    "groupBuyJoin": (
        f'mutation {{ groupBuyJoin(input: {{campaign: "{SOME_ID}", team: "k", item: "m", idempotencyKey: "12345678"}})'
        " { userErrors { code } } }",
        "m",
    ),
    "groupBuyLeave": (
        f'mutation {{ groupBuyLeave(input: {{campaign: "{SOME_ID}", team: "k", idempotencyKey: "12345678"}})'
        " { userErrors { code } } }",
        "m",
    ),
    "flashSaleJoin": (
        f'mutation {{ flashSaleJoin(input: {{campaign: "{SOME_ID}", item: "mug", idempotencyKey: "12345678"}})'
        " { userErrors { code } } }",
        "m",
    ),
    "flashSaleEnter": (
        f'mutation {{ flashSaleEnter(input: {{campaign: "{SOME_ID}", item: "mug", idempotencyKey: "12345678"}})'
        " { userErrors { code } } }",
        "m",
    ),
    "flashSaleLeave": (
        f'mutation {{ flashSaleLeave(input: {{campaign: "{SOME_ID}", line: "k", idempotencyKey: "12345678"}})'
        " { userErrors { code } } }",
        "m",
    ),
    **COUPON_MATRIX,
    **WALLET_MATRIX,
}

MEMBERS_TRACES = """
SELECT (SELECT id FROM participation) AS participation, (SELECT id FROM decision) AS decision
"""


def test_every_root_field_is_in_the_matrix_and_guarded() -> None:
    schema = build_schema(shop_registry())

    for name in ("Query", "Mutation"):
        definition = schema.get_type_by_name(name)
        for field in definition.fields:  # type: ignore[union-attr]  # Query and Mutation are objects
            graphql_name = schema.config.name_converter.get_graphql_name(field)
            assert graphql_name in MATRIX
            assert [issubclass(guard, RolePermission) for guard in field.permission_classes] == [True], graphql_name


@pytest.mark.parametrize("role", ["anonymous", "member", "operator", "service"])
async def test_the_matrix_holds(shop: Shop, role: str) -> None:
    [member] = await add_members(shop.pool, 1)
    principals = {"anonymous": ANONYMOUS, "member": as_member(member), "operator": OPERATOR, "service": SERVICE}
    refusal = "UNAUTHENTICATED" if role == "anonymous" else "FORBIDDEN"

    for name, (document, allowed) in MATRIX.items():
        codes = await shop.error_codes(principals[role], document)
        assert codes == ([] if role[0] in allowed else [refusal]), name


async def test_a_stranger_may_read_the_schema_and_nothing_else(shop: Shop) -> None:
    assert await shop.error_codes(ANONYMOUS, "{ __typename __schema { queryType { name } } }") == []


async def test_the_viewer_is_who_calls(shop: Shop) -> None:
    [member] = await add_members(shop.pool, 1)
    document = """
    { viewer { __typename
      ... on MemberViewer { member { id } }
      ... on OperatorViewer { operator: name roles }
      ... on ServiceViewer { name }
    } }
    """

    async def viewer(principal: Principal) -> object:
        return (await shop.data(principal, document))["viewer"]

    assert await viewer(as_member(member)) == {
        "__typename": "MemberViewer",
        "member": {"id": encode_id(MEMBER, member)},
    }
    assert await viewer(OPERATOR) == {"__typename": "OperatorViewer", "operator": "lin", "roles": ["operator"]}
    assert await viewer(SERVICE) == {"__typename": "ServiceViewer", "name": "till"}


async def test_node_finds_each_type_for_those_who_may_see_it_alone(shop: Shop) -> None:
    member, stranger = await add_members(shop.pool, 2)
    campaign = await add_campaign(shop.pool, "check_in")
    await shop.engine.submit(sign(campaign, member, NOON))
    traces = await shop.pool.fetchrow(MEMBERS_TRACES)
    assert traces is not None
    nodes = {
        encode_id(MEMBER, member): "Member",
        encode_id(WALLET, f"{member}/points"): "Wallet",
        encode_id(PARTICIPATION, traces["participation"]): "CheckInParticipation",
        encode_id(DECISION, traces["decision"]): "Decision",
    }
    document = "query ($id: ID!) { node(id: $id) { __typename id } }"

    for node, type_name in nodes.items():
        for principal in (as_member(member), OPERATOR, SERVICE):
            assert (await shop.data(principal, document, id=node))["node"] == {"__typename": type_name, "id": node}
        assert (await shop.data(as_member(stranger), document, id=node))["node"] is None


async def test_what_is_an_operators_of_a_campaign_nobody_else_sees(shop: Shop) -> None:
    [member] = await add_members(shop.pool, 1)
    campaign = encode_id(CAMPAIGN, await add_campaign(shop.pool, "check_in"))
    hidden = (
        "config",
        "problem",
        "problemAt",
        "terms { lane }",
        "revisions { nodes { name } }",
        "results { decisions }",
    )

    for field in hidden:
        document = f'{{ node(id: "{campaign}") {{ ... on Campaign {{ {field} }} }} }}'
        for principal, codes in ((as_member(member), ["FORBIDDEN"]), (SERVICE, ["FORBIDDEN"]), (OPERATOR, [])):
            assert await shop.error_codes(principal, document) == codes, field


@pytest.mark.parametrize(
    "bad",
    [
        "",
        "no id",
        "ä",
        "=" * 300,
        encode_id("Nothing", new_id()),
        encode_id(MEMBER, "1"),
        encode_id(MEMBER, str(new_id()).upper()),
        encode_id(WALLET, f"{new_id()}/points"),
        encode_id(WALLET, f"{new_id()}/gold"),
        encode_id(WALLET, "points"),
        encode_id(DECISION, new_id()),
        encode_id(PARTICIPATION, "{}"),
        encode_id(CAMPAIGN, "\0"),
    ],
    ids=range(13),
)
async def test_what_is_no_id_is_an_object_that_does_not_exist(shop: Shop, bad: str) -> None:
    document = "query ($id: ID!) { node(id: $id) { id } member(id: $id) { id } campaign(id: $id) { id } }"

    assert await shop.data(OPERATOR, document, id=bad) == {"node": None, "member": None, "campaign": None}


async def test_members_see_of_each_other_what_a_board_shows(shop: Shop) -> None:
    member, other = await add_members(shop.pool, 2)
    await shop.engine.submit(sign(await add_campaign(shop.pool, "check_in"), other, NOON))
    await fold_everything(shop.pool)
    document = 'query {{ leaderboard(board: "points", window: ALL) {{ entries {{ nodes {{ member {{ {} }} }} }} }} }}'
    hidden = ("joinedAt", "wallets { id }", "wallet(unit: POINTS) { id }", "participations { nodes { id } }")

    shown = await shop.data(as_member(member), document.format("id nickname avatarUrl"))

    assert shown["leaderboard"]["entries"]["nodes"][0]["member"]["id"] == encode_id(MEMBER, other)
    for field in hidden:
        assert await shop.error_codes(as_member(member), document.format(field)) == ["FORBIDDEN"], field
        assert await shop.error_codes(as_member(other), document.format(field)) == [], field


async def test_members_find_themselves_alone(shop: Shop) -> None:
    member, stranger = await add_members(shop.pool, 2)
    await shop.pool.execute("INSERT INTO identity VALUES ($1, 'shop', '17', $2)", new_id(), member)
    campaign = await add_campaign(shop.pool, "check_in")
    await shop.engine.submit(sign(campaign, member, NOON))
    document = """
    query ($id: ID!, $campaign: ID!) {
      member(id: $id) { id }
      known: member(identity: {kind: "shop", value: "17"}) { id }
      participation(campaign: $campaign, member: $id) { member { id } }
    }
    """
    found = {"id": encode_id(MEMBER, member)}
    asked = {"id": found["id"], "campaign": encode_id(CAMPAIGN, campaign)}

    for principal in (as_member(member), OPERATOR, SERVICE):
        data = await shop.data(principal, document, **asked)
        assert data == {"member": found, "known": found, "participation": {"member": found}}
    nobody = 'query { member(identity: {kind: "\\u0000", value: "17"}) { id } }'
    assert await shop.data(OPERATOR, nobody) == {"member": None}
    hidden = await shop.data(as_member(stranger), document, **asked)
    assert hidden == {"member": None, "known": None, "participation": None}
