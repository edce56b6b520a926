"""What must hold of value on a live database, as SQL that finds what breaks it in a range of rows.

Each probe looks at the rows of its table whose id lies in ($1, $2] and answers with a sentence for each violation.
A probe of a board also gets what the worker has yet to add to it: members ($3) and amounts ($4), each member once.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Probe:
    """SQL that finds violations of one invariant among rows of one table."""

    invariant: str
    table: str
    sql: str
    # Whose unfolded changes it needs.
    board: str | None = None


BALANCE = "A member's balance is the sum of their transfers"
RUNNING_BALANCE = "The balances kept with an account's transfers follow one from another"
NOT_NEGATIVE = "No balance is below zero"
ISSUED = "What campaigns paid out is what members have"
TAKEN_BACK = "No more is taken back than was given"
MIRROR = "What is taken back moves between the accounts it was given between, in its unit"
UNIT = "A transfer moves the unit of both its accounts"
SIDES = "A grant goes from a campaign to a member, a spend the other way, and what undoes one goes back"
DEBT = "What a member owes is what was not taken back and not repaid since"
# Boards drop who is erased; what they earned and ordered stays.
NOT_ERASED = "NOT EXISTS (SELECT FROM member WHERE id = member_id AND erased_at IS NOT NULL)"
POINTS_BOARD = "The points board of all time, once everything is folded, shows what members earned"
POSTED = "What was posted of a hold was granted to its member by its campaign"
SPEND_BOARD = "The spend board of all time, once everything is folded, shows what members' orders come to"
CARRIED = "What members bring along when they become one person goes in and comes out with the same fact"
DECISION = "A decision's log says what its transfers moved"
PRESENT = "What facts, decisions and transfers name is there"

# Of a debt the other way round: it grows with what is paid out of it.
FOLD = """
    (SELECT coalesce(sum(amount), 0) FROM transfer WHERE credit_id = account.id)
    - (SELECT coalesce(sum(amount), 0) FROM transfer WHERE debit_id = account.id)
"""

OWED = """
    (SELECT coalesce(sum(amount), 0) FROM transfer WHERE debit_id = account.id)
    - (SELECT coalesce(sum(amount), 0) FROM transfer WHERE credit_id = account.id)
"""

# Who gives and takes in the shop's own name.
NOBODY = "'00000000-0000-0000-0000-000000000000'::uuid"

# Spends and their return are no earnings.
EARNED = """
    (SELECT coalesce(sum(amount), 0) FROM transfer WHERE credit_id = account.id AND kind = 'grant')
    - (SELECT coalesce(sum(amount), 0) FROM transfer WHERE debit_id = account.id AND kind = 'reverse')
"""

# The transfers that an effect in the decision log stands for.
MOVING = """
    CASE WHEN effect->>'kind' = 'settle' THEN 'grant'
         WHEN effect->>'kind' = 'reverse' AND effect->>'of' = 'spend' THEN 'unspend'
         ELSE effect->>'kind' END
"""

# Who stands for members in a range, and for those who were merged into them; on boards they are one.
PERSONS = """
    SELECT id AS member_id, id AS person_id FROM member WHERE id > $1 AND id <= $2 AND merged_into IS NULL
    UNION ALL SELECT id, merged_into FROM member WHERE merged_into > $1 AND merged_into <= $2
"""

# What an effect says that it moved: its own amount, and beside it what was repaid out of the member's wallet, whoever
# gave it, and what a debt or the shop made up for.
BESIDE = f"""
    SELECT fact_id, CASE WHEN moved.kind = 'repay' THEN NULL ELSE campaign_id END AS campaign_id, moved.kind,
           effect->>'unit' AS unit, moved.amount::bigint AS amount
    FROM decision CROSS JOIN LATERAL jsonb_array_elements(effects) AS effect
    CROSS JOIN LATERAL (VALUES ({MOVING}, effect->>'amount'), ('repay', effect->>'repaid'),
                               ('owe', effect->>'owed'), ('write_off', effect->>'written_off')) AS moved (kind, amount)
    WHERE fact_id > $1 AND fact_id <= $2 AND effect->>'kind' IN ('grant', 'reverse', 'spend', 'settle')
        AND moved.amount IS NOT NULL
"""

# A member's score of all time once everything is folded.
SHOWN = """
    SELECT member_id, sum(amount) AS score FROM (
        SELECT member_id, score AS amount FROM board_score
        WHERE board = '{board}' AND scope = '00000000-0000-0000-0000-000000000000' AND window_key = 'all'
            AND member_id > $1 AND member_id <= $2
        UNION ALL SELECT * FROM unnest($3::uuid[], $4::bigint[])
    ) AS part GROUP BY member_id
