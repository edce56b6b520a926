"""Campaigns: an interface, with one object type for each campaign type."""

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import orjson
import strawberry
from strawberry.scalars import JSON

from schema.connections import Connection, connect, encode_cursor, forward, number_cursor
from schema.context import Info
from schema.fields import field, field_for
from schema.ids import CAMPAIGN, encode_id
from schema.kinds import kind_types, participation_object, schema_of
from schema.naming import mutation_name
from schema.permissions import ForAnalysts
from schema.types.counter import CampaignCounter, campaign_counters
from schema.types.draw import Draw, campaign_draw
from schema.types.enums import PluginStatus
from schema.types.experiment import Experiment, experiment_object
from schema.types.figures import TimeRange, asked_of
from schema.types.node import Node
from schema.types.progress import Progress, progress_object
from schema.types.results import CampaignResults, results_object
from schema.types.spread import CampaignSpread, spread_object
from schema.types.terms import CampaignRevision, CampaignTerms, terms_object
from siyu.attribution.asked import WINDOW_DAYS_DEFAULT, Attribution, CampaignAsked
from siyu.attribution.experiments import LEVEL_DEFAULT, ExperimentAsked
from siyu.attribution.goals import Goal
from siyu.campaigns import AnyCampaignType, BrokenPlugin, Distribution
from siyu.campaigns.describing import describe, describe_beginning
from siyu.campaigns.participation_queries import ParticipationRow
from siyu.campaigns.queries import CampaignRow, ShownState
from siyu.campaigns.refused import stored_problem
from siyu.campaigns.revisions import revision_page
from siyu.sdk import member_code

if TYPE_CHECKING:
    from schema.types.participation import Participation


@strawberry.type(description="A kind of campaign: a plugin that is loaded, or one that is left out and why.")
class CampaignType:
    """A campaign type as a GraphQL object."""

    key: strawberry.ID
    title: str
    version: str
    config_schema: JSON = strawberry.field(description="JSON Schema of `config`; a form can be drawn from it.")
    actions: list[str] = strawberry.field(description="The mutations that members act through.")
    installed: strawberry.Private[Distribution | None] = None
    left_out: strawberry.Private[PluginStatus | None] = None
    reason: strawberry.Private[str | None] = None

    @strawberry.field
    async def status(self, info: Info) -> PluginStatus:
        return self.left_out or (PluginStatus.FAILING if await self._failure(info) else PluginStatus.ACTIVE)

    @field_for(ForAnalysts, "Why it is left out, or why siyu paused the last campaign of it that it paused.")
    async def problem(self, info: Info) -> str | None:
        return self.reason if self.left_out else await self._failure(info)

    @field_for(ForAnalysts, "What was installed to have it, such as `siyu-bargain 0.1.0`; null for the server's own.")
    def distribution(self) -> str | None:
        return str(self.installed) if self.installed else None

    async def _failure(self, info: Info) -> str | None:
        use = await info.context.loaders.type_use.load(self.key)
        return use.problem if use else None


def loaded_type(info: Info, kind: AnyCampaignType) -> CampaignType:
    """A usable campaign type."""
    config_schema = kind_types(info, kind.key).config_schema
    return CampaignType(
        key=strawberry.ID(kind.key),
        title=kind.title.in_language(info.context.language),
        version=kind.version,
        config_schema=JSON(dict(config_schema)),
        actions=[mutation_name(kind.key, action.name) for action in kind.actions],
        installed=schema_of(info).registry.distributions.get(kind.key),
    )


def broken_type(plugin: BrokenPlugin) -> CampaignType:
    """A plugin that is left out."""
    return _unusable(plugin.name, PluginStatus.BROKEN, plugin.problem, plugin.distribution)


def missing_type(key: str) -> CampaignType:
    """A type that a campaign needs and that is not there."""
    return _unusable(key, PluginStatus.MISSING, "no plugin that is loaded brings it")


def _unusable(key: str, status: PluginStatus, reason: str, installed: Distribution | None = None) -> CampaignType:
    return CampaignType(
        key=strawberry.ID(key),
        title=key,
        version=installed.version if installed else "",
        config_schema=JSON({}),
        actions=[],
        installed=installed,
        left_out=status,
        reason=reason,
    )


