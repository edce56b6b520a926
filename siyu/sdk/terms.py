"""The terms that any campaign can have, whatever its type: lane, audience, arms, caps, time zone."""

import re
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, field_validator

from siyu.sdk.arms import Arm
from siyu.sdk.audience import Audience
from siyu.sdk.caps import Cap

LANE_LENGTH_MAX = 32
PRIORITY_MAX = 1_000_000
ARMS_MAX = 8
CAPS_MAX = 8
TIME_ZONE_LENGTH_MAX = 64
# More than two levels is a pyramid, whoever asks for it.
COMMISSION_LEVELS_MAX = 2

LANE = re.compile(rf"[a-z0-9_]{{1,{LANE_LENGTH_MAX}}}")
LaneKey = Annotated[str, Field(pattern=f"^{LANE.pattern}$")]


class CampaignTerms(BaseModel):
    """What an operator sets on any campaign; the defaults are those of a campaign without special terms.

    - `lane`: of the campaigns of one lane, one rewards a fact: the first by `priority` (higher first), then by
      creation. Lanes follow one another as the shop orders them; campaigns without a lane come last, each for itself.
    - `stops_further`: once this campaign has rewarded a fact, no later one of any lane decides about it.
    - `audience`: whom it is for; None is everybody.
    - `arms`: an experiment; members are shared out by weight, and each keeps their arm.
    - `time_zone`: whose days `fact.day` counts; None is the shop's.
    - `caps`: what it may give at most; of one measure, unit, scope and period there is one.
    - `commission_levels`: how many levels of commission the campaign may declare.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    lane: LaneKey | None = None
    priority: Annotated[int, Field(ge=-PRIORITY_MAX, le=PRIORITY_MAX)] = 0
    stops_further: bool = False
    audience: Audience | None = None
    arms: Annotated[tuple[Arm, ...], Field(max_length=ARMS_MAX)] = ()
    time_zone: Annotated[str, Field(min_length=1, max_length=TIME_ZONE_LENGTH_MAX)] | None = None
    caps: Annotated[tuple[Cap, ...], Field(max_length=CAPS_MAX)] = ()
    commission_levels: Annotated[int, Field(ge=1, le=COMMISSION_LEVELS_MAX)] = 1

    @field_validator("arms")
    @classmethod
    def arms_can_be_drawn(cls, arms: tuple[Arm, ...]) -> tuple[Arm, ...]:
        """Every arm has a key of its own, and somebody gets into one."""
        if len({arm.key for arm in arms}) < len(arms):
            raise ValueError("two arms have one key")
        if arms and not any(arm.weight for arm in arms):
            raise ValueError("at least one arm must have a weight above 0")
        return arms

    @field_validator("caps")
    @classmethod
    def caps_cap_different_things(cls, caps: tuple[Cap, ...]) -> tuple[Cap, ...]:
        """Two limits of one thing are a mistake."""
        if len({(cap.measure, cap.unit, cap.scope, cap.period) for cap in caps}) < len(caps):
            raise ValueError("two caps have one measure, unit, scope and period")
        return caps

    @field_validator("time_zone")
    @classmethod
    def time_zone_exists(cls, name: str | None) -> str | None:
        """The name is one of the IANA database's."""
        if name is not None:
            try:
                ZoneInfo(name)
            except (ValueError, OSError, KeyError) as error:
                raise ValueError(f"there is no time zone {name!r}") from error
        return name
