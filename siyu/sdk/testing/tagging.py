"""The effects on a member's tags: `Tag` and `Untag`."""

import unicodedata
from collections.abc import Iterator

from siyu.sdk.audience import LABEL_LENGTH_MAX, LABELS_MAX
from siyu.sdk.member_effects import Tag, Untag
from siyu.sdk.testing.bounds import shown
from siyu.sdk.testing.scene import Logged, Refusal, Scene

TOO_MANY_TAGS = "TOO_MANY_TAGS"
# Control characters, lone surrogates and the separators that break lines.
UNWANTED_CATEGORIES = frozenset({"Cc", "Cs", "Zl", "Zp"})


def label_problems(_: Scene, effect: Tag | Untag) -> Iterator[str]:
    """A short printable text without space around it."""
    label: object = effect.tag
    if not isinstance(label, str) or label != label.strip() or not 1 <= len(label) <= LABEL_LENGTH_MAX:
        yield f"tag must be a text of 1 to {LABEL_LENGTH_MAX} characters, no space around it, and is {shown(label)}"
    elif any(unicodedata.category(character) in UNWANTED_CATEGORIES for character in label):
        yield f"tag must be printable, and is {shown(label)}"


def tag_is_refused(scene: Scene, effect: Tag) -> Refusal | None:
    """A member has only so many tags, those that this decision gives and takes included."""
    tags = _drafted(scene) | {effect.tag}
    scene.draft.tags = tags
    return Refusal(TOO_MANY_TAGS, {"most": LABELS_MAX}) if len(tags) > LABELS_MAX else None


def untag_is_noted(scene: Scene, effect: Untag) -> None:
    """Never refused; a later effect of the decision finds the room."""
    scene.draft.tags = _drafted(scene) - {effect.tag}


def tag(scene: Scene, effect: Tag) -> Logged:
    """Give the tag, if the member does not have it."""
    before = _tags(scene)
    scene.shop.tags[scene.fact.member_id] = before | {effect.tag}
    return {"kind": "tag", "tag": effect.tag, "changed": effect.tag not in before}


def untag(scene: Scene, effect: Untag) -> Logged:
    """Take the tag, if the member has it."""
    before = _tags(scene)
    scene.shop.tags[scene.fact.member_id] = before - {effect.tag}
    return {"kind": "untag", "tag": effect.tag, "changed": effect.tag in before}


def _tags(scene: Scene) -> frozenset[str]:
    return scene.shop.tags.get(scene.fact.member_id, frozenset())


def _drafted(scene: Scene) -> frozenset[str]:
    return _tags(scene) if scene.draft.tags is None else scene.draft.tags
