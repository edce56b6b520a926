"""`node(id)`: from a global id to its object, as far as the caller may see it."""

from collections.abc import Awaitable, Callable, Mapping
from uuid import UUID

from schema.context import Info
from schema.errors import invalid_argument
from schema.ids import (
    CAMPAIGN,
    COUPON,
    COUPON_TEMPLATE,
    DECISION,
    GROUP,
    MEMBER,
    PARTICIPATION,
    SEGMENT,
    TAG_RULE,
    WALLET,
    decode_id,
    decode_uuid,
    parse_uuid,
)
from schema.kinds import campaign_object, participation_objects
from schema.permissions import ForStaff, is_among
from schema.principals import Principal
from schema.scalars import WalletUnit
from schema.types.coupon import Coupon, CouponTemplate
from schema.types.decision import Decision
from schema.types.group import Group
from schema.types.ledger import Wallet
from schema.types.member import Member
from schema.types.node import Node
from schema.types.segment import Segment
from schema.types.tag import TagRule
from siyu.campaigns.queries import CampaignRow
from siyu.coupons.record import TemplateState


async def find_node(info: Info, global_id: str) -> Node | None:
    """The object, or None: nothing tells what does not exist from what the caller may not see."""
    decoded = decode_id(global_id)
    if decoded is None or decoded[0] not in FINDERS:
        return None
    type_name, key = decoded
    return await FINDERS[type_name](info, key)


async def visible_campaign(info: Info, campaign_id: UUID | None) -> CampaignRow | None:
    """The campaign; None for one that was never published, unless an operator asks."""
    row = await info.context.loaders.campaign.load(campaign_id) if campaign_id else None
    unpublished = row is not None and row.never_ran
    if row is None or (unpublished and not info.context.principal.role.operates):
        return None
    return row


def participating_member(principal: Principal, member: str | None, team: str | None) -> UUID | None:
    """Whose participation is asked for, by default the caller's; None for whom the caller may not see."""
    if member and team:
        raise invalid_argument("give `member` or `team`, not both")
    member_id = decode_uuid(MEMBER, member) if member else principal.member_id
    return member_id if member_id is not None and principal.may_see_all_of(member_id) else None


async def _member(info: Info, key: str) -> Node | None:
    member_id = parse_uuid(key)
    if member_id is None or not info.context.principal.may_see_all_of(member_id):
        return None
    row = await info.context.loaders.member.load(member_id)
    return Member(row=row) if row else None


async def _wallet(info: Info, key: str) -> Node | None:
    owner, _, unit = key.partition("/")
    known = {row.key for row in await info.context.loaders.units.load(None)}
    if unit not in known or await _member(info, owner) is None:
        return None
    return Wallet(member_id=UUID(owner), unit=WalletUnit(unit))


async def _campaign(info: Info, key: str) -> Node | None:
    row = await visible_campaign(info, parse_uuid(key))
    return campaign_object(info, row) if row else None


async def _participation(info: Info, key: str) -> Node | None:
    participation_id = parse_uuid(key)
    row = await info.context.loaders.participation.load(participation_id) if participation_id else None
    if row is None or not info.context.principal.may_see_all_of(row.member_id):
        return None
    return (await participation_objects(info, [row]))[0]


async def _decision(info: Info, key: str) -> Node | None:
    decision_id = parse_uuid(key)
    row = await info.context.loaders.decision.load(decision_id) if decision_id else None
    if row is None or not info.context.principal.may_see_all_of(row.member_id):
        return None
    return Decision(row=row)


async def _coupon(info: Info, key: str) -> Node | None:
    coupon_id = parse_uuid(key)
    row = await info.context.loaders.coupon.load(coupon_id) if coupon_id else None
    return Coupon(row=row) if row is not None and info.context.principal.may_see_all_of(row.member_id) else None


async def _coupon_template(info: Info, key: str) -> Node | None:
    """The template; drafts are for operators."""
    template_id = parse_uuid(key)
    row = await info.context.loaders.coupon_template.load(template_id) if template_id else None
    hidden = row is not None and row.state is TemplateState.DRAFT and not info.context.principal.role.operates
    return CouponTemplate(row=row) if row is not None and not hidden else None


async def find_segment(info: Info, segment_id: UUID | None) -> Segment | None:
    """The segment, for operators and services."""
    if segment_id is None or not is_among(info.context.principal.role, ForStaff.roles):
        return None
    row = await info.context.loaders.segment.load(segment_id)
    return Segment(row=row) if row else None


async def find_group(info: Info, group_id: UUID | None) -> Group | None:
    """The group: for operators and services any, for members those they are in."""
    principal = info.context.principal
    if group_id is None:
        return None
    if principal.member_id is not None:
        membership = await info.context.loaders.membership.load((group_id, principal.member_id))
        if membership is None or membership.left_at is not None:
            return None
    elif not is_among(principal.role, ForStaff.roles):
        return None
    row = await info.context.loaders.group.load(group_id)
    return Group(row=row) if row else None


async def _group(info: Info, key: str) -> Node | None:
    return await find_group(info, parse_uuid(key))


async def _segment(info: Info, key: str) -> Node | None:
    return await find_segment(info, parse_uuid(key))


async def _tag_rule(info: Info, key: str) -> Node | None:
    """The tag rule, for operators."""
    rule_id = parse_uuid(key)
    if rule_id is None or not info.context.principal.role.operates:
        return None
    row = await info.context.loaders.tag_rule.load(rule_id)
    return TagRule(row=row) if row else None


FINDERS: Mapping[str, Callable[[Info, str], Awaitable[Node | None]]] = {
    MEMBER: _member,
    WALLET: _wallet,
    CAMPAIGN: _campaign,
    PARTICIPATION: _participation,
    DECISION: _decision,
    COUPON: _coupon,
    COUPON_TEMPLATE: _coupon_template,
    SEGMENT: _segment,
    TAG_RULE: _tag_rule,
    GROUP: _group,
}
