"""What must hold of redemptions, as SQL; probes as in `siyu.ledger.invariants`.

A redemption names the fact that asked for it, in which its points were spent, and the fact by which it was given.
"""

from siyu.ledger.invariants import Probe

TAKEN = "What is taken of a reward is what members reserved or have of it"
PAID = "A redemption's points are those that were spent for it, and back once it came to nothing"
GIVEN = "What siyu gives for a redemption is given once, when it is used"
OPENED = "An issued reward that became a redemption says so"

STANDING = "state IN ('reserved', 'confirmed', 'used')"

REWARD_PROBES = (
    Probe(
        TAKEN,
        "reward",
        f"""
        SELECT format('reward %s says that %s are taken; its redemptions come to %s', id, taken, counted)
        FROM (SELECT id, taken, (SELECT count(*) FROM redemption
                                 WHERE reward_id = reward.id AND issued_id IS NULL AND {STANDING}) AS counted
              FROM reward WHERE id > $1 AND id <= $2) AS kept
        WHERE taken <> counted
        """,
    ),
    Probe(
        PAID,
        "redemption",
        f"""
        SELECT format('redemption %s (%s) is for %s points; %s were spent, %s of them are back', id, state, points,
                      spent, back)
        FROM (SELECT redemption.id, state, points, coalesce(sum(spend.amount), 0) AS spent,
                     coalesce(sum(undone.back), 0) AS back
              FROM redemption
                  LEFT JOIN transfer spend ON spend.fact_id = redemption.fact_id AND spend.kind = 'spend'
                      AND spend.reference = 'redemption/' || redemption.id
                  LEFT JOIN LATERAL (SELECT sum(amount) AS back FROM transfer WHERE reverses_id = spend.id) AS undone
                      ON true
              WHERE redemption.id > $1 AND redemption.id <= $2
              GROUP BY redemption.id) AS paid
        WHERE spent <> points OR back <> CASE WHEN {STANDING} THEN 0 ELSE points END
        """,
    ),
    Probe(
        GIVEN,
        "redemption",
        """
        SELECT format('redemption %s (%s) of %s gave %s points and %s privileges', id, state, kind, granted, worn)
        FROM (SELECT id, state, kind, (gives->>'amount')::bigint AS amount,
                     coalesce((SELECT sum(amount) FROM transfer
                               WHERE fact_id = used_fact_id AND transfer.kind = 'grant'
                                   AND reference = 'redemption/' || redemption.id), 0) AS granted,
                     (SELECT count(*) FROM privilege WHERE redemption_id = redemption.id) AS worn
              FROM redemption WHERE id > $1 AND id <= $2) AS given
        WHERE granted <> CASE WHEN kind = 'points' AND state = 'used' THEN amount ELSE 0 END
            OR worn <> (kind = 'privilege' AND state = 'used')::integer
        """,
    ),
    Probe(
        OPENED,
        "redemption",
        """
        SELECT format('redemption %s is of the issued reward %s, which is of another member or does not say so',
                      redemption.id, issued_id)
        FROM redemption JOIN issued_reward ON issued_reward.id = issued_id
        WHERE redemption.id > $1 AND redemption.id <= $2
            AND (opened_at IS NULL OR (issued_reward.member_id <> redemption.member_id
                                       AND issued_reward.member_id <> ALL (kin_of(redemption.member_id))))
        """,
    ),
)
