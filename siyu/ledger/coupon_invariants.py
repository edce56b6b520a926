"""What must hold of coupons, as SQL that finds what breaks it; probes as in `siyu.ledger.invariants`."""

from siyu.ledger.invariants import Probe

ISSUED = "A coupon template counts the coupons that were made of it, and no more than it may give out"
PLACES = "A member's coupons of a template are their first, second and so on"
CLAIMED = "A coupon code counts the coupons that it was claimed for"
LOGGED = "What a coupon is kept, used or revoked for was decided"

# What decisions about the coupon's member say that became of it.
LOG = """
    SELECT FROM fact JOIN decision ON decision.fact_id = fact.id
    CROSS JOIN LATERAL jsonb_array_elements(decision.effects) AS effect
    WHERE fact.member_id = {whose} AND decision.campaign_id IS NULL AND effect->>'kind' = 'coupon'
        AND effect->>'coupon' = coupon.id::text AND effect->>'change' = {change}
        AND (effect->>'order') IS NOT DISTINCT FROM coupon.order_number
        AND (effect->>'store') IS NOT DISTINCT FROM coupon.store
"""
# What was decided about a member who became one person with the coupon's: looked for where nothing else was found.
KIN = "ANY(kin_of(coupon.member_id))"
GIVEN = """
    SELECT FROM fact JOIN decision ON decision.fact_id = fact.id
    WHERE fact.member_id = {whose} AND decision.effects @> jsonb_build_array(
        jsonb_build_object('kind', 'coupon', 'change', 'issued', 'coupon', coupon.id))
"""
CHANGE = "CASE WHEN state = 'used' AND store IS NOT NULL THEN 'verified' ELSE state END"

COUPON_PROBES = (
    Probe(
        ISSUED,
        "coupon_template",
        """
        SELECT format('template %s counts %s coupons; there are %s', key, issued, made)
        FROM coupon_template CROSS JOIN LATERAL (
            SELECT count(*) AS made FROM coupon WHERE template_id = coupon_template.id) AS own
        WHERE id > $1 AND id <= $2 AND (issued <> made OR made > total_limit)
        """,
    ),
    Probe(
        PLACES,
        "coupon_template",
        """
        SELECT format('member %s has %s coupons of template %s; the last is number %s', member_id, made, key, last)
        FROM coupon_template CROSS JOIN LATERAL (
            SELECT member_id, count(*) AS made, max(place) AS last FROM coupon
            WHERE template_id = coupon_template.id GROUP BY member_id) AS own
        WHERE id > $1 AND id <= $2 AND made <> last
            AND NOT EXISTS (SELECT FROM member WHERE id = member_id AND merged_into IS NOT NULL)
        """,
    ),
    Probe(
        CLAIMED,
        "coupon_template",
        """
        SELECT format('code %s counts %s uses; %s coupons were claimed with it', coupon_code.code, used, made)
        FROM coupon_template JOIN coupon_code ON coupon_code.template_id = coupon_template.id
            CROSS JOIN LATERAL (SELECT count(*) AS made FROM coupon WHERE claimed_code = coupon_code.code) AS own
        WHERE coupon_template.id > $1 AND coupon_template.id <= $2 AND used <> made
        """,
    ),
    Probe(
        LOGGED,
        "coupon",
        f"""
        SELECT format('coupon %s is %s; no decision about member %s says so', id, state, member_id)
        FROM coupon WHERE id > $1 AND id <= $2 AND state IN ('locked', 'used', 'revoked')
            AND NOT EXISTS ({LOG.format(change=CHANGE, whose="coupon.member_id")})
            AND NOT EXISTS ({LOG.format(change=CHANGE, whose=KIN)})
        """,
    ),
    Probe(
        LOGGED,
        "coupon",
        f"""
        SELECT format('coupon %s was never given to member %s by a decision', id, member_id)
        FROM coupon WHERE id > $1 AND id <= $2 AND NOT EXISTS ({GIVEN.format(whose="coupon.member_id")})
            AND NOT EXISTS ({GIVEN.format(whose=KIN)})
        """,
    ),
)
