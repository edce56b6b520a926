"""The life of a reward, and what is refused of it."""

from typing import Any
from uuid import UUID

import pytest

from siyu.db import Pool
from siyu.errors import IdempotencyConflict, InvalidInput, NotFound, RewardStateError
from siyu.ids import new_id
from siyu.rewards import RewardKind, service
from siyu.rewards.catalogue import LimitPeriod, Measure, Reward, RewardState
from siyu.rewards.catalogue_queries import RewardsWanted, all_libraries, libraries_by_id, reward_page, rewards_by_id
from siyu.rewards.stock import RewardStockChange, adjust_reward_stock
from tests.clock import NOON
from tests.siyu.rewards.catalogue import DETAILS, add_reward

PLAIN = {"title_zh": "杯子", "title_en": "Mug"}


async def created(
    pool: Pool, kind: RewardKind = RewardKind.GOODS, details: object = None, key: object = "mug", **terms: object
) -> Reward:
    """A draft."""
    named = {"key": key, "stock": terms.pop("stock", None)}
    return await service.create(pool, named, kind, DETAILS[kind] if details is None else details, PLAIN | terms, NOON)


async def test_a_reward_of_each_kind_is_kept_as_it_is_said(pool: Pool) -> None:
    for kind in RewardKind:
        made = await created(
            pool, kind, key=kind.value, stock=5, price_points=500, price_fen=990, per_member=2, period="week",
            tiers=["gold", "black"], starts_at="2026-11-01T00:00:00+08:00", ends_at="2026-12-01T00:00:00+08:00",
            hold_s=1_800,
        )  # fmt: skip

        assert (made.state, made.taken, made.left, made.revision) == (RewardState.DRAFT, 0, 5, 1)
        assert (made.kind, made.details) == (kind, DETAILS[kind])
        assert (made.price_points, made.price_fen, made.hold_s) == (500, 990, 1_800)
        assert (made.per_member, made.period, made.tiers) == (2, LimitPeriod.WEEK, ("gold", "black"))
        assert (await rewards_by_id(pool, [made.id]))[made.id] == made


async def test_to_create_again_is_to_create_once(pool: Pool) -> None:
    first = await created(pool, price_points=500)

    assert await created(pool, price_points=500) == first
    with pytest.raises(InvalidInput, match="is another reward's"):
        await created(pool, price_points=501)
    with pytest.raises(InvalidInput, match="is another reward's"):
        await created(pool, RewardKind.CONTENT, price_points=500)


async def test_a_change_takes_the_revision_that_it_was_made_from(pool: Pool) -> None:
    made = await created(pool, price_points=500, stock=3)

    changed = await service.update(pool, made.id, 1, {"price_points": 400, "details": {"sku": "MUG-2"}})
    assert (changed.price_points, changed.details, changed.title_en) == (400, {"sku": "MUG-2"}, "Mug")
    assert (changed.revision, changed.stock) == (2, 3)
    assert await service.update(pool, made.id, 1, {"price_points": 400}) == changed
    with pytest.raises(RewardStateError, match="revision 2"):
        await service.update(pool, made.id, 1, {"price_points": 300})
    with pytest.raises(InvalidInput):
        await service.update(pool, made.id, 2, {"stock": 5})
    with pytest.raises(InvalidInput, match="no such library"):
        await service.update(pool, made.id, 2, {"library": "friends", "step": 3, "price_points": 0})
    with pytest.raises(NotFound):
        await service.update(pool, new_id(), 1, {})


async def test_on_sale_and_off_as_often_as_one_likes(pool: Pool) -> None:
    made = await created(pool)

    for _ in range(2):
        assert (await service.publish(pool, made.id)).state is RewardState.ON_SALE
    for _ in range(2):
        off = await service.withdraw(pool, made.id)
        assert (off.state, off.revision) == (RewardState.OFF, 3)
    with pytest.raises(NotFound):
        await service.publish(pool, UUID(int=1))


async def test_a_library_is_saved_by_its_key(pool: Pool) -> None:
    first = await service.save_library(pool, "friends", "邀请有礼", "Friends", Measure.INVITEES, NOON)
    again = await service.save_library(pool, "friends", "邀请有礼", "Friends", Measure.BUYERS, NOON)
    step = await add_reward(pool, library="friends", step=3)

    assert (again.id, again.measure) == (first.id, Measure.BUYERS)
    assert await all_libraries(pool) == [again]
    assert await libraries_by_id(pool, [again.id]) == {again.id: again}
    assert (step.library_id, step.step, step.measure) == (first.id, 3, Measure.BUYERS)
    freed = await service.update(pool, step.id, step.revision, {"library": None, "step": None})
    assert (freed.library_id, freed.measure) == (None, None)
    for key, title in (("Friends!", "x"), ("friends", "")):
        with pytest.raises(InvalidInput):
            await service.save_library(pool, key, title, "Friends", Measure.BUYERS, NOON)


async def test_stock_is_changed_by_difference_and_once_for_a_key(pool: Pool) -> None:
    made = await add_reward(pool, stock=5)
    await pool.execute("UPDATE reward SET taken = 3")

    def change(difference: int, key: str = "one") -> RewardStockChange:
        return RewardStockChange(made.id, difference, key, "lin")

    for _ in range(2):
        assert (await adjust_reward_stock(pool, change(4), NOON)).stock == 9
    with pytest.raises(IdempotencyConflict):
        await adjust_reward_stock(pool, change(5), NOON)
    with pytest.raises(RewardStateError, match="more is taken already"):
        await adjust_reward_stock(pool, change(-7, "two"), NOON)
    assert (await adjust_reward_stock(pool, change(-6, "two"), NOON)).left == 0
    for difference in (0, 1_000_000_001):
        with pytest.raises(InvalidInput):
            await adjust_reward_stock(pool, change(difference, "three"), NOON)
    with pytest.raises(NotFound):
        await adjust_reward_stock(pool, RewardStockChange(new_id(), 1, "four", "lin"), NOON)
    endless = await add_reward(pool, "endless")
    with pytest.raises(RewardStateError, match="no end"):
        await adjust_reward_stock(pool, RewardStockChange(endless.id, 1, "five", "lin"), NOON)


async def test_the_catalogue_is_read_newest_first_by_what_is_asked_for(pool: Pool) -> None:
    await service.save_library(pool, "friends", "邀请有礼", "Friends", Measure.INVITEES, NOON)
    mug = await add_reward(pool)
    draft = await created(pool, RewardKind.POINTS, key="bonus")
    step = await add_reward(pool, "step", library="friends", step=3)

    async def keys(**wanted: Any) -> list[str]:
        return [each.key for each in (await reward_page(pool, RewardsWanted(**{"limit": 9, **wanted}))).rows]

    assert await keys() == ["step", "bonus", "mug"]
    assert await keys(states=[RewardState.ON_SALE]) == ["step", "mug"]
    assert await keys(kinds=[RewardKind.POINTS], after=step.id) == ["bonus"]
    assert await keys(library="friends") == ["step"]
    assert await keys(limit=1, after=draft.id) == [mug.key]
    assert (await reward_page(pool, RewardsWanted(2))).has_more
