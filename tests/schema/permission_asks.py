"""How the permission matrix asks for each field: documents in which words such as MEMBER_ID stand for ids."""

from collections.abc import Mapping

from tests.schema.permission_asks_attribution import ATTRIBUTION_ASKS, ATTRIBUTION_MEMBER_FIELDS
from tests.schema.permission_asks_audit import AUDIT_ASKS, AUDIT_MEMBER_FIELDS
from tests.schema.permission_asks_groups import GROUP_ASKS
from tests.schema.permission_asks_merge import MERGE_ASKS, MERGING_MEMBER_FIELDS
from tests.schema.permission_asks_metrics import METRIC_ASKS
from tests.schema.permission_asks_personal import PERSONAL_ASKS, PERSONAL_MEMBER_FIELDS
from tests.schema.permission_asks_tags import TAG_ASKS
from tests.schema.permission_asks_talk import TALK_ASKS

# Of a member whom the caller met on a board; staff and services do not come there, and find the member by id.
ON_BOARD = '{ leaderboard(board: "points", window: ALL) { entries { nodes { member { %s } } } } }'
BY_ID = "{ member(id: MEMBER_ID) { %s } }"
CHANGED = "mutation { memberUpdate(input: {member: MEMBER_ID}) { member { %s } } }"

MEMBER_FIELDS: Mapping[str, str] = {
    **MERGING_MEMBER_FIELDS,
    **ATTRIBUTION_MEMBER_FIELDS,
    "avatarUrl": "avatarUrl",
    "code": "code",
    "groupKeys": "groupKeys",
    "groups": "groups { nodes { id } }",
    "id": "id",
    "invitees": "invitees { nodes { at } }",
    "inviter": "inviter { id }",
    "joinedAt": "joinedAt",
    "messages": "messages { nodes { id } }",
    "nickname": "nickname",
    "coupons": "coupons { nodes { id } }",
    "layer": "layer",
    "payouts": "payouts { nodes { id } }",
    "participations": "participations { nodes { id } }",
    "privileges": "privileges { nodes { id } }",
    "redemptions": "redemptions { nodes { id } }",
    "refundRequests": "refundRequests { nodes { id } }",
    "reviews": "reviews { nodes { id } }",
    "rewards": "rewards { nodes { id } }",
    "stage": "stage",
    "tags": "tags { name }",
    "tier": "tier",
    "tierHistory": "tierHistory { edges { cursor } }",
    "tierProgress": "tierProgress { __typename }",
    "tierStanding": "tierStanding { __typename }",
    "valueHolds": "valueHolds { nodes { id } }",
    "wallet": "wallet(unit: POINTS) { balance }",
    "walletFreeze": "walletFreeze { __typename }",
    "wallets": "wallets { balance }",
    "walletsFrozen": "walletsFrozen",
    **PERSONAL_MEMBER_FIELDS,
    **AUDIT_MEMBER_FIELDS,
}

OF_CAMPAIGN = "{ node(id: CAMPAIGN_ID) { ... on Campaign { %s } } }"
OF_TYPE = "{ node(id: CAMPAIGN_ID) { ... on Campaign { type { %s } } } }"
OF_PARTICIPATION = "{ node(id: PARTICIPATION_ID) { ... on Participation { %s } } }"
OF_PAYOUT = "{ member(id: MEMBER_ID) { payouts { nodes { %s } } } }"
VALUE = 'unit: POINTS, amount: "1", reference: "R-1", idempotencyKey: "12345678"'
OF_COUPON = "{ coupon(id: COUPON_ID) { %s } }"
KEY = 'idempotencyKey: "12345678"'
LINES = 'lines: [{product: "tea", priceFen: 100}]'
ORDER = f'member: MEMBER_ID, order: "A1", {KEY}'
ACTION = 'mutation { %s(input: {campaign: CAMPAIGN_ID, %sidempotencyKey: "12345678"}) { userErrors { code } } }'


def action(name: str, others: str = "") -> str:
    """A mutation of a campaign type, with what it takes besides campaign and key."""
    return ACTION % (name, f"{others}, " if others else "")