def all_types(info: Info, in_use: Collection[str]) -> list[CampaignType]:
    """Every plugin there is, then the broken ones, then the types of these campaigns that are not loaded."""
    registry = schema_of(info).registry
    # A type left out by the schema goes by its key.
    told = registry.types.keys() | {plugin.name for plugin in registry.broken}
    return [
        *(loaded_type(info, kind) for kind in registry.types.values()),
        *map(broken_type, registry.broken),
        *(missing_type(key) for key in in_use if key not in told),
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
        return loaded_type(info, kind) if kind else missing_type(self.row.type_key)

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

    @field("Counts the changes of name, config, terms and window.")
    def revision(self) -> int:
        return self.row.revision

    @field_for(ForAnalysts, "As the type's `configSchema` has it.")
    def config(self) -> JSON:
        return JSON(orjson.loads(self.row.config))

    @field_for(
        ForAnalysts,
        "Why siyu paused it: it failed too often. Or why it decides nothing although it is published: its type no "
        "longer accepts what is stored of it. Null otherwise.",
    )
    def problem(self, info: Info) -> str | None:
        kind = kind_types(info, self.row.type_key).kind
        if self.row.problem is not None or kind is None or self.row.never_ran:
            return self.row.problem
        return stored_problem(kind, self.row.config, self.row.terms)

    @field_for(ForAnalysts, "When siyu paused it.")
    def problem_at(self) -> datetime | None:
        return self.row.problem_at

    @field_for(ForAnalysts, "Lane, audience, arms and what else any campaign can have.")
    def terms(self) -> CampaignTerms:
        return terms_object(self.row.terms)

    @field_for(ForAnalysts, "What it was, the newest first.")
    async def revisions(
        self, info: Info, first: int | None = strawberry.UNSET, after: str | None = strawberry.UNSET
    ) -> Connection[CampaignRevision]:
        slice_ = forward(first, after)
        page = await revision_page(info.context.pool, self.row.id, slice_.limit, number_cursor(slice_.after))
        return connect(page, slice_, lambda row: CampaignRevision(row=row), lambda row: encode_cursor(row.revision))

    @field_for(
        ForAnalysts,
        "What has come of it so far; reads its whole log. The arguments are for `figures`: a range, by "
        "default the last 30 days, and how orders are put down to what their members met in the window before.",
    )
    async def results(
        self,
        info: Info,
        range: TimeRange | None = strawberry.UNSET,
        attribution: Attribution = Attribution.LAST_TOUCH,
        window_days: int = WINDOW_DAYS_DEFAULT,
    ) -> CampaignResults:
        asked = asked_of(info, range or None, attribution, window_days)
        results = await info.context.loaders.results.load(self.row.id)
        return results_object(results, CampaignAsked(self.row.id, asked))

    @field_for(
        ForAnalysts,
        "Its arms against the control, which is the arm `control` or the first; null without arms. Payments, and what "
        "else is the goal, count within the days of the window after a member came into an arm; reads all that are in "
        "one.",
    )
    async def experiment(
        self,
        info: Info,
        control: str | None = strawberry.UNSET,
        level: float = LEVEL_DEFAULT,
        window_days: int = WINDOW_DAYS_DEFAULT,
        goal: Goal = Goal.PAYMENT,
    ) -> Experiment | None:
        return await experiment_object(info, ExperimentAsked(self.row.id, control or None, level, window_days, goal))

    @field(
        "What links and codes carry to be counted for the campaign, as `campaign` of a touch or as `utm_campaign`: 26 "
        "digits and letters, the same for ever."
    )
    def link_code(self) -> str:
        return member_code(self.row.id)

    @field_for(ForAnalysts, "How far it has spread by invitations, and at what cost; reads all of them.")
    async def spread(self, info: Info) -> CampaignSpread:
        return spread_object(await info.context.loaders.spread.load(self.row.id))

    @field("The calling member's participation; null for others and before the first decision about them.")
    async def viewer_participation(
        self, info: Info
    ) -> Annotated["Participation", strawberry.lazy("schema.types.participation")] | None:
        row = await self._viewers(info)
        return participation_object(info, row, self.row) if row else None

    @field(
        "How far the calling member is; before the first decision about them, how far everybody is who begins. Null "
        "for others."
    )
    async def viewer_progress(self, info: Info) -> Progress | None:
        member_id, kind = info.context.principal.member_id, kind_types(info, self.row.type_key).kind
        if member_id is None:
            return None
        row, described = await self._viewers(info), None
        if kind is not None:
            described = describe(kind, self.row, row) if row else describe_beginning(kind, self.row, member_id)
        return progress_object(described, info.context.language)

    async def _viewers(self, info: Info) -> ParticipationRow | None:
        member_id = info.context.principal.member_id
        return await info.context.loaders.participation_of.load((self.row.id, member_id)) if member_id else None

    @field(
        "How much of its counters is taken in the present period, by item where they count items. For members: those "
        "that are public, and what is counted of themselves."
    )
    async def counters(self, info: Info) -> list[CampaignCounter]:
        return await campaign_counters(info, self.row)

    @field("A draw of the campaign by its name, such as the type gives it; everybody may know the hash of its seed.")
    async def draw(self, info: Info, name: str) -> Draw:
        return await campaign_draw(info, self.row, name)


@strawberry.type(description="A campaign whose type is not loaded: its data is kept, nothing is decided.")
class UnavailableCampaign(Campaign):
    """The fallback."""
