"""The reviews a batch of facts asks for, and the verdicts it decides about, in memory."""

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

# A campaign, a member and what the review is called.
ReviewKey = tuple[UUID, UUID, str]


class Review(NamedTuple):
    """Something to look at, as it is asked for: why, what is shown besides, by a decision about which fact."""

    id: UUID
    key: ReviewKey
    reason: str
    evidence: Mapping[str, str | int]
    fact_id: UUID
    asked_at: datetime


class Verdict(NamedTuple):
    """What an operator said, entered as which fact.

    `problem` is what became of it where the decision about it failed: then it does not count.
    """

    key: ReviewKey
    approved: bool
    note: str
    made_by: str
    fact_id: UUID
    at: datetime
    problem: str | None = None


class ReviewBook:
    """The reviews that are open, as far as they are known; `new` and `verdicts` are what a commit has to write."""

    def __init__(self, new_id: Callable[[], UUID]) -> None:
        self._new_id = new_id
        # In the order in which they were asked for, where they were asked for here.
        self._open: dict[ReviewKey, None] = {}
        self._open_of: Counter[tuple[UUID, UUID]] = Counter()
        self._used: set[ReviewKey] = set()
        self.new: list[Review] = []
        self.verdicts: list[Verdict] = []

    def put(self, key: ReviewKey) -> None:
        """Make an open review known."""
        self._used.add(key)
        self._open[key] = None
        self._open_of[key[:2]] += 1

    def put_key(self, key: ReviewKey) -> None:
        """Make known that a review had this key."""
        self._used.add(key)

    def is_open(self, key: ReviewKey) -> bool:
        """Whether a review of this key waits for its verdict."""
        return key in self._open

    def open_count(self, campaign_id: UUID, member_id: UUID) -> int:
        """How many reviews of the member are open in the campaign."""
        return self._open_of[campaign_id, member_id]

    def waiting(self) -> list[ReviewKey]:
        """The open reviews, those first that were asked for first."""
        return list(self._open)

    def ask(
        self, key: ReviewKey, reason: str, evidence: Mapping[str, str | int], fact_id: UUID, asked_at: datetime
    ) -> None:
        """Ask for a review, unless the key is used: of an older one that is closed the database knows."""
        if key not in self._used:
            self.new.append(Review(self._new_id(), key, reason, evidence, fact_id, asked_at))
            self.put(key)

    def decide(self, verdict: Verdict) -> None:
        """Note what was decided about the verdict on an open review, and close it, unless that failed."""
        self.verdicts.append(verdict)
        if verdict.problem is None:
            del self._open[verdict.key]
            self._open_of[verdict.key[:2]] -= 1

    def forget_changes(self) -> None:
        """Drop what a commit would write."""
        self.new.clear()
        self.verdicts.clear()
