"""What must hold of holds of own value and of payouts, as SQL; probes as in `siyu.ledger.invariants`."""

from siyu.ledger.invariants import Probe

KEPT = "What an open hold of own value keeps was taken for it and has not come back"
PAID_OUT = "What a payout took is gone as long as it stands, and has come back once it is undone"

# What was taken of the member under a reference into an account of the shop's own, less what came back.
TAKEN = """
    (SELECT coalesce(sum(spent.amount - coalesce((
                SELECT sum(amount) FROM transfer back WHERE back.reverses_id = spent.id), 0)), 0)
     FROM account own JOIN transfer spent ON spent.credit_id = own.id AND spent.kind = 'spend'
        AND spent.reference = {reference}
     JOIN account wallet ON wallet.id = spent.debit_id
        AND (wallet.member_id = {row}.member_id OR wallet.member_id = ANY(kin_of({row}.member_id)))
     WHERE own.purpose = '{purpose}' AND own.unit = {unit})
"""
HELD = TAKEN.format(reference="value_hold.reference", row="value_hold", purpose="spending", unit="value_hold.unit")
SENT = TAKEN.format(reference="payout.id::text", row="payout", purpose="payout", unit="'commission'")

WALLET_PROBES = (
    Probe(
        KEPT,
        "value_hold",
        f"""
        SELECT format('hold %s keeps %s; what was taken for it comes to %s', id, amount, taken)
        FROM (SELECT id, amount, {HELD} AS taken FROM value_hold
              WHERE id > $1 AND id <= $2 AND state = 'open') AS kept
        WHERE taken < amount
        """,
    ),
    Probe(
        PAID_OUT,
        "payout",
        f"""
        SELECT format('payout %s of %s is %s; what it took comes to %s', id, amount_fen, state, taken)
        FROM (SELECT id, amount_fen, state, {SENT} AS taken FROM payout WHERE id > $1 AND id <= $2) AS sent
        WHERE taken <> CASE WHEN state IN ('failed', 'rejected') THEN 0 ELSE amount_fen END
        """,
    ),
)