def changed(name: str, fields: str) -> str:
    """A mutation of the core."""
    return f"mutation {{ {name}(input: {{{fields}}}) {{ userErrors {{ code }} }} }}"


# What comes after # tells rows of one field apart. In this order, so that a campaign lives its life.
ASKS: Mapping[str, str] = {
    **TAG_ASKS,
    "Query.adjustments": "{ adjustments { edges { cursor } } }",
    "Query.analytics": "{ analytics { knownAt } }",
    "Query.apiKeys": "{ apiKeys { edges { cursor } } }",
    "Query.campaign": "{ campaign(id: CAMPAIGN_ID) { id } }",
    "Query.campaign#draft": "{ campaign(id: DRAFT_ID) { id } }",
    "Query.campaignPreview": '{ campaignPreview(input: {type: "check_in", facts: []}) { userErrors { code } } }',
    "Query.campaignTypes": "{ campaignTypes { key } }",
    "Query.campaigns": "{ campaigns { nodes { id } } }",
    "Query.campaigns#draft": "{ campaigns(filter: {state: [DRAFT]}) { nodes { id } } }",
    "Query.coupon": "{ coupon(id: COUPON_ID) { id } }",
    "Query.couponQuote": f"{{ couponQuote(input: {{member: MEMBER_ID, {LINES}}}) {{ userErrors {{ code }} }} }}",
    "Query.couponTemplate": "{ couponTemplate(id: TEMPLATE_ID) { id } }",
    "Query.couponTemplates": "{ couponTemplates { nodes { id } } }",
    "Query.couponTermsSchema": "{ couponTermsSchema }",
    "Query.decisions": "{ decisions(campaign: CAMPAIGN_ID) { nodes { id } } }",
    "Query.decisions#fact": "{ decisions(fact: FACT_ID) { nodes { id } } }",
    "Query.decisions#member": "{ decisions(member: MEMBER_ID) { nodes { id } } }",
    "Query.lanes": "{ lanes }",
    "Query.leaderboard": '{ leaderboard(board: "points", window: ALL) { entries { nodes { rank } } } }',
    "Query.member": "{ member(id: MEMBER_ID) { id } }",
    "Query.member#identity": '{ member(identity: {kind: "shop", value: "17"}) { id } }',
    "Query.members": "{ members { nodes { id } } }",
    "Query.node#Campaign": "{ node(id: CAMPAIGN_ID) { id } }",
    "Query.node#Coupon": "{ node(id: COUPON_ID) { id } }",
    "Query.node#CouponTemplate": "{ node(id: TEMPLATE_ID) { id } }",
    "Query.node#Decision": "{ node(id: DECISION_ID) { id } }",
    "Query.node#Draft": "{ node(id: DRAFT_ID) { id } }",
    "Query.node#Member": "{ node(id: MEMBER_ID) { id } }",
    "Query.node#Participation": "{ node(id: PARTICIPATION_ID) { id } }",
    "Query.node#Wallet": "{ node(id: WALLET_ID) { id } }",
    "Query.participation": "{ participation(campaign: CAMPAIGN_ID, member: MEMBER_ID) { id } }",
    "Query.payouts": "{ payouts { edges { cursor } } }",
    "Query.redemption": "{ redemption(id: REDEMPTION_ID) { id } }",
    "Query.redemptionByCode": '{ redemptionByCode(code: "x") { id } }',
    "Query.redemptions": "{ redemptions { edges { cursor } } }",
    "Query.refundRequests": "{ refundRequests { edges { cursor } } }",
    "Query.reviews": "{ reviews { edges { cursor } } }",
    "Query.reward": "{ reward(id: REWARD_ID) { id } }",
    "Query.rewardLibraries": "{ rewardLibraries { id } }",
    "Query.rewards": "{ rewards { nodes { id } } }",
    "Query.ruleCheck": '{ ruleCheck(rule: "true") { count } }',
    "Query.ruleFeatures": "{ ruleFeatures { name } }",
    "Query.saleStock": "{ saleStock(campaign: CAMPAIGN_ID) { revision } }",
    "Query.segment": "{ segment(id: SEGMENT_ID) { id } }",
    "Query.node#Segment": "{ node(id: SEGMENT_ID) { id } }",
    "Query.segmentPresets": "{ segmentPresets { key } }",
    "Query.segments": "{ segments { edges { cursor } } }",
    "Query.tierLadder": "{ tierLadder { revision } }",
    "Query.tierLadderPreview": '{ tierLadderPreview(input: {preset: "community"}) { userErrors { code } } }',
    "Query.units": "{ units { unit } }",
    "Query.viewer": "{ viewer { __typename } }",
    **MERGE_ASKS,
    **{f"Member.{name}": ON_BOARD % document for name, document in MEMBER_FIELDS.items()},
    "Campaign.config": OF_CAMPAIGN % "config",
    "Campaign.problem": OF_CAMPAIGN % "problem",
    "Campaign.problemAt": OF_CAMPAIGN % "problemAt",
    "Campaign.results": OF_CAMPAIGN % "results { decisions }",
    "Campaign.revisions": OF_CAMPAIGN % "revisions { edges { cursor } }",
    "Campaign.spread": OF_CAMPAIGN % "spread { __typename }",
    "Campaign.terms": OF_CAMPAIGN % "terms { lane }",
    "CampaignType.distribution": OF_TYPE % "distribution",
    "CampaignType.problem": OF_TYPE % "problem",
    "Coupon.revokedFor": OF_COUPON % "revokedFor",
    "Coupon.source": OF_COUPON % "source",
    "CouponTemplate.genericCodes": OF_COUPON % "template { genericCodes { code } }",
    "CouponTemplate.issued": OF_COUPON % "template { issued }",
    "CouponTemplate.totalLimit": OF_COUPON % "template { totalLimit }",
    "Payout.approvedBy": OF_PAYOUT % "approvedBy",
    "Payout.endedBy": OF_PAYOUT % "endedBy",
    "Participation.arm": OF_PARTICIPATION % "arm",
    **{name: ask for name, ask in GROUP_ASKS.items() if not name.startswith("Mutation")},
    "Mutation.memberUpdate": changed("memberUpdate", 'member: MEMBER_ID, nickname: "x"'),
    "Mutation.memberUpdate#tier": changed("memberUpdate", 'member: MEMBER_ID, tier: "gold"'),
    "Mutation.campaignCreate": changed("campaignCreate", 'type: "check_in", name: "x", config: {}'),
    "Mutation.campaignUpdate": changed("campaignUpdate", 'campaign: THROWAWAY_ID, revision: 1, name: "y"'),
    "Mutation.campaignPublish": changed("campaignPublish", "campaign: THROWAWAY_ID"),
    "Mutation.campaignPause": changed("campaignPause", "campaign: THROWAWAY_ID"),
    "Mutation.campaignResume": changed("campaignResume", "campaign: THROWAWAY_ID"),
    "Mutation.campaignStockAdjust": changed(
        "campaignStockAdjust", 'campaign: THROWAWAY_ID, counter: "x", difference: "1", idempotencyKey: "12345678"'
    ),
    "Mutation.campaignEnd": changed("campaignEnd", "campaign: THROWAWAY_ID"),
    "Mutation.campaignArchive": changed("campaignArchive", "campaign: THROWAWAY_ID"),
    "Mutation.lanesSet": changed("lanesSet", "lanes: []"),
    "Mutation.unitUpdate": changed("unitUpdate", "unit: POINTS"),
    "Mutation.reviewDecide": changed(
        "reviewDecide", 'review: REVIEW_ID, approved: true, note: "seen", idempotencyKey: "12345678"'
    ),
    "Mutation.factSubmit": changed(
        "factSubmit",
        'type: "order.paid", member: MEMBER_ID, occurredAt: "2026-11-21T03:00:00Z", '
        'data: {order: "A1", amount_fen: 100}, idempotencyKey: "12345678"',
    ),
    "Mutation.couponTemplateCreate": changed("couponTemplateCreate", 'key: "k", titleZh: "t", titleEn: "t", terms: {}'),
    "Mutation.couponTemplateUpdate": changed("couponTemplateUpdate", "template: TEMPLATE_ID"),
    "Mutation.couponTemplatePublish": changed("couponTemplatePublish", "template: TEMPLATE_ID"),
    "Mutation.couponCodeCreate": changed("couponCodeCreate", 'template: TEMPLATE_ID, code: "SPRING"'),
    "Mutation.couponIssue": changed("couponIssue", 'member: MEMBER_ID, template: "tea", ' + KEY),
    "Mutation.couponClaim": changed("couponClaim", 'code: "SPRING", ' + KEY),
    "Mutation.couponLock": changed("couponLock", f"{ORDER}, coupons: [COUPON_ID], {LINES}"),
    "Mutation.couponUnlock": changed("couponUnlock", ORDER),
    "Mutation.couponUse": changed("couponUse", ORDER),
    "Mutation.couponReturn": changed("couponReturn", ORDER),
    "Mutation.couponVerify": changed("couponVerify", 'code: "x", store: "S1", ' + KEY),
    "Mutation.couponVerifyUndo": changed("couponVerifyUndo", 'code: "x", store: "S1", ' + KEY),
    "Mutation.couponRevoke": changed("couponRevoke", 'coupon: COUPON_ID, reason: "x", ' + KEY),
    "Mutation.couponTemplateWithdraw": changed("couponTemplateWithdraw", "template: TEMPLATE_ID"),
    "Mutation.rewardCreate": changed("rewardCreate", 'key: "x", kind: GOODS, details: {}'),
    "Mutation.rewardUpdate": changed("rewardUpdate", "reward: REWARD_ID, revision: 1"),
    "Mutation.rewardStockAdjust": changed("rewardStockAdjust", 'reward: REWARD_ID, difference: "1", ' + KEY),
    "Mutation.rewardPublish": changed("rewardPublish", "reward: REWARD_ID"),
    "Mutation.rewardLibrarySave": changed("rewardLibrarySave", 'key: "x", titleZh: "x", titleEn: "x", measure: BUYERS'),
    "Mutation.rewardRedeem": changed("rewardRedeem", "reward: REWARD_ID, " + KEY),
    "Mutation.redemptionConfirm": changed("redemptionConfirm", 'redemption: REDEMPTION_ID, order: "A", ' + KEY),
    "Mutation.redemptionUse": changed("redemptionUse", 'code: "x", ' + KEY),
    "Mutation.redemptionCancel": changed("redemptionCancel", "redemption: REDEMPTION_ID, " + KEY),
    "Mutation.rewardWithdraw": changed("rewardWithdraw", "reward: REWARD_ID"),
    "Mutation.walletSpend": changed("walletSpend", "member: MEMBER_ID, " + VALUE),
    "Mutation.walletReturn": changed("walletReturn", "member: MEMBER_ID, " + VALUE),
    "Mutation.walletHold": changed("walletHold", "member: MEMBER_ID, " + VALUE),
    "Mutation.walletHoldPost": changed("walletHoldPost", "hold: HOLD_ID, " + KEY),
    "Mutation.walletHoldVoid": changed("walletHoldVoid", "hold: HOLD_ID, " + KEY),
    "Mutation.walletAdjust": changed(
        "walletAdjust", 'member: MEMBER_ID, unit: POINTS, amount: "1", reason: "x", ' + KEY
    ),
    "Mutation.walletAdjustDecide": changed(
        "walletAdjustDecide", 'adjustment: ADJUSTMENT_ID, approved: true, note: "x", ' + KEY
    ),
    "Mutation.payoutRequest": changed("payoutRequest", 'amountFen: "100", ' + KEY),
    "Mutation.payoutApprove": changed("payoutApprove", "payout: PAYOUT_ID, " + KEY),
    "Mutation.payoutMarkPaid": changed("payoutMarkPaid", 'payout: PAYOUT_ID, reference: "T-1", ' + KEY),
    "Mutation.payoutMarkFailed": changed("payoutMarkFailed", 'payout: PAYOUT_ID, note: "x", ' + KEY),
    "Mutation.payoutReject": changed("payoutReject", 'payout: PAYOUT_ID, note: "x", ' + KEY),
    "Mutation.memberFreeze": changed("memberFreeze", 'member: MEMBER_ID, reason: "x", ' + KEY),
    "Mutation.memberUnfreeze": changed("memberUnfreeze", 'member: MEMBER_ID, reason: "x", ' + KEY),
    "Mutation.walletForfeit": changed("walletForfeit", 'member: MEMBER_ID, reason: "x", ' + KEY),
    "Mutation.unitCreate": changed("unitCreate", 'key: "GEMS", titleZh: "x", titleEn: "x"'),
    "Mutation.segmentCreate": changed("segmentCreate", 'name: "x", rule: "true"'),
    "Mutation.segmentUpdate": changed("segmentUpdate", "segment: SEGMENT_ID, revision: 1"),
    # Of something else: a segment could be deleted once.
    "Mutation.segmentDelete": changed("segmentDelete", "segment: PAYOUT_ID"),
    "Mutation.tierLadderSet": changed("tierLadderSet", 'preset: "none"'),
    "Mutation.memberTierSet": changed("memberTierSet", 'member: MEMBER_ID, tier: "gold", note: "n", ' + KEY),
    "Mutation.sessionStart": changed("sessionStart", "member: MEMBER_ID"),
    "Mutation.sessionRefresh": changed("sessionRefresh", 'refreshToken: "x"'),
    "Mutation.sessionEnd": changed("sessionEnd", 'refreshToken: "x"'),
    "Mutation.sessionsRevoke": changed("sessionsRevoke", "member: MEMBER_ID"),
    "Mutation.apiKeyCreate": changed("apiKeyCreate", 'name: "till", scopes: [FACTS]'),
    "Mutation.apiKeyRevoke": changed("apiKeyRevoke", 'prefix: "x"'),
    **{name: ask for name, ask in GROUP_ASKS.items() if name.startswith("Mutation")},
    "Mutation.checkInSign": action("checkInSign"),
    "Mutation.checkInMakeUp": action("checkInMakeUp", 'day: "2026-11-20"'),
    "Mutation.flashSaleClaim": action("flashSaleClaim", 'item: "mug"'),
    "Mutation.flashSaleCancel": action("flashSaleCancel", 'reservation: "k"'),
    "Mutation.flashSaleJoin": action("flashSaleJoin", 'item: "mug"'),
    "Mutation.flashSaleEnter": action("flashSaleEnter", 'item: "mug"'),
    "Mutation.flashSaleLeave": action("flashSaleLeave", 'line: "k"'),
    "Mutation.groupBuyOpen": action("groupBuyOpen", 'item: "mug"'),
    "Mutation.groupBuyJoin": action("groupBuyJoin", 'team: "k", item: "m"'),
    "Mutation.groupBuyLeave": action("groupBuyLeave", 'team: "k"'),
    "Mutation.referralBind": action("referralBind", 'code: "x"'),
    "Mutation.referralOpen": action("referralOpen", 'device: "0123456789abcdef"'),
    **TALK_ASKS,
    **ATTRIBUTION_ASKS,
    "Subscription.leaderboardChanged": 'subscription { leaderboardChanged(board: "points", window: ALL) { revision } }',
    "Subscription.saleStockChanged": "subscription { saleStockChanged(campaign: CAMPAIGN_ID) { revision } }",
    "Subscription.teamChanged": 'subscription { teamChanged(campaign: CAMPAIGN_ID, team: "none") { revision } }',
    "Subscription.walletChanged": "subscription { walletChanged(unit: POINTS) { revision } }",
    **AUDIT_ASKS,
    **METRIC_ASKS,
    **PERSONAL_ASKS,
}
