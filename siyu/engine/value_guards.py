"""What must hold of value before a decision's first effect is applied: else the whole decision is a refusal."""

from collections.abc import Sequence

from siyu.engine.outcome import Refusal
from siyu.engine.refusals import WALLET_FROZEN
from siyu.engine.scene import Scene
from siyu.sdk import Effect, Hold, Issue, Reverse, Spend

# A decision without any of these is not looked at here.
GUARDED: frozenset[type[Effect]] = frozenset({Spend, Hold, Issue})


def value_refusal(scene: Scene, effects: Sequence[Effect]) -> Refusal | None:
    """The refusal that checked effects amount to, if any: first a spend that the balance does not bear, then a hold or
    a reward whose key is used."""
    return _unbearable_spend(scene, effects) or _used_key(scene, effects)


def _unbearable_spend(scene: Scene, effects: Sequence[Effect]) -> Refusal | None:
    """What comes in is not counted, and what is taken back before a spend is counted at its most: so that no order of
    effects can bring a balance below zero."""
    book, member_id = scene.world.book, scene.fact.member_id
    left: dict[str, int] = {}
    for effect in effects:
        if isinstance(effect, Spend) or (isinstance(effect, Reverse) and effect.of == "grant"):
            unit = effect.unit
            balance = left[unit] if unit in left else book.balance(member_id, unit)
            if isinstance(effect, Spend) and scene.world.wallets.is_frozen(member_id):
                return Refusal(WALLET_FROZEN, {})
            if isinstance(effect, Spend) and effect.amount > balance:
                missing = {"unit": unit, "balance": book.balance(member_id, unit), "missing": effect.amount - balance}
                return Refusal(effect.code, missing)
            left[unit] = max(0, balance - effect.amount)
    return None


def _used_key(scene: Scene, effects: Sequence[Effect]) -> Refusal | None:
    holds, rewards = scene.world.holds, scene.world.rewards
    taken: set[tuple[type[Effect], str]] = set()
    for effect in effects:
        if isinstance(effect, Hold | Issue):
            book, place = (holds, (Hold, effect.key)) if isinstance(effect, Hold) else (rewards, (Issue, effect.key))
            if place in taken or book.is_used(scene.key(effect.key)):
                return Refusal(effect.code, {"key": effect.key})
            taken.add(place)
    return None
