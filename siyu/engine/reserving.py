"""Reserve, Release, Confirm and SetTeam: checked, guarded and carried out on the in-memory view."""

from siyu.campaigns.reservations import RESERVATIONS_MAX, Reservation, ReservationState
from siyu.engine.counting import fact_counter, left_of, row_named, row_of, team_of
from siyu.engine.guards import Draft
from siyu.engine.outcome import Refusal
from siyu.engine.scene import KEY_LENGTH_MAX, InvalidEffect, Logged, Scene, is_amount, is_text
from siyu.sdk import CampaignState, Confirm, Release, Reserve, SetTeam

HELD, CONFIRMED, RELEASED = ReservationState.HELD, ReservationState.CONFIRMED, ReservationState.RELEASED


def check_reserve(scene: Scene, effect: Reserve) -> bool:
    """A declared counter, an amount, and a key only where something can end what it holds."""
    needs = scene.campaign.needs
    keyed = effect.key is None or (needs.reservations and is_text(effect.key, KEY_LENGTH_MAX))
    coded = effect.code is None or effect.code in scene.campaign.type.refusals
    return effect.counter in needs.counters and is_amount(effect.amount) and keyed and coded


def check_release(scene: Scene, effect: Release) -> bool:
    """A key."""
    return scene.campaign.needs.reservations and is_text(effect.key, KEY_LENGTH_MAX)


def check_confirm(scene: Scene, effect: Confirm) -> bool:
    """A key and a declared code."""
    keyed = scene.campaign.needs.reservations and is_text(effect.key, KEY_LENGTH_MAX)
    return keyed and effect.code in scene.campaign.type.refusals


def check_set_team(scene: Scene, effect: SetTeam) -> bool:
    """A state of the teams' class, for the team that the fact names or for the one that it opens."""
    declared = scene.campaign.needs.team
    if declared is None or type(effect.state) is not declared.state:
        return False
    known = team_of(scene)
    names = {scene.fact.new_key, known.team} if known else {scene.fact.new_key}
    return effect.team in names and scene.participation.prepare_team(effect.state)


def guard_reserve(scene: Scene, draft: Draft, effect: Reserve) -> Refusal | None:
    """As much must be left as this decision takes in all; the key must be free."""
    found = fact_counter(scene, effect.counter, effect.subject)
    left, before = left_of(scene, found), 0
    if found.key is not None:
        before = draft.taken.get(found.key, 0)
        draft.taken[found.key] = before + effect.amount
    if left is not None and before + effect.amount > left:
        missing = {"counter": effect.counter, "left": left, "amount": before + effect.amount}
        return Refusal(effect.code or found.counter.refusal, missing)
    if effect.key is not None:
        _note_hold(scene, draft, effect.key)
    return None


def _note_hold(scene: Scene, draft: Draft, key: str) -> None:
    if _state_of(scene, draft, key) is not None:
        raise InvalidEffect(f"the key {key!r} is reserved already")
    draft.keys[key] = HELD
    others = sum(state is HELD for state in draft.keys.values())
    if scene.world.reservations.count(scene.campaign.id, scene.fact.member_id) + others > RESERVATIONS_MAX:
        raise InvalidEffect(f"more than {RESERVATIONS_MAX} reservations of one member")


def guard_release(scene: Scene, draft: Draft, effect: Release) -> Refusal | None:
    """Never refuses; a later effect of the decision finds the key released."""
    if _state_of(scene, draft, effect.key) is HELD:
        draft.keys[effect.key] = RELEASED
    return None


def guard_confirm(scene: Scene, draft: Draft, effect: Confirm) -> Refusal | None:
    """The key must be held, or confirmed already."""
    if _state_of(scene, draft, effect.key) is None:
        return Refusal(effect.code, {"key": effect.key})
    draft.keys[effect.key] = CONFIRMED
    return None


def _state_of(scene: Scene, draft: Draft, key: str) -> ReservationState | None:
    """Held or confirmed, as the effects before leave it; None for what is neither."""
    drafted = draft.keys.get(key)
    if drafted is None:
        found = _reservation(scene, key)
        return found.state if found else None
    return None if drafted is RELEASED else drafted


def _reservation(scene: Scene, key: str) -> Reservation | None:
    return scene.world.reservations.get(scene.campaign.id, scene.fact.member_id, key)


def reserve(scene: Scene, effect: Reserve) -> Logged:
    """Count what is taken for good, or hold it under the key."""
    fact, world = scene.fact, scene.world
    found = fact_counter(scene, effect.counter, effect.subject)
    key, row = found.key, row_named(scene, found)
    assert key is not None and row is not None, "outside of every slot the guard refuses"  # noqa: S101, PT018 - guarded
    if effect.key is None:
        row.add(used=effect.amount, held=0)
    else:
        row.add(used=0, held=effect.amount)
        world.reservations.hold(key, fact.member_id, effect.key, effect.amount, fact.at)
    log: Logged = {"kind": "reserve", "counter": effect.counter, "subject": key.subject, "bucket": key.bucket}
    return log | {"amount": effect.amount, "reservation": effect.key}


def release(scene: Scene, effect: Release) -> Logged:
    """Give back what is held, once."""
    found, released = _reservation(scene, effect.key), 0
    if found is not None and found.state is HELD:
        released = found.amount
        row_of(scene, found.counter).add(used=0, held=-released)
        scene.world.reservations.end(found, RELEASED, scene.fact.at)
    return {"kind": "release", "key": effect.key, "released": released}


def confirm(scene: Scene, effect: Confirm) -> Logged:
    """Turn what is held into use, once."""
    found, confirmed = _reservation(scene, effect.key), 0
    if found is not None and found.state is HELD:
        confirmed = found.amount
        row_of(scene, found.counter).add(used=confirmed, held=-confirmed)
        scene.world.reservations.end(found, CONFIRMED, scene.fact.at)
    return {"kind": "confirm", "key": effect.key, "confirmed": confirmed}


def set_team(scene: Scene, effect: SetTeam) -> Logged:
    """Replace the state of a team, or open it."""
    campaign, at = scene.campaign, scene.fact.at
    participations = scene.world.participations
    record = participations.team(campaign.id, effect.team) or participations.new_team(campaign.id, effect.team, at)
    state = effect.state
    assert isinstance(state, CampaignState), "checked to be of the class the type declares"  # noqa: S101 - as it says
    record.prepared = scene.participation.prepared_team
    record.set_state(state, campaign.type.state_version, at)
    return {"kind": "set_team", "team": effect.team}
