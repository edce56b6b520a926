"""Recomputes everything that must hold of value from the transfers, in one snapshot of a live database."""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from siyu.db import Connection, Pool
from siyu.ledger.chains import is_one_chain
from siyu.ledger.counter_invariants import COUNTER_PROBES
from siyu.ledger.coupon_invariants import COUPON_PROBES
from siyu.ledger.invariants import ISSUED, RUNNING_BALANCE, Probe
from siyu.ledger.invariants import PROBES as VALUE_PROBES
from siyu.ledger.lot_invariants import LOT_PROBES
from siyu.ledger.refund_invariants import REFUND_PROBES
from siyu.ledger.reward_invariants import REWARD_PROBES
from siyu.ledger.unfolded import Unfolded

# Rows looked at with one statement: milliseconds each, so that a check of any size stays interruptible.
ROWS_AT_ONCE = 10_000
VIOLATIONS_SHOWN_MAX = 10
COUNT_TIMEOUT_S = 600.0
TABLES = (
    "account",
    "transfer",
    "member",
    "fact",
    "decision",
    "campaign",
    "reservation",
    "hold",
    "refund_request",
    "lot",
    "coupon_template",
    "coupon",
    "reward",
    "redemption",
)
PROBES = (
    *VALUE_PROBES,
    *COUNTER_PROBES,
    *REFUND_PROBES,
    *LOT_PROBES,
    *COUPON_PROBES,
    *REWARD_PROBES,
)
FIRST_ID, LAST_ID = UUID(int=0), UUID(int=2**128 - 1)

# Half of all transfers touch one campaign's account, so the planner expects that of any account and would read the
# whole table for each. Every statement here has an index for its range.
BY_INDEX = "SET LOCAL enable_seqscan = off"

# Called with how many rows are done, and of how many.
OnProgress = Callable[[int, int], None]

NEXT_RANGE = """
SELECT count(*), (array_agg(id ORDER BY id DESC))[1] FROM (
    SELECT id FROM {table} WHERE id > $1 ORDER BY id LIMIT $2
) AS next
"""

# An account's transfers in the order of their ids: `before` and `change` should give `member_balance`.
STEPS = """
    SELECT member_balance, change, lag(member_balance, 1, 0::bigint) OVER (ORDER BY id) AS before FROM (
        SELECT id, member_balance, amount AS change FROM transfer WHERE credit_id = account.id
        UNION ALL SELECT id, member_balance, -amount FROM transfer WHERE debit_id = account.id
    ) AS own
"""
BROKEN_IN_ORDER_OF_ID = f"""
SELECT id FROM account
WHERE id > $1 AND id <= $2 AND member_id IS NOT NULL
    AND EXISTS (SELECT FROM ({STEPS}) AS step WHERE before + change <> member_balance)
"""
STEPS_OF_ACCOUNT = f"""
SELECT member_balance - change, member_balance
FROM (SELECT $1::uuid AS id) AS account CROSS JOIN LATERAL ({STEPS}) AS step
"""

HELD = (
    "SELECT unit, sum(balance)::bigint FROM account WHERE id > $1 AND id <= $2 AND member_id IS NOT NULL GROUP BY unit"
)
PAID_OUT = """
SELECT unit, sum(amount)::bigint FROM (
    SELECT debit.unit, amount FROM transfer JOIN account debit ON debit.id = debit_id
    WHERE transfer.id > $1 AND transfer.id <= $2 AND debit.member_id IS NULL
    UNION ALL
    SELECT credit.unit, -amount FROM transfer JOIN account credit ON credit.id = credit_id
    WHERE transfer.id > $1 AND transfer.id <= $2 AND credit.member_id IS NULL
) AS side
GROUP BY unit
"""


@dataclass(slots=True)
class Finding:
    """How one invariant fared: rows looked at, violations, and the first of them as sentences."""

    invariant: str
    examined: int = 0
    violations: int = 0
    first: list[str] = field(default_factory=list)

    def add(self, sentence: str) -> None:
        """Count a violation."""
        self.violations += 1
        if len(self.first) < VIOLATIONS_SHOWN_MAX:
            self.first.append(sentence)


