"""The pydantic bases of a campaign's config, its state, and what its own facts carry."""

from pydantic import BaseModel, ConfigDict


class CampaignConfig(BaseModel):
    """What an operator sets; its JSON Schema draws the form, so give fields titles, descriptions and limits."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class CampaignState(BaseModel):
    """What the engine keeps for one member in one campaign; every field needs a default."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class FactData(BaseModel):
    """What a fact of the campaign's own carries; becomes the fact's `data`."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ActionInput(FactData):
    """What a member sends with an action; becomes the fact's `data` and a GraphQL input."""
