"""Touches, how a member arrived, and the rules by which a touch has its channel."""

from datetime import datetime

import strawberry

from schema.context import Info
from schema.fields import field
from schema.ids import CAMPAIGN, encode_id
from siyu.sdk import Text
from siyu.touches import Device
from siyu.touches.channels import PRESET_RULES
from siyu.touches.channels import ChannelRule as Rule
from siyu.touches.queries import ArrivalChange as Change
from siyu.touches.queries import TouchRow
from siyu.touches.shop_rules import ShopRules

strawberry.enum(Device, name="TouchDevice", description="The terminal that a member was seen on.")


@strawberry.input(description="What a link says of itself. Each has up to 64 characters.")
class UtmInput:
    """The parameters of a link."""

    source: str | None = strawberry.UNSET
    medium: str | None = strawberry.UNSET
    campaign: str | None = strawberry.field(
        default=strawberry.UNSET, description="The `linkCode` of a campaign of siyu counts for that campaign."
    )
    term: str | None = strawberry.UNSET
    content: str | None = strawberry.UNSET


@strawberry.input(description="How a member came: at least one of `utm`, `scene` and `campaign`.")
class ArrivalInput:
    """A touch, as a front end saw it."""

    utm: UtmInput | None = strawberry.UNSET
    scene: int | None = strawberry.field(
        default=strawberry.UNSET, description="WeChat's number of how the mini program was opened, such as 1047."
    )
    device: Device | None = strawberry.UNSET
    campaign: str | None = strawberry.field(
        default=strawberry.UNSET, description="The `linkCode` of the campaign that the link or code was made for."
    )

    def data(self) -> dict[str, object]:
        """The touch as a fact has it."""
        names = ("source", "medium", "campaign", "term", "content") if self.utm else ()
        utm = {name: value for name in names if (value := getattr(self.utm, name))}
        device = self.device.value if self.device else None
        data = {"utm": utm or None, "scene": self.scene or None, "device": device, "campaign": self.campaign or None}
        return {name: value for name, value in data.items() if value is not None}


@strawberry.type(description="A touch: a member came by a link, a code, a card or an advertisement.")
class Touch:
    """A touch as a GraphQL object."""

    row: strawberry.Private[TouchRow]

    @field("When the member came.")
    def at(self) -> datetime:
        return self.row.at

    @field("The key of the channel, by the rules that counted when it was reported.")
    def channel(self) -> str:
        return self.row.channel

    @strawberry.field
    def utm_source(self) -> str | None:
        return self.row.utm_source

    @strawberry.field
    def utm_medium(self) -> str | None:
        return self.row.utm_medium

    @strawberry.field
    def utm_campaign(self) -> str | None:
        return self.row.utm_campaign

    @strawberry.field
    def utm_term(self) -> str | None:
        return self.row.utm_term

    @strawberry.field
    def utm_content(self) -> str | None:
        return self.row.utm_content

    @field("WeChat's number of how the mini program was opened.")
    def scene(self) -> int | None:
        return self.row.scene

    @strawberry.field
    def device(self) -> str | None:
        return self.row.device

    @field("The id of the campaign that the link was made for.")
    def campaign(self) -> strawberry.ID | None:
        return encode_id(CAMPAIGN, self.row.campaign_id) if self.row.campaign_id else None


@strawberry.type(description="What was taken for a member's arrival from `notedAt` on.")
class ArrivalChange:
    """A change of an arrival as a GraphQL object."""

    row: strawberry.Private[Change]

    @strawberry.field
    def channel(self) -> str:
        return self.row.channel

    @field("When the member came by it.")
    def at(self) -> datetime:
        return self.row.at

    @field("When siyu heard of it.")
    def noted_at(self) -> datetime:
        return self.row.noted_at

    @field("The id of the campaign that the link was made for.")
    def campaign(self) -> strawberry.ID | None:
        return encode_id(CAMPAIGN, self.row.campaign_id) if self.row.campaign_id else None


@strawberry.type(description="A channel that touches can be of.")
class Channel:
    """A channel as a GraphQL object."""

    key: strawberry.ID
    titles: strawberry.Private[Text]

    @strawberry.field
    def title(self, info: Info) -> str:
        return self.titles.in_language(info.context.language)


@strawberry.type(description="Touches that have all that is told here are of the channel.")
class ChannelRule:
    """A rule as a GraphQL object."""

    channel: str
    utm_source: str | None
    utm_medium: str | None
    utm_campaign: str | None
    scenes: list[int]


@strawberry.type(description="How touches come to their channels.")
class ChannelRules:
    """The rules as a GraphQL object."""

    shop: strawberry.Private[ShopRules]

    @field("To be named in a change; 0 while the shop has no rules of its own.")
    def revision(self) -> int:
        return self.shop.revision

    @strawberry.field
    def channels(self) -> list[Channel]:
        return [Channel(key=strawberry.ID(key), titles=text) for key, text in self.shop.rules.titles().items()]

    @field("The shop's own, the first that holds decides.")
    def rules(self) -> list[ChannelRule]:
        return [_rule(rule) for rule in self.shop.rules.rules]

    @field("Those that siyu ships; they follow the shop's own, and WeChat's scenes follow them.")
    def preset(self) -> list[ChannelRule]:
        return [_rule(rule) for rule in PRESET_RULES]

    @strawberry.field
    def made_at(self) -> datetime | None:
        return self.shop.made_at

    @strawberry.field
    def made_by(self) -> str | None:
        return self.shop.made_by


def _rule(rule: Rule) -> ChannelRule:
    return ChannelRule(
        channel=rule.channel,
        utm_source=rule.utm_source,
        utm_medium=rule.utm_medium,
        utm_campaign=rule.utm_campaign,
        scenes=list(rule.scenes or ()),
    )
