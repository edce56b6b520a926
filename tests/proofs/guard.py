"""A guard that campaigns and facts are held by."""

from typing import NamedTuple

ENGINE, CAMPAIGNS, SDK = "siyu/engine", "siyu/campaigns", "siyu/sdk"


class Guard(NamedTuple):
    """A guard: where its text is, what stands there without it, and the tests that then fail."""

    name: str
    file: str
    text: str
    without: str
    tests: tuple[str, ...]
