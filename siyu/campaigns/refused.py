"""Published campaigns that decide nothing, because their type accepts the stored config or terms no more."""

from typing import NamedTuple
from uuid import UUID

import orjson

from siyu.campaigns.loading import PUBLISHED, playing_of
from siyu.campaigns.registry import AnyCampaignType, Registry
from siyu.db import DirectConnection, Pool
from siyu.deadline import DEADLINE, Patience
from siyu.errors import InvalidInput
from siyu.inputs import parse_json
from siyu.sdk import CampaignTerms


class RefusedCampaign(NamedTuple):
    """A campaign that its type would have to be told anew, and what is wrong with it in one sentence."""

    id: UUID
    name: str
    type_key: str
    problem: str


# At most CAMPAIGNS_MAX rows.
STORED = f"SELECT id, name, type_key, config, terms FROM campaign WHERE {PUBLISHED} ORDER BY id"


async def refused_campaigns(connection: Pool | DirectConnection, registry: Registry) -> list[RefusedCampaign]:
    """Those of loaded types that no process can load; of types that are not there nothing is known."""
    found = []
    for campaign_id, name, type_key, config, terms in await connection.fetch(STORED):
        kind = registry.types.get(type_key)
        problem = _problem(kind, config, terms) if kind is not None else None
        if problem is not None:
            found.append(RefusedCampaign(campaign_id, name, type_key, problem))
    return found


def _problem(kind: AnyCampaignType, config: str, terms: str | None) -> str | None:
    try:
        # First by what names the fields that are wrong.
        DEADLINE.ask(Patience(), parse_json, kind.config, orjson.loads(config), ("config",))
        parse_json(CampaignTerms, orjson.loads(terms or "{}"), ("terms",))
        playing_of(kind, config, terms)
    except InvalidInput as error:
        return str(error)
    except Exception as error:  # a plugin's code: whatever it raises keeps its campaign from deciding
        return f"{type(error).__name__} when the configs of its arms and what they reward are read"
    return None
