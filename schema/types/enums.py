"""The enums of the domain, under the names that GraphQL gives them."""

from enum import Enum

import strawberry

from siyu.boards import BoardKind, BoardWindow
from siyu.campaigns.queries import ShownState
from siyu.coupons.record import CouponState, TemplateState
from siyu.groups import Positioning, Role, Zone
from siyu.groups.health import Verdict
from siyu.groups.membership_queries import Silence
from siyu.groups.queries import GroupOrder
from siyu.orders.refund_queries import RefundState
from siyu.reviews.queries import ReviewState
from siyu.sdk import Scope
from siyu.wallets.queries import AdjustmentState, HoldState, PayoutState

strawberry.enum(BoardKind)
strawberry.enum(BoardWindow)
strawberry.enum(ShownState, name="CampaignState")
strawberry.enum(Scope, name="CounterScope")
strawberry.enum(RefundState)
strawberry.enum(ReviewState)
strawberry.enum(HoldState, name="ValueHoldState")
strawberry.enum(AdjustmentState)
strawberry.enum(PayoutState)
strawberry.enum(CouponState)
strawberry.enum(TemplateState, name="CouponTemplateState")
strawberry.enum(Positioning, name="GroupPositioning")
strawberry.enum(Role, name="GroupRole")
strawberry.enum(Zone, name="GroupZone")
strawberry.enum(Verdict, name="GroupVerdict")
strawberry.enum(Silence, name="GroupSilence")
strawberry.enum(GroupOrder)


@strawberry.enum
class PluginStatus(Enum):
    """Whether a campaign type can be used."""

    ACTIVE = "active"
    FAILING = strawberry.enum_value("failing", description="siyu paused a campaign of it because it failed too often.")
    BROKEN = strawberry.enum_value("broken", description="The plugin is left out.")
    MISSING = strawberry.enum_value("missing", description="There are campaigns of it, but no plugin brings it.")


@strawberry.enum
class TierMeasure(Enum):
    """What a condition of a tier counts, by the shop's days."""

    SPEND_TOTAL = strawberry.enum_value("spend_total", description="What was paid and not refunded, in fen.")
    SPEND_MONTH = strawberry.enum_value("spend_month", description="The same, within a calendar month.")
    SPEND_YEAR = strawberry.enum_value("spend_year", description="The same, since the same day a year before.")
    GROWTH = strawberry.enum_value("growth", description="The growth that was granted and not taken back.")
    INTERACTIONS = strawberry.enum_value(
        "interactions", description="What the member did in campaigns, each kind once a day."
    )


@strawberry.enum
class TierReview(Enum):
    """How often it is asked whether members keep a tier."""

    NONE = "none"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


@strawberry.enum
class TierDowngrade(Enum):
    """Where members fall to who lose a tier."""

    ONE = strawberry.enum_value("one", description="One tier, whatever they earned.")
    TO_EARNED = strawberry.enum_value("to_earned", description="The highest tier that they hold by what they did.")


@strawberry.enum
class TierChangeReason(Enum):
    """Why a member has another tier."""

    UPGRADE = strawberry.enum_value("upgrade", description="They earned it.")
    REVIEW = strawberry.enum_value("review", description="They no longer held the one before.")
    REFUND = strawberry.enum_value("refund", description="Something that counted was taken back.")
    LATE_FACT = strawberry.enum_value(
        "late_fact", description="Something was told late that counts for an earlier day."
    )
    LADDER = strawberry.enum_value("ladder", description="The shop has another ladder.")
    MANUAL = strawberry.enum_value("manual", description="An operator gave it to them.")


@strawberry.enum
class CapMeasure(Enum):
    """What a cap counts."""

    VALUE = strawberry.enum_value("value", description="What is granted and promised of a wallet unit.")
    COUNT = strawberry.enum_value("count", description="The decisions that reward.")


@strawberry.enum
class CapScope(Enum):
    """Whose cap it is: one of the campaign, or one for each member."""

    CAMPAIGN = "campaign"
    MEMBER = "member"


@strawberry.enum
class CapPeriod(Enum):
    """When a cap starts anew, by the shop's time zone."""

    EVER = "ever"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@strawberry.enum
class MemberOrder(Enum):
    """How members are listed."""

    JOINED_AT_ASC = "joined_at_asc"
    JOINED_AT_DESC = "joined_at_desc"


@strawberry.enum
class PersonalFieldName(Enum):
    """What is kept encrypted of a member."""

    PHONE = "phone"
    REAL_NAME = "real_name"
