"""Caps: a decision that would go beyond one is refused as a whole; what stands is counted, what comes back is not."""

from collections import Counter
from collections.abc import Mapping, Sequence

from siyu.campaigns.caps import LiveCap
from siyu.campaigns.counters import CounterRow
from siyu.engine.counting import row_of
from siyu.engine.effects import Plan, carry_out
from siyu.engine.lanes import REWARDS
from siyu.engine.outcome import Refusal
from siyu.engine.refusals import CAP_REACHED
from siyu.engine.scene import Logged, Scene
from siyu.engine.totals import totals_of
from siyu.sdk import Cap, Effect, Grant, Held, Hold, Measure, Period, Scope, Settle

# By unit.
Amounts = Counter[str]


def cap_refusal(scene: Scene, effects: Sequence[Effect]) -> Refusal | None:
    """The refusal of the first cap of the campaign that leaves less than checked effects would give, if any.

    What the decision itself takes back or drops makes no room for what it gives.
    """
    given = _given(effects)
    for live in scene.campaign.caps:
        left = max(0, live.cap.limit - _row(scene, live).taken)
        amount = _amount(live, given, effects)
        if amount > left:
            return Refusal(CAP_REACHED, _missing(live.cap, left, amount))
    return None


def carry_out_counting(scene: Scene, plan: Plan, effects: Sequence[Effect]) -> tuple[Logged, ...]:
    """As `carry_out`, of a campaign with caps that bear the effects."""
    given, dropped = _given(effects), _dropped(scene, effects)
    logged = carry_out(scene, plan, effects)
    taken_back = totals_of(logged)
    for live in scene.campaign.caps:
        change, unit = _amount(live, given, effects), live.cap.unit
        if unit is not None and live.cap.period is Period.EVER:
            change -= taken_back[unit, "reversed"] + dropped[unit]
        row = _row(scene, live)
        # What was given before the cap was set was not counted, and can come back all the same.
        row.add(used=max(change, -row.used), held=0)
    return logged


def _missing(cap: Cap, left: int, amount: int) -> Mapping[str, object]:
    """What a refused member is told: what is left of the shop's own budget is none of their business."""
    named = {"measure": cap.measure.value, "unit": cap.unit, "scope": cap.scope.value, "period": cap.period.value}
    return named | {"amount": amount} | ({"left": left} if cap.scope is Scope.MEMBER else {})


def _row(scene: Scene, live: LiveCap) -> CounterRow:
    fact = scene.fact
    return row_of(scene, live.key(scene.campaign.id, fact.member_id, fact.at, scene.world.zone))


def _amount(live: LiveCap, given: Amounts, effects: Sequence[Effect]) -> int:
    """How much of what a cap measures the effects come to."""
    if live.cap.measure is Measure.COUNT:
        return int(any(type(effect) in REWARDS for effect in effects))
    return given[live.cap.unit or ""]


def _given(effects: Sequence[Effect]) -> Amounts:
    """What is granted and promised. What a `Settle` grants was promised before."""
    given: Amounts = Counter()
    for effect in effects:
        if isinstance(effect, Grant | Hold):
            given[effect.unit] += effect.amount
    return given


def _dropped(scene: Scene, effects: Sequence[Effect]) -> Amounts:
    """What will not be kept of promises: of the holds that are open, and of those that the effects open first."""
    dropped: Amounts = Counter()
    ends: dict[str, Held | Hold | None] = {}
    for effect in effects:
        if isinstance(effect, Hold):
            ends[effect.key] = effect
        elif isinstance(effect, Settle):
            key = effect.key
            hold: Held | Hold | None = ends[key] if key in ends else scene.world.holds.held(scene.key(key))
            ends[key] = None
            if hold is not None and effect.amount is not None:
                dropped[hold.unit] += max(0, hold.amount - effect.amount)
    return dropped
