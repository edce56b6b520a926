"""The effects that ask for further facts: `Schedule`, `Cancel` and `Emit`."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from siyu.sdk.effects import Cancel, Emit, Schedule
from siyu.sdk.model import FactData
from siyu.sdk.testing.limits import AHEAD_MAX, DATA_BYTES_MAX, EMIT_DEPTH_MAX, KEY_LENGTH_MAX, PAUSE_MIN
from siyu.sdk.testing.scene import Logged, Scene
from siyu.sdk.testing.shop import AskedFor
from siyu.sdk.testing.storable import as_json, is_json, is_text


def schedule_is_possible(scene: Scene, effect: Schedule) -> bool:
    """A declared timer with a key, not too far ahead, of a short enough chain."""
    model = scene.kind.timers.get(effect.type)
    if model is None or not is_text(effect.key, KEY_LENGTH_MAX) or not _is_moment(scene, effect.at):
        return False
    return _timer_depth(scene, effect) <= EMIT_DEPTH_MAX and _carried(model, effect.data) is not None


def schedule(scene: Scene, effect: Schedule) -> Logged:
    """Set the timer, in the place of one with that key; one that is due follows at once."""
    due_at = max(effect.at, scene.now).astimezone(UTC)
    data = _carried(scene.kind.timers[effect.type], effect.data) or {}
    type_, member_id, depth = scene.kind.own_fact(effect.type), scene.fact.member_id, _timer_depth(scene, effect)
    asked = AskedFor(type_, member_id, data, depth, due_at, effect.key)
    scene.shop.set_timer(asked)
    if due_at <= scene.now:
        scene.shop.following.append(asked)
    return {"kind": "schedule", "key": effect.key, "type": type_, "at": due_at.isoformat()}


def cancel(scene: Scene, effect: Cancel) -> Logged:
    """Take the timer back, if there is one."""
    scene.shop.timers.pop((scene.fact.member_id, effect.key), None)
    return {"kind": "cancel", "key": effect.key}


def emit_is_possible(scene: Scene, effect: Emit) -> bool:
    """A declared fact about somebody, of a short enough chain."""
    model = scene.kind.emits.get(effect.type)
    named = effect.member_id is None or isinstance(effect.member_id, UUID)
    return model is not None and named and scene.depth < EMIT_DEPTH_MAX and _carried(model, effect.data) is not None


def emit(scene: Scene, effect: Emit) -> Logged:
    """Let the fact follow; it happened when its cause did."""
    data = _carried(scene.kind.emits[effect.type], effect.data) or {}
    type_, member_id = scene.kind.own_fact(effect.type), effect.member_id or scene.fact.member_id
    scene.shop.following.append(AskedFor(type_, member_id, data, scene.depth + 1, scene.fact.at))
    return {"kind": "emit", "type": type_, "member": str(member_id)}


def _is_moment(scene: Scene, at: object) -> bool:
    return isinstance(at, datetime) and at.utcoffset() is not None and at - scene.now <= AHEAD_MAX


def _timer_depth(scene: Scene, effect: Schedule) -> int:
    return 0 if effect.at - scene.now >= PAUSE_MIN else scene.depth + 1


def _carried(model: type[FactData], data: Mapping[str, Any]) -> dict[str, Any] | None:
    """What the fact will carry, as JSON with every default filled in; None for what its model or siyu refuses."""
    try:
        carried = model.model_validate_json(as_json(dict(data))).model_dump(mode="json")
    except (TypeError, ValueError, RecursionError):
        # pydantic's ValidationError is a ValueError.
        return None
    length = len(json.dumps(carried, ensure_ascii=False, separators=(",", ":")).encode(errors="replace"))
    return carried if is_json(carried) and length <= DATA_BYTES_MAX else None