"""
PROBES = (
    Probe(
        BALANCE,
        "account",
        f"""
        SELECT format('account %s has a balance of %s; its transfers come to %s', id, balance, folded)
        FROM (SELECT id, balance, {FOLD} AS folded FROM account
              WHERE id > $1 AND id <= $2 AND member_id IS NOT NULL) AS kept
        WHERE balance <> folded
        """,
    ),
    Probe(
        DEBT,
        "account",
        f"""
        SELECT format('account %s owes %s; its transfers come to %s', id, balance, folded)
        FROM (SELECT id, balance, {OWED} AS folded FROM account
              WHERE id > $1 AND id <= $2 AND debtor_id IS NOT NULL) AS kept
        WHERE balance <> folded
        """,
    ),
    Probe(
        NOT_NEGATIVE,
        "account",
        """
        SELECT format('account %s has a balance of %s', id, balance)
        FROM account WHERE id > $1 AND id <= $2 AND balance < 0
        """,
    ),
    Probe(
        NOT_NEGATIVE,
        "transfer",
        """
        SELECT format('transfer %s left a balance of %s', id, member_balance)
        FROM transfer WHERE id > $1 AND id <= $2 AND member_balance < 0
        """,
    ),
    Probe(
        UNIT,
        "transfer",
        """
        SELECT format('transfer %s of %s goes from an account of %s to one of %s', transfer.id, transfer.unit,
                      debit.unit, credit.unit)
        FROM transfer JOIN account debit ON debit.id = debit_id JOIN account credit ON credit.id = credit_id
        WHERE transfer.id > $1 AND transfer.id <= $2 AND (transfer.unit <> debit.unit OR transfer.unit <> credit.unit)
        """,
    ),
    Probe(
        SIDES,
        "transfer",
        """
        SELECT format('transfer %s is a %s of %s from account %s to account %s', transfer.id, kind, amount, debit_id,
                      credit_id)
        FROM transfer JOIN account debit ON debit.id = debit_id JOIN account credit ON credit.id = credit_id
        WHERE transfer.id > $1 AND transfer.id <= $2 AND (amount <= 0 OR NOT CASE kind
            WHEN 'owe' THEN debit.debtor_id IS NOT NULL AND num_nonnulls(credit.member_id, credit.debtor_id) = 0
            WHEN 'write_off' THEN coalesce(debit.purpose, '') = 'write_off' AND credit.campaign_id IS NOT NULL
            WHEN 'repay' THEN coalesce(debit.member_id = credit.debtor_id, false)
            WHEN 'merge' THEN 'merge' IN (coalesce(debit.purpose, ''), coalesce(credit.purpose, ''))
                 AND num_nonnulls(debit.member_id, debit.debtor_id, credit.member_id, credit.debtor_id) = 1
            ELSE num_nonnulls(debit.member_id, credit.member_id) = 1
                 AND num_nonnulls(debit.debtor_id, credit.debtor_id) = 0
                 AND (debit.member_id IS NULL) = (kind IN ('grant', 'unspend')) END)
        """,
    ),
    Probe(
        TAKEN_BACK,
        "transfer",
        """
        SELECT format('transfer %s gave %s, of which %s was taken back', id, amount, taken)
        FROM (SELECT id, amount, (SELECT sum(amount) FROM transfer WHERE reverses_id = given.id) AS taken
              FROM transfer given WHERE id > $1 AND id <= $2) AS given
        WHERE taken > amount
        """,
    ),
    Probe(
        MIRROR,
        "transfer",
        """
        SELECT format('transfer %s takes back %s, which was of other accounts, another unit or another kind', taken.id,
                      given.id)
        FROM transfer taken JOIN transfer given ON given.id = taken.reverses_id
        WHERE taken.id > $1 AND taken.id <= $2
            AND ((taken.credit_id, taken.unit) <> (given.debit_id, given.unit)
                 OR (taken.kind, given.kind) NOT IN (('reverse', 'grant'), ('unspend', 'spend'), ('owe', 'grant'),
                                                     ('write_off', 'grant'))
                 OR CASE taken.kind
                    WHEN 'owe' THEN (SELECT debtor_id FROM account WHERE id = taken.debit_id)
                        IS DISTINCT FROM (SELECT member_id FROM account WHERE id = given.credit_id)
                    WHEN 'write_off' THEN false ELSE taken.debit_id <> given.credit_id END)
        """,
    ),
    Probe(
        POINTS_BOARD,
        "member",
        f"""
        SELECT format('member %s comes to %s on the board; their grants come to %s', member_id, coalesce(score, 0),
                      coalesce(folded, 0))
        FROM (SELECT person_id AS member_id, sum({EARNED}) AS folded
              FROM ({PERSONS}) AS kin JOIN account USING (member_id)
              WHERE unit = 'points' GROUP BY person_id) AS earned
        FULL JOIN ({SHOWN.format(board="points")}) AS shown USING (member_id)
        WHERE coalesce(score, 0) <> coalesce(folded, 0) AND {NOT_ERASED}
        """,
        board="points",
    ),
    Probe(
        SPEND_BOARD,
        "member",
        f"""
        SELECT format('member %s comes to %s fen on the board; their orders come to %s fen', member_id,
                      coalesce(score, 0), coalesce(spent, 0))
        FROM (SELECT member_id, sum(amount_fen - refunded_fen) AS spent FROM shop_order
              WHERE member_id > $1 AND member_id <= $2 GROUP BY member_id) AS ordered
        FULL JOIN ({SHOWN.format(board="spend")}) AS shown USING (member_id)
        WHERE coalesce(score, 0) <> coalesce(spent, 0) AND {NOT_ERASED}
        """,
        board="spend",
    ),
    Probe(
        DECISION,
        "fact",
        f"""
        SELECT format('fact %s: the log of campaign %s says %s %s %s, its transfers %s', fact_id, campaign_id, kind,
                      coalesce(logged.amount, 0), unit, coalesce(moved.amount, 0))
        FROM (SELECT fact_id, coalesce(campaign_id, {NOBODY}) AS campaign_id, kind, unit, sum(amount) AS amount
              FROM ({BESIDE}) AS said
              GROUP BY 1, 2, 3, 4) AS logged
        FULL JOIN (SELECT fact_id, coalesce(debit.campaign_id, credit.campaign_id, {NOBODY}) AS campaign_id, kind,
                          transfer.unit, sum(amount) AS amount
                   FROM transfer
                   JOIN account debit ON debit.id = debit_id JOIN account credit ON credit.id = credit_id
                   WHERE fact_id > $1 AND fact_id <= $2 AND kind <> 'merge'
                   GROUP BY 1, 2, 3, 4) AS moved
            USING (fact_id, campaign_id, kind, unit)
        WHERE coalesce(logged.amount, 0) <> coalesce(moved.amount, 0)
        """,
    ),
    Probe(
        CARRIED,
        "fact",
        """
        SELECT format('fact %s carried %s %s more in than out', fact_id, surplus, unit)
        FROM (SELECT fact_id, unit, sum(CASE WHEN debit_id = between_id THEN -amount ELSE amount END) AS surplus
              FROM transfer JOIN (SELECT id AS between_id, unit FROM account WHERE purpose = 'merge') AS between
                  USING (unit)
              WHERE fact_id > $1 AND fact_id <= $2 AND kind = 'merge' GROUP BY 1, 2) AS carried
        WHERE surplus <> 0
        """,
    ),
    Probe(
        POSTED,
        "hold",
        """
        SELECT format('hold %s was posted with %s; its transfer %s does not say so', hold.id, posted, transfer_id)
        FROM hold LEFT JOIN transfer ON transfer.id = transfer_id
            LEFT JOIN account debit ON debit.id = debit_id LEFT JOIN account credit ON credit.id = credit_id
        WHERE hold.id > $1 AND hold.id <= $2 AND (posted > 0 OR transfer_id IS NOT NULL)
            AND ((transfer.kind, transfer.amount, transfer.unit, debit.campaign_id)
                 IS DISTINCT FROM ('grant', posted, hold.unit, hold.campaign_id)
                 OR (credit.member_id = hold.member_id OR credit.member_id = ANY(kin_of(hold.member_id))) IS NOT TRUE)
        """,
    ),
    # The database has no foreign keys here (siyu/engine/models.py).
    Probe(
        PRESENT,
        "fact",
        """
        SELECT format('fact %s names member %s, who is not there', id, member_id) FROM fact
        WHERE id > $1 AND id <= $2 AND NOT EXISTS (SELECT FROM member WHERE member.id = fact.member_id)
        """,
    ),
    Probe(
        PRESENT,
        "decision",
        """
        SELECT format('decision %s names fact %s, which is not there', id, fact_id) FROM decision
        WHERE id > $1 AND id <= $2 AND NOT EXISTS (SELECT FROM fact WHERE fact.id = decision.fact_id)
        """,
    ),
    Probe(
        PRESENT,
        "decision",
        """
        SELECT format('decision %s names campaign %s, which is not there', id, campaign_id) FROM decision
        WHERE id > $1 AND id <= $2 AND campaign_id IS NOT NULL
            AND NOT EXISTS (SELECT FROM campaign WHERE campaign.id = decision.campaign_id)
        """,
    ),
    Probe(
        PRESENT,
        "transfer",
        """
        SELECT format('transfer %s names fact %s, which is not there', id, fact_id) FROM transfer
        WHERE id > $1 AND id <= $2 AND fact_id IS NOT NULL
            AND NOT EXISTS (SELECT FROM fact WHERE fact.id = transfer.fact_id)
        """,
    ),
)
