"""What an operator sets on a check-in."""

from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from siyu.sdk import CampaignConfig

TABLE_LENGTH_MAX = 366
POINTS_MAX = 10_000
MILESTONE_POINTS_MAX = 100_000
MILESTONE_DAYS_MAX = 3_660
# A make-up can reach all of one table and one of the other, each with two effects; a decision has at most 32.
MILESTONES_MAX = 12
REWARD_LENGTH_MAX = 64
TIERS_MAX = 32
TIER_LENGTH_MAX = 32
PERCENT_MAX = 1_000
WHOLE_PERCENT = 100
# Of a made-up day the whole month has to be among the days that a state remembers.
DAYS_BACK_MAX = 31

PLACES_MAX = 32
PLACE_NAME_LENGTH_MAX = 64
RADIUS_M_MIN, RADIUS_M_MAX = 10, 50_000
# As many keys as a config can give its teams.
GROUPS_MAX = 200
GROUP_LENGTH_MAX = 64
GROUP_GOAL_MAX = 100_000
BONUS_LENGTH_MAX = 31

Points = Annotated[int, Field(ge=0, le=POINTS_MAX)]
Latitude = Annotated[float, Field(ge=-90, le=90)]
Longitude = Annotated[float, Field(ge=-180, le=180)]


# Which points follow the last entry of the table: the first again, or the last for good.
AfterTable = Literal["wrap", "stay"]
# With which calendar period streaks start anew; weeks begin on Monday.
Restart = Literal["never", "week", "month"]
# What a member has to show.
Proof = Literal["none", "photo", "place", "photo_and_place"]


class Milestone(CampaignConfig):
    """What a number of days is worth beside the table: points, a reward, or both."""

    days: Annotated[int, Field(ge=1, le=MILESTONE_DAYS_MAX)] = Field(title="Days")
    points: Annotated[int, Field(ge=0, le=MILESTONE_POINTS_MAX)] = Field(default=0, title="Points")
    reward: str | None = Field(
        default=None,
        min_length=1,
        max_length=REWARD_LENGTH_MAX,
        pattern=r"^[^\x00-\x1f]+$",
        title="Reward",
        description="The name of a reward that the shop delivers.",
    )

    @model_validator(mode="after")
    def is_worth_something(self) -> "Milestone":
        """A milestone that gives nothing is a mistake."""
        if not self.points and self.reward is None:
            raise ValueError("a milestone needs points or a reward")
        return self


Milestones = Annotated[tuple[Milestone, ...], Field(max_length=MILESTONES_MAX)]


class MakeUp(CampaignConfig):
    """Under which terms members may sign for days that they missed."""

    days_back: Annotated[int, Field(ge=1, le=DAYS_BACK_MAX)] = Field(default=7, title="Days back")
    per_month: Annotated[int, Field(ge=1, le=31)] = Field(
        default=3, title="Days a month", description="How many days of one calendar month can be made up."
    )
    cost_points: Points = Field(default=0, title="Cost in points", description="What the member pays for each day.")


class TierMultiplier(CampaignConfig):
    """What the table is worth to members of a tier."""

    tier: Annotated[str, Field(min_length=1, max_length=TIER_LENGTH_MAX)] = Field(title="Tier")
    percent: Annotated[int, Field(ge=1, le=PERCENT_MAX)] = Field(
        title="Percent", description="150 is one and a half times; points are rounded down."
    )


class Place(CampaignConfig):
    """A place where members can sign in: a shop, a venue."""

    name: Annotated[str, Field(min_length=1, max_length=PLACE_NAME_LENGTH_MAX, pattern=r"^[^\x00-\x1f]+$")] = Field(
        title="Name"
    )
    latitude: Latitude = Field(title="Latitude", description="Of its middle, in degrees (WGS 84).")
    longitude: Longitude = Field(title="Longitude")
    radius_m: Annotated[int, Field(ge=RADIUS_M_MIN, le=RADIUS_M_MAX)] = Field(
        default=200, title="Radius (m)", description="How far from its middle a member may be; phones err by tens."
    )


