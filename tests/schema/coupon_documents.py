"""What is asked about coupons in GraphQL, and by whom it may be."""

from schema.ids import COUPON, COUPON_TEMPLATE, MEMBER, encode_id
from siyu.ids import new_id

SOMEBODY, SOME_COUPON = encode_id(MEMBER, new_id()), encode_id(COUPON, new_id())
SOME_TEMPLATE = encode_id(COUPON_TEMPLATE, new_id())
KEY = 'idempotencyKey: "12345678"'
LINES = 'lines: [{product: "tea", priceFen: 100}]'
ORDER = f'member: "{SOMEBODY}", order: "A1", {KEY}'
ERRORS = "{ userErrors { code } }"


def mutation(name: str, given: str) -> str:
    """A mutation that answers with its userErrors."""
    return f"mutation {{ {name}(input: {{{given}}}) {ERRORS} }}"


# For each root field: how to ask, and who may (m, o, s, c: member, operator, service, clerk).
COUPON_MATRIX = {
    "coupon": (f'{{ coupon(id: "{SOME_COUPON}") {{ id }} }}', "mosc"),
    "couponTemplates": ("{ couponTemplates { nodes { id } } }", "os"),
    "couponTemplate": (f'{{ couponTemplate(id: "{SOME_TEMPLATE}") {{ id }} }}', "os"),
    "couponTermsSchema": ("{ couponTermsSchema }", "o"),
    "couponQuote": (f"{{ couponQuote(input: {{{LINES}}}) {ERRORS} }}", "mosc"),
    "couponTemplateCreate": (
        mutation("couponTemplateCreate", 'key: "k", titleZh: "t", titleEn: "t", terms: {}'),
        "o",
    ),
    "couponTemplateUpdate": (mutation("couponTemplateUpdate", f'template: "{SOME_TEMPLATE}"'), "o"),
    "couponTemplatePublish": (mutation("couponTemplatePublish", f'template: "{SOME_TEMPLATE}"'), "o"),
    "couponTemplateWithdraw": (mutation("couponTemplateWithdraw", f'template: "{SOME_TEMPLATE}"'), "o"),
    "couponCodeCreate": (mutation("couponCodeCreate", f'template: "{SOME_TEMPLATE}", code: "SPRING"'), "o"),
    "couponIssue": (mutation("couponIssue", f'member: "{SOMEBODY}", template: "k", {KEY}'), "os"),
    "couponClaim": (mutation("couponClaim", f'code: "SPRING", {KEY}'), "m"),
    "couponLock": (mutation("couponLock", f'{ORDER}, coupons: ["{SOME_COUPON}"], {LINES}'), "os"),
    "couponUnlock": (mutation("couponUnlock", ORDER), "os"),
    "couponUse": (mutation("couponUse", ORDER), "os"),
    "couponReturn": (mutation("couponReturn", ORDER), "os"),
    "couponVerify": (mutation("couponVerify", f'code: "x", store: "S1", {KEY}'), "oc"),
    "couponVerifyUndo": (mutation("couponVerifyUndo", f'code: "x", store: "S1", {KEY}'), "oc"),
    "couponRevoke": (mutation("couponRevoke", f'coupon: "{SOME_COUPON}", reason: "x", {KEY}'), "o"),
}
