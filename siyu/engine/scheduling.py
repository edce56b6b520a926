"""The effects that ask for further facts: timers set and cancelled, and facts emitted."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import orjson

from siyu.campaigns.pending import EMIT_DEPTH_MAX, PendingFact, TimerKey
from siyu.inputs import check_json, is_storable
from siyu.sdk import Cancel, Emit, FactData, Schedule

if TYPE_CHECKING:
    from siyu.engine.scene import Logged, Scene

TIMER_KEY_LENGTH_MAX = 64
DATA_BYTES_MAX = 8_192
AHEAD_MAX = timedelta(days=3 * 366)
# A timer that fires sooner counts as a fact that follows without a pause: no chain of timers can spin.
PAUSE_MIN = timedelta(seconds=60)


def check_schedule(scene: "Scene", effect: Schedule) -> bool:
    """Whether the timer is declared, its moment and its data possible and the chain of facts short enough."""
    model = scene.campaign.type.timers.get(effect.type)
    possible = _is_key(effect.key) and _is_moment(effect.at, scene.arrived.arrived_at)
    return model is not None and possible and _is_shallow(_timer_depth(scene, effect)) and _fits(scene, model, effect)


def check_cancel(_: "Scene", effect: Cancel) -> bool:
    """Whether there can be such a key."""
    return _is_key(effect.key)


def check_emit(scene: "Scene", effect: Emit) -> bool:
    """Whether the fact is declared, somebody is named, its data are possible and the chain of facts short enough."""
    model = scene.campaign.type.emits.get(effect.type)
    named = effect.member_id is None or isinstance(effect.member_id, UUID)
    return model is not None and named and _is_shallow(depth_of(scene) + 1) and _fits(scene, model, effect)


def schedule(scene: "Scene", effect: Schedule) -> "Logged":
    """Set the timer."""
    due_at = max(effect.at, scene.arrived.arrived_at).astimezone(UTC)
    data, member_id, depth = scene.carried[id(effect)], scene.fact.member_id, _timer_depth(scene, effect)
    fact = asked_for(scene, scene.campaign.type.own_fact(effect.type), member_id, data, effect.key, depth, due_at)
    scene.world.pending.schedule(_timer(scene, effect.key), fact)
    return {"kind": "schedule", "key": effect.key, "type": fact.type, "at": due_at.isoformat(), "pending": str(fact.id)}


def cancel(scene: "Scene", effect: Cancel) -> "Logged":
    """Take the timer back."""
    scene.world.pending.cancel(_timer(scene, effect.key))
    return {"kind": "cancel", "key": effect.key}


def emit(scene: "Scene", effect: Emit) -> "Logged":
    """Ask for the fact."""
    data, member_id = scene.carried[id(effect)], effect.member_id or scene.fact.member_id
    type_, depth = scene.campaign.type.own_fact(effect.type), depth_of(scene) + 1
    fact = asked_for(scene, type_, member_id, data, None, depth, happened_at(scene))
    scene.world.pending.emit(fact)
    return {"kind": "emit", "type": fact.type, "member": str(member_id), "pending": str(fact.id)}


def asked_for(
    scene: "Scene",
    fact_type: str,
    member_id: UUID,
    data: Mapping[str, Any],
    timer_key: str | None,
    depth: int,
    due_at: datetime,
) -> PendingFact:
    """A fact that the campaign of the scene asks for."""
    new_id, campaign_id, now = scene.world.new_id(), scene.campaign.id, scene.arrived.arrived_at
    return PendingFact(new_id, fact_type, member_id, campaign_id, data, timer_key, depth, due_at, now)


def happened_at(scene: "Scene") -> datetime:
    """When a fact happened that follows at once: when its cause did, but not in the future, where a reporter's clock
    may be a little."""
    return min(scene.fact.at, scene.arrived.arrived_at)


def depth_of(scene: "Scene") -> int:
    """How many facts the scene's own follows from without a pause."""
    pending = scene.arrived.pending
    return pending.depth if pending is not None else 0


def _timer(scene: "Scene", key: str) -> TimerKey:
    return scene.campaign.id, scene.fact.member_id, key


def _timer_depth(scene: "Scene", effect: Schedule) -> int:
    is_pause = effect.at - scene.arrived.arrived_at >= PAUSE_MIN
    return 0 if is_pause else depth_of(scene) + 1


def _is_shallow(depth: int) -> bool:
    return depth <= EMIT_DEPTH_MAX


def _is_key(key: object) -> bool:
    return isinstance(key, str) and 1 <= len(key) <= TIMER_KEY_LENGTH_MAX and is_storable(key)


def _is_moment(at: object, now: datetime) -> bool:
    return isinstance(at, datetime) and at.utcoffset() is not None and at - now <= AHEAD_MAX


def _fits(scene: "Scene", model: type[FactData], effect: Schedule | Emit) -> bool:
    """Whether the data are such as the model allows, and short; they are kept for when the effect is carried out.

    Raises what pydantic raises.
    """
    # As JSON with every default filled in.
    data = model.model_validate_json(orjson.dumps(dict(effect.data))).model_dump(mode="json")
    check_json(data, ("data",))
    scene.carried[id(effect)] = data
    return len(orjson.dumps(data)) <= DATA_BYTES_MAX