class GroupGoal(CampaignConfig):
    """How many members of a group have to sign in on one day: a number, or a share of those it has."""

    group: Annotated[str, Field(min_length=1, max_length=GROUP_LENGTH_MAX)] = Field(title="Group")
    goal: Annotated[int, Field(ge=1, le=GROUP_GOAL_MAX)] | None = Field(
        default=None, title="Members a day", description="So many different members; or say which share."
    )
    share_percent: Annotated[int, Field(ge=1, le=WHOLE_PERCENT)] | None = Field(
        default=None,
        title="Share of the members a day (%)",
        description="Of those in the group when the first of them is counted for the day, rounded up.",
    )

    @model_validator(mode="after")
    def is_one_goal(self) -> "GroupGoal":
        """A number and a share, or neither, are a mistake."""
        if (self.goal is None) == (self.share_percent is None):
            raise ValueError("a group needs either goal or share_percent")
        return self

    def share_of(self, size: int | None) -> int:
        """How many members a share is of a group's size, rounded up; 0 of a group that nobody is in."""
        return -(-(size or 0) * (self.share_percent or 0) // WHOLE_PERCENT)


class Groups(CampaignConfig):
    """Groups that sign in together."""

    goals: Annotated[tuple[GroupGoal, ...], Field(min_length=1, max_length=GROUPS_MAX)] = Field(
        title="Goals", description="A member of several groups signs in for the first of these."
    )
    bonus_points: Annotated[tuple[Points, ...], Field(min_length=1, max_length=BONUS_LENGTH_MAX)] = Field(
        default=(5,),
        title="Bonus by day of the group's streak",
        description="For everybody of the group who signed in on a day that reached the goal; the last entry stays.",
    )

    @field_validator("goals")
    @classmethod
    def groups_differ(cls, goals: tuple[GroupGoal, ...]) -> tuple[GroupGoal, ...]:
        """Two goals of one group are a mistake."""
        if len({each.group for each in goals}) < len(goals):
            raise ValueError("two goals are for one group")
        return goals

    def goal_of(self, group: str) -> GroupGoal | None:
        """How many members of the group have to sign in; None for a group without a goal."""
        return next((each for each in self.goals if each.group == group), None)

    def bonus_of(self, streak: int) -> int:
        """What a day of the group's streak is worth to each of its members."""
        return self.bonus_points[min(streak, len(self.bonus_points)) - 1]


class CheckInConfig(CampaignConfig):
    """What an operator sets. The default is the handbooks' 5 to 10 points, rising over a week."""

    streak_points: tuple[Points, ...] = Field(
        default=(5, 5, 6, 6, 8, 8, 10),
        min_length=1,
        max_length=TABLE_LENGTH_MAX,
        title="Points by day of the streak",
        description="The first entry is for the first day.",
    )
    after_table: AfterTable = Field(
        default="wrap",
        title="After the last entry",
        description="wrap: the table starts again; stay: the last entry is given from then on.",
    )
    restart: Restart = Field(
        default="never",
        title="Streaks start anew",
        description="never, or with every calendar week (from Monday) or month.",
    )
    continuous_milestones: Milestones = Field(
        default=(),
        title="Milestones of the streak",
        description="Given each time that a streak gets to so many days in a row.",
    )
    cumulative_milestones: Milestones = Field(
        default=(), title="Milestones in total", description="Given once, for so many days signed in all."
    )
    tier_multipliers: Annotated[tuple[TierMultiplier, ...], Field(max_length=TIERS_MAX)] = Field(
        default=(), title="Multipliers by tier", description="Of the table alone; other tiers get it as it is."
    )
    make_up: MakeUp | None = Field(
        default=None, title="Make-up cards", description="Left out: days that were missed stay missed."
    )

    proof: Proof = Field(
        default="none",
        title="What members show",
        description="none, a photo, a place (being at one of the places is enough), or photo_and_place.",
    )
    places: Annotated[tuple[Place, ...], Field(max_length=PLACES_MAX)] = Field(
        default=(), title="Places", description="Where members can sign in, if a place is asked for."
    )
    review: bool = Field(
        default=False,
        title="Photos are reviewed",
        description="An operator looks at every photo; the day counts and is rewarded once they approve of it.",
    )
    groups: Groups | None = Field(
        default=None, title="Groups that sign in together", description="Left out: everybody signs in for themselves."
    )

    @model_validator(mode="after")
    def proof_is_complete(self) -> "CheckInConfig":
        """What is asked for can be shown, and what is configured is asked for."""
        if self.asks_for("place") != bool(self.places):
            raise ValueError("places and a proof that asks for a place need each other")
        if self.review and not self.asks_for("photo"):
            raise ValueError("there is nothing to review without a photo")
        return self

    def asks_for(self, what: Literal["photo", "place"]) -> bool:
        """Whether members have to show it."""
        return self.proof in {what, "photo_and_place"}

    @field_validator("continuous_milestones", "cumulative_milestones")
    @classmethod
    def days_differ(cls, milestones: tuple[Milestone, ...]) -> tuple[Milestone, ...]:
        """Two milestones of one number of days are a mistake."""
        if len({milestone.days for milestone in milestones}) < len(milestones):
            raise ValueError("two milestones have one number of days")
        return milestones

    @field_validator("tier_multipliers")
    @classmethod
    def tiers_differ(cls, multipliers: tuple[TierMultiplier, ...]) -> tuple[TierMultiplier, ...]:
        """Two multipliers of one tier are a mistake."""
        if len({multiplier.tier for multiplier in multipliers}) < len(multipliers):
            raise ValueError("two multipliers are for one tier")
        return multipliers

    def percent_of(self, tier: str | None) -> int:
        """What the table is worth to a member of the tier."""
        return next((each.percent for each in self.tier_multipliers if each.tier == tier), WHOLE_PERCENT)
