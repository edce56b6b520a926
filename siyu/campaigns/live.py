"""A published campaign as the engine decides by it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from siyu.campaigns.needs import Needs, needs_of
from siyu.campaigns.registry import AnyCampaignType
from siyu.sdk import CampaignConfig


@dataclass(frozen=True, slots=True)
class LiveCampaign:
    """A published campaign: its type, its validated config and the accounts it pays from, by unit."""

    id: UUID
    type: AnyCampaignType
    revision: int
    state: str
    starts_at: datetime | None
    ends_at: datetime | None
    config: CampaignConfig
    issuers: Mapping[str, UUID]
    needs: Needs = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "needs", needs_of(self.type))

    def is_open(self, at: datetime) -> bool:
        """Whether a fact of that moment is for it: running, and the moment in its half-open window."""
        after_start = self.starts_at is None or self.starts_at <= at
        return self.state == "running" and after_start and (self.ends_at is None or at < self.ends_at)
