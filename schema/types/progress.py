"""How far somebody is in a campaign, in the caller's language."""

import strawberry

from siyu.campaigns.describing import Description
from siyu.sdk import Text

UNKNOWN = Text(zh="进度暂不可用", en="Progress is not available")


@strawberry.type(description="How far a participation is: `current` of `target`, or without end where that is null.")
class Progress:
    """Progress as a GraphQL object."""

    current: int
    target: int | None
    text: str


def progress_object(described: Description | None, language: str) -> Progress:
    """What the campaign type says of it; where it says nothing, that."""
    if described is None or described.progress is None:
        return Progress(current=0, target=None, text=UNKNOWN.in_language(language))
    progress = described.progress
    return Progress(current=progress.current, target=progress.target, text=progress.text.in_language(language))
