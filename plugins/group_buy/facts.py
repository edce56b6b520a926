"""What members send with their actions, and what the campaign's own facts carry."""

from pydantic import Field

from plugins.group_buy.config import QUANTITY_MAX
from siyu.sdk import ActionInput, FactData

TEAM_LENGTH_MAX = 64


class OpenInput(ActionInput):
    """What a member wants, and how many."""

    item: str = Field(max_length=32, description="The key of the item.")
    quantity: int = Field(default=1, ge=1, le=QUANTITY_MAX)


class JoinInput(OpenInput):
    """The same, in a team that somebody has shared."""

    team: str = Field(max_length=TEAM_LENGTH_MAX, description="The key of the team.")


class TeamInput(ActionInput):
    """Which team."""

    team: str = Field(max_length=TEAM_LENGTH_MAX, description="The key of the team.")


class OfTeam(FactData):
    """The team that has something to tell its member."""

    team: str


class LatePayment(FactData):
    """An order that was paid for a seat which is over."""

    team: str
    item: str
    quantity: int
    amount_fen: int
    order: str


class Unseated(FactData):
    """An order whose money is all back, and the team of its seat."""

    team: str
    order: str
