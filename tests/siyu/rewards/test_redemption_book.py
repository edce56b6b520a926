"""Redemptions in memory: what a batch took is gone for its next fact, and there again when it came to nothing."""

from datetime import timedelta

from siyu.ids import new_id
from siyu.rewards import RedemptionBook, RedemptionState, Reward, RewardKind
from siyu.rewards.catalogue import LimitPeriod, RewardState
from tests.clock import NOON


def reward(stock: int | None, taken: int = 0) -> Reward:
    """A reward that a member redeems for cash."""
    return Reward(
        new_id(), "mug", RewardKind.GOODS, "杯子", "Mug", {}, 0, 990, stock, taken, 2, LimitPeriod.EVER, (), None, None,
        RewardState.ON_SALE, 60, None, None, None, 1,
    )  # fmt: skip


def test_what_a_batch_took_is_gone_for_its_next_fact() -> None:
    book, mug, member = RedemptionBook(new_id), reward(stock=5, taken=3), new_id()

    made = [book.reserve(mug, member, new_id(), NOON, None) for _ in range(2)]
    assert book.left(mug) == 0
    assert book.standing(mug, member, 0, None)[2:] == (2, 0, False, 0)
    assert book.standing(mug, new_id(), 0, None).having == 0

    book.end(made[0], NOON, RedemptionState.CANCELLED, None)
    assert (book.left(mug), book.standing(mug, member, 0, None).having) == (1, 1)
    assert (book.taken[mug.id], book.changed) == (1, {})
    assert made[1].expires_at == NOON + timedelta(seconds=60)


def test_of_what_has_no_end_there_is_always_more() -> None:
    book, mug = RedemptionBook(new_id), reward(stock=None)

    assert len({book.reserve(mug, new_id(), new_id(), NOON, None).code for _ in range(3)}) == 3
    assert book.left(mug) is None


def test_a_redemption_is_its_members_alone() -> None:
    book, member = RedemptionBook(new_id), new_id()
    made = book.reserve(reward(1), member, new_id(), NOON, None)

    assert (book.find(made.id, member), book.find(made.id, new_id()), book.find(new_id(), member)) == (made, None, None)
    assert (book.is_clean(), RedemptionBook(new_id).is_clean()) == (False, True)
