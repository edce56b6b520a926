"""The mutations of the core: flat, so that GraphQL runs them one after the other."""

from schema.mutations.api_keys import ApiKeyMutations
from schema.mutations.campaigns import CampaignMutations
from schema.mutations.catalogue import CatalogueMutations
from schema.mutations.coupon_templates import CouponTemplateMutations
from schema.mutations.coupons import CouponMutations
from schema.mutations.facts import FactMutations
from schema.mutations.lanes import LaneMutations
from schema.mutations.members import MemberMutations
from schema.mutations.redemptions import RedemptionMutations
from schema.mutations.reviews import ReviewMutations
from schema.mutations.sessions import SessionMutations
from schema.mutations.stock import StockMutations
from schema.mutations.units import UnitMutations

CORE_MUTATIONS: tuple[type, ...] = (
    MemberMutations,
    CampaignMutations,
    FactMutations,
    LaneMutations,
    StockMutations,
    ReviewMutations,
    CatalogueMutations,
    RedemptionMutations,
    CouponTemplateMutations,
    CouponMutations,
    UnitMutations,
    SessionMutations,
    ApiKeyMutations,
)

__all__ = ["CORE_MUTATIONS"]
