"""What was spent on campaigns and on getting members: entered by operators, cancelled where it was a mistake."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from siyu.db import Pool
from siyu.errors import IdempotencyConflict, InvalidInput, NotFound, Problem
from siyu.ids import new_id
from siyu.inputs import check_text, check_words
from siyu.paging import Page, cut_page

AMOUNT_FEN_MAX = 10_000_000_000
NOTE_LENGTH_MAX = 500
CHANNEL_LENGTH_MAX = 64
EARLIEST, LATEST = date(1970, 1, 1), date(9000, 1, 1)

COLUMNS = "id, day, amount_fen, campaign_id, channel, note, made_by, made_at, cancelled_by, cancelled_at"
INSERT = """
INSERT INTO expense (id, day, amount_fen, campaign_id, channel, note, made_by, made_at, idempotency_key)
SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9 WHERE $4::uuid IS NULL OR EXISTS (SELECT FROM campaign WHERE id = $4)
ON CONFLICT (idempotency_key) DO NOTHING
"""
BY_KEY = f"SELECT {COLUMNS} FROM expense WHERE idempotency_key = $1"
BY_ID = f"SELECT {COLUMNS} FROM expense WHERE id = $1"
CANCEL = "UPDATE expense SET cancelled_by = $2, cancelled_at = $3 WHERE id = $1 AND cancelled_at IS NULL"
PAGE = f"SELECT {COLUMNS} FROM expense WHERE $1::uuid IS NULL OR id < $1 ORDER BY id DESC LIMIT $2"


@dataclass(frozen=True, slots=True)
class NewExpense:
    """An expense of a day of the shop; of a campaign, of a channel, of both or of neither."""

    day: date
    amount_fen: int
    campaign_id: UUID | None
    channel: str | None
    note: str


@dataclass(frozen=True, slots=True)
class Expense:
    """An expense as it is kept."""

    id: UUID
    day: date
    amount_fen: int
    campaign_id: UUID | None
    channel: str | None
    note: str
    made_by: str
    made_at: datetime
    cancelled_by: str | None
    cancelled_at: datetime | None

    def is_of(self, new: NewExpense) -> bool:
        """Whether it is what was entered."""
        return (self.day, self.amount_fen, self.campaign_id, self.channel, self.note) == (
            new.day,
            new.amount_fen,
            new.campaign_id,
            new.channel,
            new.note,
        )


def checked(day: date, amount_fen: int, campaign_id: UUID | None, channel: str | None, note: str) -> NewExpense:
    """An expense that can be entered. Raises InvalidInput."""
    if not EARLIEST <= day <= LATEST:
        raise InvalidInput([Problem(("day",), "must lie after 1970 and before 9000")])
    if not 1 <= amount_fen <= AMOUNT_FEN_MAX:
        raise InvalidInput([Problem(("amount_fen",), f"must be from 1 to {AMOUNT_FEN_MAX}")])
    named = None if channel is None else check_text(channel, ("channel",), CHANNEL_LENGTH_MAX)
    return NewExpense(day, amount_fen, campaign_id, named, check_words(note, ("note",), NOTE_LENGTH_MAX))


async def enter_expense(pool: Pool, new: NewExpense, author: str, key: str, now: datetime) -> Expense:
    """Keep it once for the key. Raises NotFound for a campaign that is none, IdempotencyConflict."""
    await pool.execute(
        INSERT, new_id(), new.day, new.amount_fen, new.campaign_id, new.channel, new.note, author, now, key
    )
    record = await pool.fetchrow(BY_KEY, key)
    if record is None:
        raise NotFound("there is no such campaign")
    expense = Expense(*record)
    if not expense.is_of(new):
        raise IdempotencyConflict(key)
    return expense


async def cancel_expense(pool: Pool, expense_id: UUID, author: str, now: datetime) -> Expense:
    """Let it count no more; a second time changes nothing. Raises NotFound."""
    await pool.execute(CANCEL, expense_id, author, now)
    record = await pool.fetchrow(BY_ID, expense_id)
    if record is None:
        raise NotFound("there is no such expense")
    return Expense(*record)


async def expense_page(pool: Pool, limit: int, after: UUID | None) -> Page[Expense]:
    """Expenses, the last that was entered first."""
    return cut_page([Expense(*record) for record in await pool.fetch(PAGE, after, limit + 1)], limit)
