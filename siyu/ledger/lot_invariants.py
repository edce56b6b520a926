"""What must hold of value that expires, as SQL; probes as in `siyu.ledger.invariants`."""

from siyu.ledger.invariants import Probe

REMAINING = "What is left of a lot is the sum of the transfers that name it"
WITHIN = "The lots of an account hold no more than the account does"
OWN = "A transfer names a lot of the member's account that it moves"
IN_TIME = "What expires had come to its time, and moves to the shop's account for that"

LOT_PROBES = (
    Probe(
        REMAINING,
        "lot",
        """
        SELECT format('lot %s has %s left; its transfers come to %s', id, remaining, folded)
        FROM (SELECT id, remaining,
                     (SELECT coalesce(sum(CASE WHEN credit_id = account_id THEN amount ELSE -amount END), 0)
                      FROM transfer WHERE lot_id = lot.id) AS folded
              FROM lot WHERE id > $1 AND id <= $2) AS kept
        WHERE remaining <> folded
        """,
    ),
    Probe(
        WITHIN,
        "account",
        """
        SELECT format('account %s has %s, its lots hold %s', id, balance, held)
        FROM (SELECT id, balance, (SELECT sum(remaining) FROM lot WHERE account_id = account.id) AS held
              FROM account WHERE id > $1 AND id <= $2) AS kept
        WHERE held > coalesce(balance, 0)
        """,
    ),
    Probe(
        OWN,
        "transfer",
        """
        SELECT format('transfer %s names lot %s, which is of account %s', transfer.id, lot.id, lot.account_id)
        FROM transfer JOIN lot ON lot.id = lot_id
        WHERE transfer.id > $1 AND transfer.id <= $2 AND lot.account_id NOT IN (debit_id, credit_id)
        """,
    ),
    Probe(
        IN_TIME,
        "transfer",
        """
        SELECT format('transfer %s lets %s of lot %s expire at %s', transfer.id, amount, lot_id, at)
        FROM transfer LEFT JOIN lot ON lot.id = lot_id JOIN account credit ON credit.id = credit_id
        WHERE transfer.id > $1 AND transfer.id <= $2 AND kind = 'expire'
            AND (lot.id IS NULL OR at < lot.expires_at OR credit.purpose IS DISTINCT FROM 'expiry')
        """,
    ),
)
