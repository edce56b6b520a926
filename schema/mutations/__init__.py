"""The mutations of the core: flat, so that GraphQL runs them one after the other."""

from schema.mutations.adjustments import AdjustmentMutations
from schema.mutations.api_keys import ApiKeyMutations
from schema.mutations.campaigns import CampaignMutations
from schema.mutations.catalogue import CatalogueMutations
from schema.mutations.consents import ConsentMutations
from schema.mutations.coupon_templates import CouponTemplateMutations
from schema.mutations.coupons import CouponMutations
from schema.mutations.fact_batches import FactBatchMutations
from schema.mutations.facts import FactMutations
from schema.mutations.freezes import FreezeMutations
from schema.mutations.groups import GroupMutations
from schema.mutations.identities import IdentityMutations
from schema.mutations.lanes import LaneMutations
from schema.mutations.members import MemberMutations
from schema.mutations.memberships import MembershipMutations
from schema.mutations.merges import MergeMutations
from schema.mutations.metrics import MetricMutations
from schema.mutations.payouts import PayoutMutations
from schema.mutations.personal import PersonalMutations
from schema.mutations.questionnaires import QuestionnaireMutations
from schema.mutations.redemptions import RedemptionMutations
from schema.mutations.reviews import ReviewMutations
from schema.mutations.segments import SegmentMutations
from schema.mutations.sessions import SessionMutations
from schema.mutations.stock import StockMutations
from schema.mutations.tags import TagMutations
from schema.mutations.tiers import TierMutations
from schema.mutations.touches import TouchMutations
from schema.mutations.units import UnitMutations
from schema.mutations.wallets import WalletMutations

CORE_MUTATIONS: tuple[type, ...] = (
    MemberMutations,
    IdentityMutations,
    MergeMutations,
    CampaignMutations,
    FactMutations,
    FactBatchMutations,
    LaneMutations,
    StockMutations,
    ReviewMutations,
    WalletMutations,
    AdjustmentMutations,
    PayoutMutations,
    FreezeMutations,
    CatalogueMutations,
    RedemptionMutations,
    CouponTemplateMutations,
    CouponMutations,
    TierMutations,
    UnitMutations,
    SegmentMutations,
    TagMutations,
    MetricMutations,
    SessionMutations,
    ApiKeyMutations,
    TouchMutations,
    ConsentMutations,
    GroupMutations,
    MembershipMutations,
    QuestionnaireMutations,
    PersonalMutations,
)

__all__ = ["CORE_MUTATIONS"]
