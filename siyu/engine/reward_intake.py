"""What members, clerks and the shop ask the desk of rewards for, checked and submitted."""

from typing import NamedTuple
from uuid import UUID

from siyu.codes import read_code
from siyu.engine.desk_intake import AtDesk, submit_at_desk
from siyu.engine.engine import Engine
from siyu.engine.outcome import Decision
from siyu.errors import InvalidInput, NotFound, Problem
from siyu.rewards import DESK_FACTS, Redemption
from siyu.rewards.catalogue import RewardState
from siyu.rewards.catalogue_queries import rewards_by_id
from siyu.rewards.facts import REDEMPTION_CANCELLED, REDEMPTION_CONFIRMED, REDEMPTION_USED, REWARD_REDEEMED
from siyu.rewards.redemption_queries import redemption_by_code, redemptions_by_id


class Asking(NamedTuple):
    """Who asks: `key`, in their own namespace, names this request for ever; `by` has at most 60 characters.

    `member_id` of members, who may ask about what is theirs alone.
    """

    key: str
    by: str
    member_id: UUID | None = None


class Redeeming(NamedTuple):
    """What the desk decided; `redemption_id` is None where nothing was redeemed."""

    decision: Decision
    redemption_id: UUID | None


async def redeem_reward(engine: Engine, reward_id: UUID, member_id: UUID, asking: Asking) -> Redeeming:
    """Redeem one of a reward. Raises NotFound, IdempotencyConflict and Busy; all else is the decision's to refuse."""
    reward = (await rewards_by_id(engine.pool, [reward_id])).get(reward_id)
    if reward is None or reward.state is RewardState.DRAFT:
        raise NotFound("there is no such reward")
    decision = await _submit(engine, REWARD_REDEEMED, member_id, {"reward": str(reward_id)}, asking)
    made = [UUID(logged["redemption"]) for logged in decision.effects if logged["kind"] == "redemption"]
    return Redeeming(decision, made[0] if made else None)


async def confirm_redemption(engine: Engine, redemption_id: UUID, order: str, asking: Asking) -> Redeeming:
    """Confirm a reservation by its order, which is paid. Raises as `redeem_reward`, and InvalidInput."""
    return await _about(engine, REDEMPTION_CONFIRMED, redemption_id, {"order": order}, asking)


async def cancel_redemption(engine: Engine, redemption_id: UUID, asking: Asking) -> Redeeming:
    """Give a redemption up: a member their own reservation, the shop what was not given yet. Raises as above."""
    by_member = asking.member_id is not None
    return await _about(engine, REDEMPTION_CANCELLED, redemption_id, {"by_member": by_member}, asking)


async def use_redemption(engine: Engine, typed: str, asking: Asking) -> Redeeming:
    """Hand over what was redeemed, by its code, however it was typed. Raises as above; NotFound for an unknown code."""
    found = await redemption_of_code(engine, typed)
    return await _about(engine, REDEMPTION_USED, found.id, {"by": asking.by}, asking)


async def redemption_of_code(engine: Engine, typed: str) -> Redemption:
    """The redemption whose code was typed. Raises InvalidInput for what is no code, NotFound for an unknown one."""
    if read_code(typed) is None:
        raise InvalidInput([Problem(("code",), "is no code: a character is wrong or missing", "CODE_MISREAD")])
    found = await redemption_by_code(engine.pool, typed)
    if found is None:
        raise NotFound("there is no such code")
    return found


async def _about(
    engine: Engine, fact_type: str, redemption_id: UUID, data: dict[str, object], asking: Asking
) -> Redeeming:
    found = (await redemptions_by_id(engine.pool, [redemption_id])).get(redemption_id)
    if found is None or asking.member_id not in {None, found.member_id}:
        raise NotFound("there is no such redemption")
    named = {"redemption": str(redemption_id)} | data
    return Redeeming(await _submit(engine, fact_type, found.member_id, named, asking), redemption_id)


async def _submit(engine: Engine, fact_type: str, member_id: UUID, data: dict[str, object], asking: Asking) -> Decision:
    return await submit_at_desk(engine, AtDesk(fact_type, member_id, DESK_FACTS[fact_type], data, asking.key))
