"""Messages that campaigns, or the core, left a member."""

from datetime import datetime

import strawberry

from schema.context import Info
from schema.fields import field
from schema.ids import MESSAGE, encode_id
from schema.kinds import campaign_of, kind_types
from schema.types.campaign import Campaign
from siyu.messaging import CORE_MESSAGES, render_or_bare
from siyu.messaging.queries import MessageRow
from siyu.sdk import Text


@strawberry.type(description="A message to a member.")
class Message:
    """A message as a GraphQL object."""

    row: strawberry.Private[MessageRow]

    @strawberry.field
    def id(self) -> strawberry.ID:
        return encode_id(MESSAGE, self.row.id)

    @field("The key of its template, in the campaign's type or in the core.")
    def message(self) -> str:
        return self.row.message

    @field("Its words in your language; the key where the campaign's type is not loaded or has no such template now.")
    async def text(self, info: Info) -> str:
        template = await self._template(info)
        # A newer version's template may want what this message was not given.
        return render_or_bare(template, self.row.params, info.context.language) if template else self.row.message

    @strawberry.field
    def at(self) -> datetime:
        return self.row.at

    @strawberry.field
    async def campaign(self, info: Info) -> Campaign | None:
        return await campaign_of(info, self.row.campaign_id) if self.row.campaign_id is not None else None

    async def _template(self, info: Info) -> Text | None:
        if self.row.campaign_id is None:
            return CORE_MESSAGES.get(self.row.message)
        campaign = await info.context.loaders.campaign.load(self.row.campaign_id)
        kind = kind_types(info, campaign.type_key).kind if campaign else None
        return kind.messages.get(self.row.message) if kind else None
