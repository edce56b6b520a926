"""A published campaign as the engine decides by it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from siyu.campaigns.caps import LiveCap
from siyu.campaigns.immutable import is_immutable
from siyu.campaigns.live_terms import LiveTerms
from siyu.campaigns.needs import Effects, Needs, effects_under, groups_sized, needs_of, reads_features
from siyu.campaigns.registry import AnyCampaignType
from siyu.sdk import CampaignConfig


@dataclass(frozen=True, slots=True)
class LiveCampaign:
    """A published campaign: its type, its validated config and the accounts it pays from, by unit.

    `terms` is None for a plain campaign: one look tells that it has no audience, arms, lane or zone of its own.
    `suspended`: it failed too often, and its code is not to be asked. `copies_config`, `copies_state`: it can be
    changed in place, so that every decision is given its own. `effects` are those that its configs (its own and those
    of its arms) may emit. `reads_features`: some decision of its may look at what the shop knows of the member;
    `sized`: the groups whose size one may look at. `draw_secret` makes the seeds of its draws; what is merely tried out
    has none, and draws by other seeds. `verdict_fact` is the type's, which every action is compared with.
    """

    id: UUID
    type: AnyCampaignType
    revision: int
    state: str
    starts_at: datetime | None
    ends_at: datetime | None
    config: CampaignConfig
    issuers: Mapping[str, UUID]
    terms: LiveTerms | None = None
    suspended: bool = False
    draw_secret: bytes = field(default=b"", repr=False)
    copies_config: bool = field(init=False)
    copies_state: bool = field(init=False)
    effects: Effects = field(init=False)
    needs: Needs = field(init=False)
    reads_features: bool = field(init=False)
    sized: frozenset[str] = field(init=False)
    caps: tuple[LiveCap, ...] = field(init=False)
    verdict_fact: str | None = field(init=False)

    def __post_init__(self) -> None:
        kind = self.type
        object.__setattr__(self, "copies_config", not is_immutable(kind.config))  # type: ignore[arg-type]  # hashable
        object.__setattr__(self, "copies_state", not is_immutable(kind.state))  # type: ignore[arg-type]  # likewise
        configs = (self.config, *(arm.config for arm in self.terms.arms)) if self.terms is not None else (self.config,)
        object.__setattr__(self, "effects", effects_under(kind, map(self._lent, configs)))
        object.__setattr__(self, "needs", needs_of(kind, self.effects))
        object.__setattr__(self, "reads_features", reads_features(kind, map(self._lent, configs)))
        object.__setattr__(self, "sized", groups_sized(kind, map(self._lent, configs)))
        object.__setattr__(self, "caps", self.terms.caps if self.terms is not None else ())
        object.__setattr__(self, "verdict_fact", kind.verdict_fact())

    def lent_config(self) -> CampaignConfig:
        """The config for the type's code: a copy where that could change it in place."""
        return self._lent(self.config)

    def _lent(self, config: CampaignConfig) -> CampaignConfig:
        return config.model_copy(deep=True) if self.copies_config else config

    def is_open(self, at: datetime) -> bool:
        """Whether a fact of that moment is for it: running, and the moment in its half-open window."""
        after_start = self.starts_at is None or self.starts_at <= at
        return self.state == "running" and after_start and (self.ends_at is None or at < self.ends_at)
