"""Read fields: what a campaign type tells front ends about a member beyond their progress and their state."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, NamedTuple

from pydantic import BaseModel, ConfigDict

from siyu.sdk.audience import Features
from siyu.sdk.text import Text
from siyu.sdk.view import ConfigT, StateT


class ReadInput(BaseModel):
    """What a front end asks a read field with: its fields become the field's GraphQL arguments."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ReadOutput(BaseModel):
    """What a read field answers: becomes a GraphQL type, as do the models of ReadOutput and the enums inside it."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Reading(NamedTuple):
    """When a read field is asked, and about whom.

    `at` is the moment (aware UTC), `day` its date in the campaign's time zone. `features` is what the shop knows of the
    member, for configs that the type's `features` says yes to; None for others.
    """

    at: datetime
    day: date
    features: Features | None = None


@dataclass(frozen=True, kw_only=True)
class ReadField(Generic[ConfigT, StateT]):
    """Something front ends read of a member's participation; becomes a GraphQL field of `<CampaignKey>Participation`.

    On `<CampaignKey>Campaign` the calling member has it as `viewer<Name>`, before the first decision about them too:
    then of the state that everybody begins with.

    - `name`: camelCase, at most 31 characters; no field of every participation has it.
    - `title`: what it is, for documentation.
    - `read(config, state, asked, reading)`: pure; `asked` is an instance of `input`, the answer one of `output`, of at
      most 65,536 characters as JSON.
    - `input`, `output`: models with fields of text, numbers, truth values, dates, times and lists of these; those of
      outputs may be ReadOutputs and enums too. All may be optional.

    What it raises is logged, and an error of this field alone in the answer; the deadline of decisions is its own too.
    """

    name: str
    title: Text
    output: type[ReadOutput]
    read: Callable[[ConfigT, StateT, Any, Reading], ReadOutput]
    input: type[ReadInput] = ReadInput
