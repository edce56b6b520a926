"""How groups do, against what is healthy."""

import strawberry

from schema.context import Info
from schema.fields import field
from siyu.groups.health import Health, PostsRange, Verdict


@strawberry.type(description="How many posts a day are healthy.")
class GroupPostsRange:
    """A range as a GraphQL object."""

    least: int
    most: int

    @classmethod
    def of(cls, posts: PostsRange) -> "GroupPostsRange":
        """The range of a positioning."""
        return cls(least=posts.least, most=posts.most)


@strawberry.type(description="How a group does, by the shop's days. Bots and who has left are not among the members.")
class GroupHealth:
    """A group's health as a GraphQL object."""

    health: strawberry.Private[Health]

    @field(
        "FAILING: fewer than 30 % of the members active in 30 days, of a group that is older. Else by the daily posts: "
        "QUIET below what is healthy for the positioning, NOISY above, or HEALTHY."
    )
    def verdict(self) -> Verdict:
        return self.health.verdict

    @field("What to do about it, in the language that was asked for.")
    def advice(self, info: Info) -> str:
        return self.health.advice.in_language(info.context.language)

    @field("Posts a day on average of the 7 days before today; of a younger group, of its days.")
    def daily_posts(self) -> float:
        return self.health.daily_posts

    @field("How many posts a day are healthy for the positioning.")
    def healthy_posts(self) -> GroupPostsRange:
        return GroupPostsRange.of(self.health.healthy_posts)

    @strawberry.field
    def posts_today(self) -> int:
        return self.health.posts_today

    @field("The part of the members who did something in the last 30 days, from 0 to 1; null without members.")
    def active_share(self) -> float | None:
        return self.health.active_share

    @field("Members who did something in the last 30 days.")
    def active_count(self) -> int:
        return self.health.active

    @field("Members who did nothing for 15 days or more, the dormant among them.")
    def silent_count(self) -> int:
        return self.health.silent

    @field("Members who did nothing for 30 days or more, the lost among them.")
    def dormant_count(self) -> int:
        return self.health.dormant

    @field("Members who did nothing for 180 days or more.")
    def lost_count(self) -> int:
        return self.health.lost

    @field("Members who joined in the last 30 days.")
    def joined_count(self) -> int:
        return self.health.joined

    @field("Members who left in the last 30 days and have not come back.")
    def left_count(self) -> int:
        return self.health.left
