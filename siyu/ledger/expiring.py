"""Books out what has expired: set-based, in bounded pieces, beside whoever else writes.

A piece locks its members as a batch of facts does and passes over whom somebody has locked, so that neither waits for
the other; in the same transaction it does all there is to do for them. Stopped anywhere, it finds what is left again.
"""

from datetime import datetime

from siyu.db import Pool
from siyu.ids import NEW_ID, NUMBERED_ID

# Lots looked for at once; with what else is due of the same members some 20 ms of work, which a fact of one of them may
# wait.
LOTS_AT_ONCE = 250

# What a crash undoes here is found again, and nobody was told: the disk need not be waited for.
NEED_NOT_WAIT = "SET LOCAL synchronous_commit = off"

# Whose lots are `due`: a statement with the column account_id. Their ids as the next statement's parameter, which the
# driver need not take apart; null if there is nobody.
LOCK_OWNERS = """
WITH locked AS (
    SELECT id FROM member WHERE id IN (
        SELECT account.member_id FROM ({due}) AS due JOIN account ON account.id = due.account_id
    ) ORDER BY id FOR NO KEY UPDATE SKIP LOCKED
)
SELECT array_agg(id)::text FROM locked
"""

EXPIRED = """
SELECT account_id FROM lot WHERE NOT closed AND warned IN (false, true) AND expires_at <= $1 LIMIT $2
"""
LOCK_EXPIRED = LOCK_OWNERS.format(due=EXPIRED)

# The running balance of an account that several of its lots leave: in the order in which they expired. A row's place
# stands still as long as its member is locked, and finding it by that costs a fifth of an index.
BOOK_OUT = f"""
WITH due AS MATERIALIZED (
    SELECT lot.id, lot.ctid AS place, lot.account_id, account.ctid AS account_place, account.unit, lot.expires_at,
           lot.remaining,
           account.balance - sum(lot.remaining) OVER (PARTITION BY account.id ORDER BY lot.expires_at) AS balance,
           row_number() OVER (ORDER BY account.id, lot.expires_at)::int AS number
    FROM account JOIN lot ON lot.account_id = account.id
    WHERE account.member_id = ANY(ARRAY(SELECT unnest($1::text::uuid[]))) AND NOT lot.closed AND lot.expires_at <= $2
), emptied AS (
    UPDATE lot SET remaining = 0, closed = true FROM due WHERE lot.ctid = due.place
), booked AS (
    UPDATE account SET balance = account.balance - gone.amount
    FROM (SELECT account_place, sum(remaining)::bigint AS amount FROM due GROUP BY account_place) AS gone
    WHERE account.ctid = gone.account_place AND gone.amount > 0
), first AS MATERIALIZED (
    SELECT {NEW_ID} AS id
), moved AS (
    INSERT INTO transfer (id, unit, debit_id, credit_id, amount, member_balance, kind, at, lot_id)
    SELECT {NUMBERED_ID.format(first="first.id", number="due.number")},
           due.unit, due.account_id, shop.id, due.remaining, due.balance, 'expire', due.expires_at, due.id
    FROM first, due JOIN account AS shop ON shop.purpose = 'expiry' AND shop.unit = due.unit
    WHERE due.remaining > 0 ORDER BY due.number
)
SELECT count(*)::int FROM due
"""


async def expire_some(pool: Pool, now: datetime, lots_max: int = LOTS_AT_ONCE) -> int:
    """Book out what has expired of the members who have `lots_max` of the lots that are due; how many it was.

    Fewer than were looked for are all there are, but for those of members whom somebody else has locked.
    """
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute(NEED_NOT_WAIT)
        owners = await connection.fetchval(LOCK_EXPIRED, now, lots_max)
        done: int = await connection.fetchval(BOOK_OUT, owners, now) if owners is not None else 0
        return done
