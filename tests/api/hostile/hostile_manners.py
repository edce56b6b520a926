"""Campaign types that decide well enough, and misbehave all around it."""

from collections.abc import Sequence
from typing import Any

from hostile_kind import kind

from siyu.sdk import Action, CampaignType, Effect, Grant, Progress, ReadField, ReadOutput, SetState, Text, hookimpl


def scribbles(fact: Any, view: Any) -> list[Effect]:
    """Changes what it sees in place, and pays for what it finds there."""
    found = len(view.config.words) + len(view.state.lines)
    view.config.words.append("two")
    view.state.lines.append("scribbled")
    return [Grant("points", found)]


def eavesdrops(fact: Any, view: Any) -> list[Effect]:
    """Wants to be asked about what members do elsewhere."""
    return [Grant("points", 1_000)]


def goes(fact: Any, view: Any) -> list[Effect]:
    """Keeps its state."""
    return [SetState(view.state)]


def never_describes(config: Any, state: Any) -> Progress:
    """Never comes back."""
    while True:
        pass


class Secret(ReadOutput):
    """Nobody will ever read it."""

    words: str = ""


def never_reads(config: Any, state: Any, asked: Any, reading: Any) -> Secret:
    """Never comes back, either."""
    while True:
        pass


@hookimpl
def siyu_campaign_types() -> Sequence[CampaignType[Any, Any]]:
    """Hand them over."""
    go = Action("go", Text(zh="去", en="Go"))
    secret = ReadField[Any, Any](name="secret", title=Text(zh="秘密", en="Secret"), output=Secret, read=never_reads)
    return [
        kind("scribbles", scribbles),
        kind("eavesdrops", eavesdrops, listens=frozenset({"check_in.sign"})),
        kind("mute", goes, listens=frozenset(), actions=(go,), describe=never_describes, fields=(secret,)),
    ]