@dataclass(frozen=True, slots=True)
class IdRange:
    """The rows of a table with `after` < id <= `upto`."""

    after: UUID
    upto: UUID
    rows: int


async def verify_ledger(pool: Pool, on_progress: OnProgress) -> list[Finding]:
    """Check every invariant on all rows. Writers are not held up, and what they do meanwhile is not seen.

    A commit's transfers and its message to the boards are in the snapshot together, and a fold's scores together with
    the absence of that message; so it does not matter whether and when anybody folds.
    """
    async with pool.acquire() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        total = 0
        for table in TABLES:
            total += await connection.fetchval(f"SELECT count(*) FROM {table}", timeout=COUNT_TIMEOUT_S)
        await connection.execute(BY_INDEX)
        check = _Check(connection, await Unfolded.read(connection))
        done = 0
        for table in TABLES:
            async for part in _ranges(connection, table):
                await check.look_at(table, part)
                done += part.rows
                on_progress(done, total)
        return check.findings()


async def _ranges(connection: Connection, table: str) -> AsyncIterator[IdRange]:
    """All ids there can be, cut so that each range holds a bounded number of the table's rows."""
    after = FIRST_ID
    while after < LAST_ID:
        [(rows, last)] = await connection.fetch(NEXT_RANGE.format(table=table), after, ROWS_AT_ONCE)
        upto = last if rows == ROWS_AT_ONCE else LAST_ID
        yield IdRange(after, upto, rows)
        after = upto


class _Check:
    """The invariants of one run, and what was found so far."""

    def __init__(self, connection: Connection, unfolded: Unfolded) -> None:
        self._connection = connection
        self._unfolded = unfolded
        names = dict.fromkeys((*(probe.invariant for probe in PROBES), RUNNING_BALANCE, ISSUED))
        self._findings = {name: Finding(name) for name in names}
        self._held: Counter[str] = Counter()
        self._paid_out: Counter[str] = Counter()

    async def look_at(self, table: str, part: IdRange) -> None:
        """Run everything that concerns these rows."""
        unfolded = await self._unfolded.upto(part.upto) if table == "member" else {}
        for probe in PROBES:
            if probe.table == table:
                finding = self._findings[probe.invariant]
                finding.examined += part.rows
                changes = unfolded.get(probe.board, {}) if probe.board else None
                for sentence in await self._run(probe, part, changes):
                    finding.add(sentence)
        if table == "account":
            await self._follow_balances(part)
            await self._sum_up(HELD, part, self._held)
        elif table == "transfer":
            await self._sum_up(PAID_OUT, part, self._paid_out)

    def findings(self) -> list[Finding]:
        """What was found, once everything has been looked at."""
        for unit in sorted(self._held.keys() | self._paid_out.keys()):
            if self._held[unit] != self._paid_out[unit]:
                self._findings[ISSUED].add(
                    f"campaigns paid out {self._paid_out[unit]} {unit}; members have {self._held[unit]}"
                )
        return list(self._findings.values())

    async def _run(self, probe: Probe, part: IdRange, changes: Mapping[UUID, int] | None) -> list[str]:
        """A probe's sentences; `changes` for one of a board."""
        extra = () if changes is None else (list(changes), list(changes.values()))
        return [row[0] for row in await self._connection.fetch(probe.sql, part.after, part.upto, *extra)]

    async def _follow_balances(self, part: IdRange) -> None:
        """Ids are made before the commit and by several machines' clocks, so their order proves nothing by itself.

        Where it is not the order of the balances, some other order must be.
        """
        finding = self._findings[RUNNING_BALANCE]
        finding.examined += part.rows
        for row in await self._connection.fetch(BROKEN_IN_ORDER_OF_ID, part.after, part.upto):
            steps = [(before, after) for before, after in await self._connection.fetch(STEPS_OF_ACCOUNT, row[0])]
            if not is_one_chain(steps, end=sum(after - before for before, after in steps)):
                finding.add(f"account {row[0]}: the balances after its transfers do not follow one from another")

    async def _sum_up(self, sql: str, part: IdRange, sums: Counter[str]) -> None:
        self._findings[ISSUED].examined += part.rows
        for unit, amount in await self._connection.fetch(sql, part.after, part.upto):
            sums[unit] += amount
