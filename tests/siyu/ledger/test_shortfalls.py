"""Reversals of what is spent, under each policy, against a plain model."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siyu.ledger import Book, Cause, Shortfall
from siyu.ledger.debts import DebtAccount
from siyu.ledger.expiry import Expiries

NOON = datetime(2026, 11, 21, 4, tzinfo=UTC)
CAMPAIGN, ISSUER, FACT, MEMBER = (UUID(int=number) for number in range(1, 5))
CAUSE = Cause(CAMPAIGN, ISSUER, "points", FACT, NOON)

STEPS = st.lists(
    st.tuples(st.sampled_from(["grant", "spend", "reverse"]), st.sampled_from("ab"), st.integers(1, 9)), max_size=24
)


@dataclass
class Plain:
    """A wallet in plain Python."""

    policy: Shortfall
    balance: int = 0
    debt: int = 0
    left: Counter[str] = field(default_factory=Counter)

    def grant(self, reference: str, amount: int) -> int:
        """Answers what was repaid."""
        repaid = min(amount, self.debt)
        self.left[reference] += amount
        self.balance += amount - repaid
        self.debt -= repaid
        return repaid

    def reverse(self, reference: str, amount: int) -> tuple[int, int, int]:
        """Answers what was taken, is owed, and was written off."""
        amount = min(amount, self.left[reference])
        taken = min(amount, self.balance)
        self.balance -= taken
        self.left[reference] -= taken if self.policy is Shortfall.LEFT else amount
        owed = amount - taken if self.policy is Shortfall.DEBT else 0
        written_off = amount - taken if self.policy is Shortfall.WRITE_OFF else 0
        self.debt += owed
        return taken, owed, written_off


@pytest.mark.parametrize("policy", Shortfall)
@given(steps=STEPS)
def test_the_book_does_as_the_plain_wallet(policy: Shortfall, steps: list[tuple[str, str, int]]) -> None:
    numbers = count(100)
    book = Book(
        lambda: UUID(int=next(numbers)),
        Expiries({}, ZoneInfo("UTC")),
        has_lots=False,
        has_debts=True,
        shortfalls={"points": policy},
    )
    plain = Plain(policy)

    for kind, reference, amount in steps:
        if kind == "grant":
            assert book.grant(CAUSE, MEMBER, amount, reference).repaid == plain.grant(reference, amount)
        elif kind == "reverse":
            assert book.take_back(CAUSE, MEMBER, amount, reference) == plain.reverse(reference, amount)
        elif plain.balance >= amount:
            book.spend(CAUSE, MEMBER, amount, None)
            plain.balance -= amount

    assert book.balance(MEMBER, "points") == plain.balance
    assert sum(debt.owed for debt in book.changed_debts()) == plain.debt
    assert all(transfer.member_balance >= 0 for transfer in book.transfers)
    undone: Counter[UUID] = Counter()
    for transfer in book.transfers:
        if transfer.reverses_id is not None:
            undone[transfer.reverses_id] += transfer.amount
    given_of = {transfer.id: transfer.amount for transfer in book.transfers if transfer.kind == "grant"}
    assert all(amount <= given_of[grant] for grant, amount in undone.items())


def test_a_debt_that_was_read_is_written_by_its_difference() -> None:
    book = Book(lambda: UUID(int=99), Expiries({}, ZoneInfo("UTC")), has_lots=False, has_debts=True)
    book.put_debt(DebtAccount(UUID(int=9), MEMBER, "points", owed=7))

    assert book.grant(CAUSE, MEMBER, 5, None).repaid == 5

    [debt] = book.changed_debts()
    assert (debt.owed, debt.delta, debt.is_new) == (2, -5, False)
