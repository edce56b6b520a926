"""What has come of a campaign."""

import strawberry

from schema.context import Info
from schema.fields import field
from schema.scalars import BigInt
from schema.types.figures import CampaignFigures, figures_object
from siyu.attribution.asked import CampaignAsked
from siyu.campaigns.results import ArmResults as Arm
from siyu.campaigns.results import Results


@strawberry.type(description="How often a campaign refused with a code.")
class RefusalCount:
    """A count as a GraphQL object."""

    code: str
    count: BigInt


@strawberry.type(description="What members got of a unit: how many got any, what was given and what was taken back.")
class ResultValue:
    """Value as a GraphQL object."""

    unit: str
    rewarded: BigInt
    granted: BigInt
    reversed: BigInt


@strawberry.type(description="How many rewards of a name members were issued, and how many of these were revoked.")
class ResultReward:
    """Rewards of a name as a GraphQL object."""

    reward: str
    issued: BigInt
    revoked: BigInt


@strawberry.type(description="The results of one arm of an experiment; of those without an arm where it is null.")
class ArmResults:
    """An arm's results as a GraphQL object."""

    arm: str | None
    participants: BigInt
    value: list[ResultValue]
    rewards: list[ResultReward]


@strawberry.type(description="What has come of a campaign so far.")
class CampaignResults:
    """Results as a GraphQL object."""

    participants: BigInt
    decisions: BigInt
    open_reviews: BigInt = strawberry.field(description="How many reviews wait for an operator's verdict.")
    refusals: list[RefusalCount]
    arms: list[ArmResults]
    asked: strawberry.Private[CampaignAsked]

    @field("What it came to within the range, revenue shared out among campaigns as asked.")
    async def figures(self, info: Info) -> CampaignFigures:
        return figures_object(await info.context.loaders.figures.load(self.asked))


def results_object(results: Results, asked: CampaignAsked) -> CampaignResults:
    """Results as an object."""
    return CampaignResults(
        participants=BigInt(sum(arm.participants for arm in results.arms)),
        decisions=BigInt(results.decisions),
        open_reviews=BigInt(results.open_reviews),
        refusals=[RefusalCount(code=code, count=BigInt(count)) for code, count in results.refusals.items()],
        arms=[_arm(arm) for arm in results.arms],
        asked=asked,
    )


def _arm(arm: Arm) -> ArmResults:
    value = [
        ResultValue(
            unit=each.unit,
            rewarded=BigInt(each.rewarded),
            granted=BigInt(each.granted),
            reversed=BigInt(each.reversed),
        )
        for each in arm.value
    ]
    rewards = [
        ResultReward(reward=each.reward, issued=BigInt(each.issued), revoked=BigInt(each.revoked))
        for each in arm.rewards
    ]
    return ArmResults(arm=arm.arm, participants=BigInt(arm.participants), value=value, rewards=rewards)
