"""Campaigns: an interface, with one object type for each campaign type."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import orjson
import strawberry
from strawberry.scalars import JSON

from schema.context import Info, Role
from schema.fields import field
from schema.ids import CAMPAIGN, encode_id
from schema.kinds import kind_types, participation_object, schema_of
from schema.naming import mutation_name
from schema.permissions import require_role
from schema.types.counter import CampaignCounter, campaign_counters
from schema.types.enums import PluginStatus
from schema.types.node import Node
from siyu.campaigns import AnyCampaignType, BrokenPlugin, Registry
from siyu.campaigns.queries import CampaignRow, ShownState

if TYPE_CHECKING:
    from schema.types.participation import Participation

OPERATORS = frozenset({Role.OPERATOR})


@strawberry.type(description="A kind of campaign: a plugin that is loaded, or one that is left out and why.")
class CampaignType:
    """A campaign type as a GraphQL object."""

    key: strawberry.ID
    title: str
    version: str
    status: PluginStatus
    config_schema: JSON = strawberry.field(description="JSON Schema of `config`; a form can be drawn from it.")
    actions: list[str] = strawberry.field(description="The mutations that members act through.")
    reason: strawberry.Private[str | None] = None

    @field("Why it is left out. For operators.")
    def problem(self, info: Info) -> str | None:
        require_role(info.context, OPERATORS)
        return self.reason


def loaded_type(info: Info, kind: AnyCampaignType) -> CampaignType:
    """A usable campaign type."""
    config_schema = kind_types(info, kind.key).config_schema
    return CampaignType(
        key=strawberry.ID(kind.key),
        title=kind.title.in_language(info.context.language),
        version=kind.version,
        status=PluginStatus.ACTIVE,
        config_schema=JSON(dict(config_schema)),
        actions=[mutation_name(kind.key, action.name) for action in kind.actions],
    )


def broken_type(name: str, problem: str) -> CampaignType:
    """A plugin that is left out, or a type that a campaign needs and that is not there."""
    return CampaignType(
        key=strawberry.ID(name),
        title=name,
        version="",
        status=PluginStatus.BROKEN,
        config_schema=JSON({}),
        actions=[],
        reason=problem,
    )


def all_types(info: Info) -> list[CampaignType]:
    """Every plugin there is, the broken ones last."""
    registry: Registry = schema_of(info).registry
    broken: tuple[BrokenPlugin, ...] = registry.broken
    return [
        *(loaded_type(info, kind) for kind in registry.types.values()),
        *(broken_type(plugin.name, plugin.problem) for plugin in broken),
    ]


@strawberry.interface(description="A configured instance of a campaign type. Members see it once it is published.")
class Campaign(Node):
    """A campaign as a GraphQL object."""

    row: strawberry.Private[CampaignRow]

    def global_id(self) -> strawberry.ID:
        """As Node."""
        return encode_id(CAMPAIGN, self.row.id)

    @strawberry.field
    def type(self, info: Info) -> CampaignType:
        kind = kind_types(info, self.row.type_key).kind
        return loaded_type(info, kind) if kind else broken_type(self.row.type_key, "the plugin is not loaded")

    @strawberry.field
    def name(self) -> str:
        return self.row.name

    @field("What the stored state and the window amount to now.")
    def state(self) -> ShownState:
        return self.row.state

    @strawberry.field
    def starts_at(self) -> datetime | None:
        return self.row.starts_at

    @field("The first moment that is too late.")
    def ends_at(self) -> datetime | None:
        return self.row.ends_at

    @field("Counts the changes of name, config and window.")
    def revision(self) -> int:
        return self.row.revision

    @field("As the type's `configSchema` has it. For operators.")
    def config(self, info: Info) -> JSON:
        require_role(info.context, OPERATORS)
        return JSON(orjson.loads(self.row.config))

    @field("The calling member's participation; null for others and before the first action.")
    async def viewer_participation(
        self, info: Info
    ) -> Annotated["Participation", strawberry.lazy("schema.types.participation")] | None:
        member_id = info.context.principal.member_id
        if member_id is None:
            return None
        row = await info.context.loaders.participation_of.load((self.row.id, member_id))
        return participation_object(info, row, self.row) if row else None

    @field(
        "How much of its counters is taken in the present period, by item where they count items. For members: those "
        "that are public, and what is counted of themselves."
    )
    async def counters(self, info: Info) -> list[CampaignCounter]:
        return await campaign_counters(info, self.row)


@strawberry.type(description="A campaign whose type is not loaded: its data is kept, nothing is decided.")
class UnavailableCampaign(Campaign):
    """The fallback."""
