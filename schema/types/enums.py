"""The enums of the domain, under the names that GraphQL gives them."""

from enum import Enum

import strawberry

from siyu.boards import BoardKind, BoardWindow
from siyu.campaigns.queries import ShownState
from siyu.coupons.record import CouponState, TemplateState
from siyu.ledger import UNITS
from siyu.orders.refund_queries import RefundState
from siyu.reviews.queries import ReviewState
from siyu.sdk import Scope

strawberry.enum(BoardKind)
strawberry.enum(BoardWindow)
strawberry.enum(ShownState, name="CampaignState")
strawberry.enum(Scope, name="CounterScope")
strawberry.enum(RefundState)
strawberry.enum(ReviewState)
strawberry.enum(CouponState)
strawberry.enum(TemplateState, name="CouponTemplateState")


@strawberry.enum
class PluginStatus(Enum):
    """Whether a campaign type can be used."""

    ACTIVE = "active"
    FAILING = strawberry.enum_value("failing", description="siyu paused a campaign of it because it failed too often.")
    BROKEN = strawberry.enum_value("broken", description="The plugin is left out.")
    MISSING = strawberry.enum_value("missing", description="There are campaigns of it, but no plugin brings it.")


@strawberry.enum
class WalletUnit(Enum):
    """What a wallet holds."""

    COMMISSION = strawberry.enum_value("commission", description="Money that others' orders earned the member, in fen.")
    GROWTH = "growth"
    POINTS = "points"


@strawberry.enum
class FirstOrder(Enum):
    """Whether a member has ordered before the fact."""

    BEFORE = "before"
    AFTER = "after"


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


assert {unit.value for unit in WalletUnit} == set(UNITS), "every unit of the ledger has a wallet"  # noqa: S101 - an invariant
