"""Tag and Untag: checked, guarded and carried out on what the view knows of the member."""

from siyu.engine.guards import Draft
from siyu.engine.outcome import Refusal
from siyu.engine.refusals import TOO_MANY_TAGS
from siyu.engine.scene import Logged, Scene
from siyu.inputs import check_text
from siyu.members.tags import TagChange
from siyu.sdk import Tag, Untag
from siyu.sdk.audience import LABEL_LENGTH_MAX, LABELS_MAX


def check_label(scene: Scene, effect: Tag | Untag) -> bool:
    """A label as operators give them, of a member whose tags are known. Raises InvalidInput for one that is none."""
    known = scene.fact.member_id in scene.world.features
    return known and isinstance(effect.tag, str) and check_text(effect.tag, ("tag",), LABEL_LENGTH_MAX) == effect.tag


def guard_tag(scene: Scene, draft: Draft, effect: Tag) -> Refusal | None:
    """The member has room for it. The tag is not told: members do not see theirs."""
    tags = _drafted(scene, draft)
    tags.add(effect.tag)
    return Refusal(TOO_MANY_TAGS, {"most": LABELS_MAX}) if len(tags) > LABELS_MAX else None


def guard_untag(scene: Scene, draft: Draft, effect: Untag) -> Refusal | None:
    """Never refuses; a later effect of the decision finds the room."""
    _drafted(scene, draft).discard(effect.tag)
    return None


def _drafted(scene: Scene, draft: Draft) -> set[str]:
    """The tags as the effects before leave them."""
    if draft.tags is None:
        draft.tags = set(scene.world.features[scene.fact.member_id].tags)
    return draft.tags


def tag(scene: Scene, effect: Tag) -> Logged:
    """Give the tag; the next decision about the member sees it."""
    return {"kind": "tag", "tag": effect.tag, "changed": _change(scene, effect.tag, given=True)}


def untag(scene: Scene, effect: Untag) -> Logged:
    """Take the tag, likewise."""
    return {"kind": "untag", "tag": effect.tag, "changed": _change(scene, effect.tag, given=False)}


def _change(scene: Scene, label: str, *, given: bool) -> bool:
    world, member_id = scene.world, scene.fact.member_id
    known = world.features[member_id]
    if (label in known.tags) is given:
        return False
    world.features[member_id] = known._replace(tags=known.tags ^ {label})
    world.tags.note(TagChange(member_id, label, given, set_by=str(scene.campaign.id), set_at=scene.arrived.arrived_at))
    return True
