"""What must hold of refunds that campaigns asked for, as SQL; probes as in `siyu.ledger.invariants`.

Three tables tell of one refund: the decision that asked logged the id of a pending fact, the fact `refund.requested` is
named by that id, and the request of its campaign and order stands for all such facts.
"""

from siyu.ledger.invariants import Probe

ASKED = "What a decision asked to be paid back was entered, or waits to be"
EXPLAINED = "A refund that was entered was asked for by a decision of its campaign about its member"
REQUESTED = "A refund that was entered is among the requests, with as much as it asked for"
AMOUNT = "A request asks for the greatest amount that was entered, and for no more than its order's"
DONE = "A request is done once its order's money is back, and open before"

# What the core itself refused has no campaign.
ENTERED = """
    type = 'refund.requested' AND NOT EXISTS (
        SELECT FROM decision WHERE decision.fact_id = fact.id AND decision.campaign_id IS NULL)
"""
WANTED = "least((fact.data->>'amount_fen')::bigint, shop_order.amount_fen)"
# A fact that follows is as old as its cause, whose clock may have run ahead of ours when it was reported.
CAUSE = """
    SELECT FROM fact cause JOIN decision ON decision.fact_id = cause.id
    CROSS JOIN LATERAL jsonb_array_elements(decision.effects) AS effect
    WHERE cause.member_id = {whose} AND cause.at BETWEEN fact.at AND fact.at + interval '5 minutes'
        AND decision.campaign_id = fact.campaign_id AND effect->>'kind' = 'refund'
        AND 'emit/' || (effect->>'pending') = fact.idempotency_key
        AND effect->'order' = fact.data->'order' AND effect->'amount_fen' = fact.data->'amount_fen'
        AND effect->'reason' = fact.data->'reason'
"""

REFUND_PROBES = (
    Probe(
        ASKED,
        "decision",
        """
        SELECT format('decision %s asked to pay back %s fen of order %s, which was never entered', decision.id,
                      effect->>'amount_fen', effect->>'order')
        FROM decision CROSS JOIN LATERAL jsonb_array_elements(effects) AS effect
        WHERE decision.id > $1 AND decision.id <= $2 AND effects @> '[{"kind": "refund"}]'
            AND effect->>'kind' = 'refund'
            AND NOT EXISTS (SELECT FROM pending_fact WHERE pending_fact.id = (effect->>'pending')::uuid)
            AND NOT EXISTS (SELECT FROM fact WHERE idempotency_key = 'emit/' || (effect->>'pending'))
        """,
    ),
    Probe(
        EXPLAINED,
        "fact",
        f"""
        SELECT format('fact %s asks to pay back %s fen of order %s; no decision of campaign %s says so', id,
                      data->>'amount_fen', data->>'order', campaign_id)
        FROM fact WHERE id > $1 AND id <= $2 AND type = 'refund.requested'
            AND NOT EXISTS ({CAUSE.format(whose="fact.member_id")})
            AND NOT EXISTS ({CAUSE.format(whose="ANY(kin_of(fact.member_id))")})
        """,
    ),
    Probe(
        REQUESTED,
        "fact",
        f"""
        SELECT format('fact %s asks to pay back %s fen of order %s; the request of campaign %s has %s', fact.id,
                      {WANTED}, number, fact.campaign_id, coalesce(asked_fen, 0))
        FROM fact JOIN shop_order ON number = fact.data->>'order'
            LEFT JOIN refund_request request
                ON request.order_id = shop_order.id AND request.campaign_id = fact.campaign_id
        WHERE fact.id > $1 AND fact.id <= $2 AND {ENTERED} AND coalesce(asked_fen, 0) < {WANTED}
        """,
    ),
    Probe(
        AMOUNT,
        "refund_request",
        f"""
        SELECT format('request %s asks to pay back %s fen of order %s to member %s; %s were asked for', request.id,
                      asked_fen, number, request.member_id, coalesce(wanted, 0))
        FROM refund_request request JOIN shop_order ON shop_order.id = request.order_id
            CROSS JOIN LATERAL (
                SELECT max({WANTED}) AS wanted FROM fact
                WHERE fact.member_id = ANY(kin_of(request.member_id)) AND fact.campaign_id = request.campaign_id
                    AND fact.data->>'order' = number AND {ENTERED}) AS entered
        WHERE request.id > $1 AND request.id <= $2
            AND (asked_fen IS DISTINCT FROM wanted OR request.member_id <> shop_order.member_id)
        """,
    ),
    Probe(
        DONE,
        "refund_request",
        """
        SELECT format('request %s for %s fen of order %s is %s; %s fen are back', request.id, asked_fen, number, state,
                      refunded_fen)
        FROM refund_request request JOIN shop_order ON shop_order.id = request.order_id
        WHERE request.id > $1 AND request.id <= $2 AND (state = 'done') <> (refunded_fen >= asked_fen)
        """,
    ),
)
