"""What a campaign type's read fields answer, whatever the state."""

from collections.abc import Iterator
from datetime import timedelta
from random import Random

from siyu.sdk.audience import Features
from siyu.sdk.model import CampaignConfig, CampaignState
from siyu.sdk.read_fields import Reading
from siyu.sdk.testing.answering import AnyField, answer, known_to
from siyu.sdk.testing.conformance.subject import Subject
from siyu.sdk.testing.drawing import EPOCH, CannotDraw, draw
from siyu.sdk.testing.limits import SHANGHAI

# Random lives go on for about so long.
DAYS = 3 * 366


def answers_every_field(subject: Subject) -> Iterator[str]:
    """In every state each of its read fields answers what it declares, and the same when it is asked again."""
    random = Random(subject.seed)  # noqa: S311 - to be the same again is its purpose
    for field in subject.kind.fields:
        for config, state in subject.seen.states:
            if isinstance(state, subject.kind.state):
                yield from _wrong_answers(subject, field, config, state, random)


def _wrong_answers(
    subject: Subject, field: AnyField, config: CampaignConfig, state: CampaignState, random: Random
) -> Iterator[str]:
    at = EPOCH + timedelta(days=random.randrange(DAYS), minutes=random.randrange(24 * 60))
    features = known_to(subject.kind, config, Features(EPOCH))
    reading = Reading(at, at.astimezone(SHANGHAI).date(), features)
    try:
        asked = draw(field.input, random).model_dump()
    except CannotDraw as error:
        yield f"{field.name}: no input could be drawn, give its fields `examples`: {error}"
        return
    try:
        again = answer(field, config, state, asked, reading), answer(field, config, state, asked, reading)
    except Exception as error:  # the author's code: whatever it raises is the problem
        yield f"{field.name} failed: {type(error).__name__}: {error}"
        return
    if again[0] != again[1]:
        yield f"{field.name} answered in two ways"
