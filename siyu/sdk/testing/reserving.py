"""The effects on counters and teams: `Reserve`, `Release`, `Confirm` and `SetTeam`."""

from collections.abc import Iterator

from siyu.sdk.effects import Confirm, Release, Reserve, SetTeam
from siyu.sdk.testing.bounds import listed, shown, wrong_amount, wrong_code, wrong_key, wrong_state
from siyu.sdk.testing.counting import fact_counter, has_keys, left_of, stored_team, team_named
from siyu.sdk.testing.limits import RESERVATIONS_MAX
from siyu.sdk.testing.scene import InvalidEffect, Logged, Refusal, Scene
from siyu.sdk.testing.shop import Reservation


def reserve_problems(scene: Scene, effect: Reserve) -> Iterator[str]:
    """A declared counter, an amount, and a key only where something can end what it holds."""
    declared = [counter.name for counter in scene.kind.counters]
    if effect.counter not in declared:
        yield f"the type has no counter {shown(effect.counter)}; it has: {listed(declared)}"
    yield from wrong_amount(effect.amount)
    if effect.key is not None:
        yield from _wrong_key(scene, effect.key)
    if effect.code is not None:
        yield from wrong_code(scene, effect.code)


def reserve_is_refused(scene: Scene, effect: Reserve) -> Refusal | None:
    """As much must be left as this decision takes in all; the key must be free."""
    found, draft = fact_counter(scene, effect.counter, effect.subject), scene.draft
    left, wanted = left_of(scene, found), effect.amount
    if found.key is not None:
        draft.taken[found.key] += effect.amount
        wanted = draft.taken[found.key]
    if left is not None and wanted > left:
        missing = {"counter": effect.counter, "left": left, "amount": wanted}
        return Refusal(effect.code or found.counter.refusal, missing)
    if effect.key is not None:
        _draft_hold(scene, effect.key)
    return None


def _draft_hold(scene: Scene, key: str) -> None:
    if _is_taken(scene, key):
        raise InvalidEffect(f"the key {key!r} is reserved already")
    scene.draft.keys[key] = "held"
    own = sum(member_id == scene.fact.member_id for member_id, _ in scene.shop.reservations)
    if own + list(scene.draft.keys.values()).count("held") > RESERVATIONS_MAX:
        raise InvalidEffect(f"more than {RESERVATIONS_MAX} reservations of one member")


def reserve(scene: Scene, effect: Reserve) -> Logged:
    """Count what is taken for good, or hold it under the key."""
    key = fact_counter(scene, effect.counter, effect.subject).key
    assert key is not None, "outside of every slot the guard refuses"  # noqa: S101 - guarded before
    row = scene.shop.counted[key]
    if effect.key is None:
        row.used += effect.amount
    else:
        row.held += effect.amount
        scene.shop.reservations[scene.fact.member_id, effect.key] = Reservation(key, effect.amount)
    log: Logged = {"kind": "reserve", "counter": effect.counter, "subject": key.subject, "bucket": key.bucket}
    return log | {"amount": effect.amount, "reservation": effect.key}


def release_problems(scene: Scene, effect: Release) -> Iterator[str]:
    """A key."""
    yield from _wrong_key(scene, effect.key)


def release_is_noted(scene: Scene, effect: Release) -> None:
    """Never refused; a later effect of the decision finds the key released."""
    drafted, found = scene.draft.keys.get(effect.key), _found(scene, effect.key)
    if drafted == "held" or (drafted is None and found is not None and not found.confirmed):
        scene.draft.keys[effect.key] = "released"


def release(scene: Scene, effect: Release) -> Logged:
    """Give back what is held, once."""
    found, released = _found(scene, effect.key), 0
    if found is not None and not found.confirmed:
        released = found.amount
        scene.shop.counted[found.counter].held -= released
        del scene.shop.reservations[scene.fact.member_id, effect.key]
    return {"kind": "release", "key": effect.key, "released": released}


def confirm_problems(scene: Scene, effect: Confirm) -> Iterator[str]:
    """A key and a declared code."""
    yield from _wrong_key(scene, effect.key)
    yield from wrong_code(scene, effect.code)


def confirm_is_refused(scene: Scene, effect: Confirm) -> Refusal | None:
    """The key must be held, or confirmed already."""
    if not _is_taken(scene, effect.key):
        return Refusal(effect.code, {"key": effect.key})
    scene.draft.keys[effect.key] = "confirmed"
    return None


def confirm(scene: Scene, effect: Confirm) -> Logged:
    """Turn what is held into use, once."""
    found, confirmed = _found(scene, effect.key), 0
    if found is not None and not found.confirmed:
        confirmed, found.confirmed = found.amount, True
        row = scene.shop.counted[found.counter]
        row.used, row.held = row.used + confirmed, row.held - confirmed
    return {"kind": "confirm", "key": effect.key, "confirmed": confirmed}


def team_problems(scene: Scene, effect: SetTeam) -> Iterator[str]:
    """A state of the teams' class, for the team that the fact names or for the one that it opens."""
    declared, known = scene.kind.team, team_named(scene)
    if declared is None:
        yield "the type has no `team`"
        return
    yield from wrong_state(declared.state, effect.state)
    names = {scene.fact.new_key, known} if stored_team(scene) is not None else {scene.fact.new_key}
    if effect.team not in names:
        yield f"team {shown(effect.team)} is neither the one that the fact names nor its new_key"


def set_team(scene: Scene, effect: SetTeam) -> Logged:
    """Replace the state of a team, or open it."""
    scene.shop.teams[effect.team] = effect.state.model_dump_json()
    return {"kind": "set_team", "team": effect.team}


def _wrong_key(scene: Scene, key: object) -> Iterator[str]:
    if not has_keys(scene.kind):
        yield "a key needs counters, and Release or Confirm among the effects"
    yield from wrong_key(key)


def _found(scene: Scene, key: str) -> Reservation | None:
    return scene.shop.reservations.get((scene.fact.member_id, key))


def _is_taken(scene: Scene, key: str) -> bool:
    """Whether a key is held or confirmed, as the effects before leave it."""
    drafted = scene.draft.keys.get(key)
    return _found(scene, key) is not None if drafted is None else drafted != "released"
