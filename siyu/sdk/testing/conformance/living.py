"""What a campaign type does with what happens: whether it raises, what it asks for, which states it gets into."""

from collections.abc import Iterable, Iterator

from siyu.sdk.campaign import Progress
from siyu.sdk.facts import Fact
from siyu.sdk.testing.asking import AnyView, ask
from siyu.sdk.testing.conformance.declared import not_the_same_from_json, wrong_words
from siyu.sdk.testing.conformance.subject import Subject
from siyu.sdk.testing.scene import InvalidEffect

UNKNOWN = {"siyu_unknown": 1}


def never_raises(subject: Subject) -> Iterator[str]:
    """Nothing that can happen makes it raise."""
    if not subject.hears:
        yield "it has no actions, listens to nothing and settles nothing: nothing can happen to it"
    yield from _told_by_the_first(
        (name, f"{type(error).__name__}: {error}")
        for name, error in subject.seen.errors
        if not isinstance(error, InvalidEffect)
    )


def effects_are_possible(subject: Subject) -> Iterator[str]:
    """It asks for declared effects with possible values alone."""
    yield from _told_by_the_first(
        (name, str(error)) for name, error in subject.seen.errors if isinstance(error, InvalidEffect)
    )


def _told_by_the_first(errors: Iterable[tuple[str, str]]) -> Iterator[str]:
    """A sentence an error; one that comes again for facts of a type is told with the first one's data."""
    first: dict[tuple[str, str], str] = {}
    for name, error in errors:
        yield f"{first.setdefault((name.partition(' ')[0], error), name)}: {error}"


def declared_effects_are_used(subject: Subject) -> Iterator[str]:
    """What it declares it also uses; `plays` can lead it to what random facts do not reach."""
    for effect in sorted(subject.kind.effects - subject.seen.used, key=lambda effect: effect.__name__):
        yield f"{effect.__name__} is declared and was never used"


def state_round_trips(subject: Subject) -> Iterator[str]:
    """Every state it gets into is the same after it was stored as JSON."""
    for _, state in subject.seen.states:
        yield from not_the_same_from_json(state)


def describes_every_state(subject: Subject) -> Iterator[str]:
    """It can tell how far a member is, whatever their state, in both languages."""
    for config, state in subject.seen.states:
        try:
            progress: object = subject.kind.describe(config, state)
        except Exception as error:  # the author's code: whatever it raises is the problem
            yield f"describe failed on {state!r}: {type(error).__name__}: {error}"
            continue
        if not isinstance(progress, Progress):
            yield f"describe answered {progress!r} on {state!r}"
            continue
        yield from (f"describe on {state!r}: {problem}" for problem in wrong_words(progress.text))


def unknown_data_is_ignored(subject: Subject) -> list[str]:
    """A fact of the core that tells more than today changes nothing: facts grow fields, as siyu grows."""
    own = subject.kind.own_facts()

    def probe(fact: Fact, view: AnyView) -> Iterator[str]:
        if fact.type in own:
            return
        grown = fact._replace(data={**fact.data, **UNKNOWN})
        known = ask(subject.kind, fact, view)
        try:
            same = ask(subject.kind, grown, view) == known
        except Exception as error:  # the author's code: whatever it raises is the problem
            yield f"{fact.type} with a field it does not know: {type(error).__name__}: {error}"
            return
        if not same:
            yield f"{fact.type} with a field it does not know is decided otherwise"

    return subject.watch(probe)
