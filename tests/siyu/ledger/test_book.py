"""The book of a batch: balances, grants and what is taken back, in memory."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siyu.ledger import Book, Cause, MemberAccount, OpenGrant
from siyu.ledger.expiry import Expiries
from siyu.sdk import Granted

UTC_ZONE = ZoneInfo("UTC")
NOON = datetime(2026, 11, 21, 4, tzinfo=UTC)
LATER = NOON + timedelta(days=1)
CAMPAIGN, OTHER_CAMPAIGN, ISSUER, FACT, MEMBER, OTHER_MEMBER = (UUID(int=number) for number in range(1, 7))
CAUSE = Cause(CAMPAIGN, ISSUER, "points", FACT, NOON)
OTHER_CAUSE = replace(CAUSE, owner_id=OTHER_CAMPAIGN)


def new_book() -> Book:
    """An empty book with ids that can be told apart."""
    numbers = count(100)
    return Book(lambda: UUID(int=next(numbers)), Expiries({}, UTC_ZONE), has_lots=False)


def balance(book: Book, member_id: UUID = MEMBER) -> int:
    """What the book says the member has."""
    return sum(account.balance for account in book.changed_accounts() if account.member_id == member_id)


def test_a_first_grant_opens_the_account() -> None:
    book = new_book()

    book.grant(CAUSE, MEMBER, 5, None)

    [account] = book.changed_accounts()
    assert (account.member_id, account.unit, account.balance, account.is_new) == (MEMBER, "points", 5, True)
    [transfer] = book.transfers
    assert (transfer.debit_id, transfer.credit_id, transfer.amount) == (ISSUER, account.id, 5)
    assert (transfer.kind, transfer.fact_id, transfer.reverses_id, transfer.at) == ("grant", FACT, None, NOON)


def test_a_known_account_goes_on_from_its_balance() -> None:
    book = new_book()
    book.put_account(MemberAccount(UUID(int=9), MEMBER, "points", balance=7))

    book.grant(CAUSE, MEMBER, 5, None)

    [account] = book.changed_accounts()
    assert (account.balance, account.delta, account.is_new) == (12, 5, False)
    assert book.transfers[0].member_balance == 12


def test_accounts_that_end_where_they_began_are_not_written() -> None:
    book = new_book()
    book.put_account(MemberAccount(UUID(int=9), MEMBER, "points", balance=7))
    book.grant(CAUSE, MEMBER, 5, "A1")
    book.reverse(CAUSE, MEMBER, 5, "A1")

    assert book.changed_accounts() == []
    assert [transfer.member_balance for transfer in book.transfers] == [12, 7]


def test_accounts_are_written_in_one_order() -> None:
    book = new_book()
    for number in (9, 3, 6):
        book.put_account(MemberAccount(UUID(int=number), UUID(int=number), "points", balance=0))
        book.grant(CAUSE, UUID(int=number), 1, None)

    assert [account.id.int for account in book.changed_accounts()] == [3, 6, 9]


def test_what_is_taken_back_mirrors_the_grant_and_counts_at_its_time() -> None:
    book = new_book()
    book.grant(CAUSE, MEMBER, 5, "A1")

    taken = book.reverse(replace(CAUSE, at=LATER), MEMBER, 2, "A1")

    grant, reversal = book.transfers
    assert taken == 2
    assert (reversal.debit_id, reversal.credit_id) == (grant.credit_id, grant.debit_id)
    assert (reversal.reverses_id, reversal.amount, reversal.at) == (grant.id, 2, NOON)
    assert book.granted(CAMPAIGN, MEMBER, "points", "A1") == Granted(3, NOON)


def test_no_more_is_taken_back_than_is_left_of_the_grants() -> None:
    book = new_book()
    book.grant(CAUSE, MEMBER, 5, "A1")
    book.grant(CAUSE, MEMBER, 100, None)

    assert [book.reverse(CAUSE, MEMBER, amount, "A1") for amount in (3, 9, 1)] == [3, 2, 0]
    assert balance(book) == 100
    assert book.granted(CAMPAIGN, MEMBER, "points", "A1") is None


def test_no_more_is_taken_back_than_the_member_has() -> None:
    book = new_book()
    book.put_account(MemberAccount(UUID(int=9), MEMBER, "points", balance=3))
    book.put_grant((CAMPAIGN, MEMBER, "points", "A1"), OpenGrant(UUID(int=8), 10, NOON))

    assert book.reverse(CAUSE, MEMBER, 10, "A1") == 3
    assert balance(book) == 0
    assert book.granted(CAMPAIGN, MEMBER, "points", "A1") == Granted(7, NOON)


def test_several_grants_of_one_reference_are_taken_back_oldest_first() -> None:
    book = new_book()
    for at, amount in ((NOON, 2), (LATER, 3)):
        book.grant(replace(CAUSE, at=at), MEMBER, amount, "A1")

    book.reverse(CAUSE, MEMBER, 4, "A1")

    first, second, *reversals = book.transfers
    assert [(r.reverses_id, r.amount) for r in reversals] == [(first.id, 2), (second.id, 2)]
    assert book.granted(CAMPAIGN, MEMBER, "points", "A1") == Granted(1, LATER)


@pytest.mark.parametrize(
    ("cause", "member_id", "reference"),
    [(OTHER_CAUSE, MEMBER, "A1"), (CAUSE, OTHER_MEMBER, "A1"), (CAUSE, MEMBER, "A2")],
)
def test_nobody_takes_back_what_another_granted(cause: Cause, member_id: UUID, reference: str) -> None:
    book = new_book()
    book.grant(CAUSE, MEMBER, 5, "A1")

    assert book.granted(cause.owner_id, member_id, "points", reference) is None
    assert book.reverse(cause, member_id, 5, reference) == 0
    assert balance(book) == 5


def test_a_negative_balance_is_our_own_bug() -> None:
    account = MemberAccount(UUID(int=9), MEMBER, "points", balance=3)

    with pytest.raises(AssertionError, match="would fall to -1"):
        account.add(-4, None)


MOVES = st.tuples(st.booleans(), st.sampled_from([MEMBER, OTHER_MEMBER]), st.integers(1, 9), st.sampled_from("AB"))


@given(moves=st.lists(MOVES, max_size=30), start=st.integers(0, 5))
def test_whatever_moves_the_balance_is_the_sum_and_never_negative(
    moves: list[tuple[bool, UUID, int, str]], start: int
) -> None:
    book = new_book()
    # Earlier grants of which more is left than the member still has.
    book.put_account(MemberAccount(UUID(int=9), MEMBER, "points", balance=start))
    book.put_grant((CAMPAIGN, MEMBER, "points", "A"), OpenGrant(UUID(int=8), 7, NOON))

    for is_grant, member_id, amount, reference in moves:
        (book.grant if is_grant else book.reverse)(CAUSE, member_id, amount, reference)

    held = {MEMBER: start, OTHER_MEMBER: 0}
    for transfer in book.transfers:
        held[transfer.member_id] += transfer.amount if transfer.kind == "grant" else -transfer.amount
        assert transfer.amount > 0
        assert transfer.member_balance == held[transfer.member_id] >= 0
    taken_of_earlier = sum(t.amount for t in book.transfers if t.reverses_id == UUID(int=8))
    assert taken_of_earlier <= 7
    for account in book.changed_accounts():
        assert account.balance == held[account.member_id]
