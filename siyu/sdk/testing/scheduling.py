"""The effects that ask for further facts: `Schedule`, `Cancel` and `Emit`."""

from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID

from siyu.sdk.effects import Cancel, Emit, Schedule
from siyu.sdk.testing.bounds import carried_by, listed, shown, wrong_data, wrong_key
from siyu.sdk.testing.limits import AHEAD_MAX, EMIT_DEPTH_MAX, PAUSE_MIN
from siyu.sdk.testing.scene import Logged, Scene
from siyu.sdk.testing.shop import AskedFor


def schedule_problems(scene: Scene, effect: Schedule) -> Iterator[str]:
    """A declared timer with a key, not too far ahead, of a short enough chain."""
    model = scene.kind.timers.get(effect.type)
    if model is None:
        yield f"the type has no timer {shown(effect.type)}; it has: {listed(scene.kind.timers)}"
        return
    yield from wrong_key(effect.key)
    if not _is_moment(scene, effect.at):
        yield f"at must be a time with a zone, at most {AHEAD_MAX.days:,} days ahead, and is {shown(effect.at)}"
    yield from _too_deep(_timer_depth(scene, effect))
    yield from wrong_data(model, effect.data)


def schedule(scene: Scene, effect: Schedule) -> Logged:
    """Set the timer, in the place of one with that key; one that is due follows at once."""
    due_at = max(effect.at, scene.now).astimezone(UTC)
    data = carried_by(scene.kind.timers[effect.type], effect.data)
    type_, member_id, depth = scene.kind.own_fact(effect.type), scene.fact.member_id, _timer_depth(scene, effect)
    asked = AskedFor(type_, member_id, data, depth, due_at, effect.key)
    scene.shop.set_timer(asked)
    if due_at <= scene.now:
        scene.shop.following.append(asked)
    return {"kind": "schedule", "key": effect.key, "type": type_, "at": due_at.isoformat()}


def cancel_problems(_: Scene, effect: Cancel) -> Iterator[str]:
    """A key."""
    yield from wrong_key(effect.key)


def cancel(scene: Scene, effect: Cancel) -> Logged:
    """Take the timer back, if there is one."""
    scene.shop.timers.pop((scene.fact.member_id, effect.key), None)
    return {"kind": "cancel", "key": effect.key}


def emit_problems(scene: Scene, effect: Emit) -> Iterator[str]:
    """A declared fact about somebody, of a short enough chain."""
    model = scene.kind.emits.get(effect.type)
    if model is None:
        yield f"the type emits no {shown(effect.type)}; it emits: {listed(scene.kind.emits)}"
        return
    member_id: object = effect.member_id
    if member_id is not None and not isinstance(member_id, UUID):
        yield f"member_id must be a UUID or None, and is {shown(member_id)}"
    yield from _too_deep(scene.depth + 1)
    yield from wrong_data(model, effect.data)


def emit(scene: Scene, effect: Emit) -> Logged:
    """Let the fact follow; it happened when its cause did."""
    data = carried_by(scene.kind.emits[effect.type], effect.data)
    type_, member_id = scene.kind.own_fact(effect.type), effect.member_id or scene.fact.member_id
    scene.shop.following.append(AskedFor(type_, member_id, data, scene.depth + 1, scene.fact.at))
    return {"kind": "emit", "type": type_, "member": str(member_id)}


def _is_moment(scene: Scene, at: object) -> bool:
    return isinstance(at, datetime) and at.utcoffset() is not None and at - scene.now <= AHEAD_MAX


def _timer_depth(scene: Scene, effect: Schedule) -> int:
    return 0 if effect.at - scene.now >= PAUSE_MIN else scene.depth + 1


def _too_deep(depth: int) -> Iterator[str]:
    if depth > EMIT_DEPTH_MAX:
        pause_s = int(PAUSE_MIN.total_seconds())
        yield f"more than {EMIT_DEPTH_MAX} facts follow from one another without a pause of {pause_s} s"
