"""The rewards a batch of facts issues and revokes, in memory."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

# A campaign, a member and what the reward is for.
RewardKey = tuple[UUID, UUID, str]


@dataclass(slots=True)
class NewReward:
    """A reward that the database does not have yet; `revoked_at` where the same batch took it back."""

    id: UUID
    key: RewardKey
    reward: str
    issued_at: datetime
    revoked_at: datetime | None = None


class RewardBook:
    """Keys in use; `new` and `revoked` are what a commit has to write."""

    def __init__(self, new_id: Callable[[], UUID]) -> None:
        self._new_id = new_id
        self._used: set[RewardKey] = set()
        self.new: dict[RewardKey, NewReward] = {}
        self.revoked: dict[RewardKey, datetime] = {}

    def put_key(self, key: RewardKey) -> None:
        """Make known that a reward was issued for the key, whether or not it was revoked since."""
        self._used.add(key)

    def is_used(self, key: RewardKey) -> bool:
        """Whether a reward was issued for the key, as far as is known: the database knows of all."""
        return key in self._used

    def issue(self, key: RewardKey, reward: str, at: datetime) -> None:
        """Issue a reward; the caller has made sure that the key is new."""
        self._used.add(key)
        self.new[key] = NewReward(self._new_id(), key, reward, at)

    def revoke(self, key: RewardKey, at: datetime) -> None:
        """Take back what was issued for the key; the earlier time stands where it was taken back already."""
        new = self.new.get(key)
        if new is None:
            self.revoked.setdefault(key, at)
        elif new.revoked_at is None:
            new.revoked_at = at
