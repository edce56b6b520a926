"""A group-buy of mugs on a stage."""

from typing import Any
from uuid import UUID

from plugins.group_buy.campaign import GROUP_BUY
from plugins.group_buy.config import GroupBuyConfig, Item
from plugins.group_buy.states import GroupBuyState, Seat, Status
from plugins.group_buy.teams import Team
from siyu.sdk.testing import Played, Stage

GroupBuyStage = Stage[GroupBuyConfig, GroupBuyState]
# For two, and for three.
PRICES_FEN = (900, 700)
FIRST_FEN = PRICES_FEN[0]


def mugs(**fields: Any) -> GroupBuyConfig:
    """Teams of three, or two if no more come, who buy a mug each; of mugs there are ten if nothing else is said."""
    item = {"key": "mug", "title": "马克杯", "prices_fen": PRICES_FEN, "stock": 10}
    return GroupBuyConfig.model_validate({"sizes": (2, 3), "items": [item], **fields})


def mug(**fields: Any) -> tuple[Item, ...]:
    """The items of a group-buy of mugs, with other fields than usual."""
    return (Item(**{"key": "mug", "prices_fen": PRICES_FEN, "stock": 10, **fields}),)


def stage_of_mugs(**fields: Any) -> GroupBuyStage:
    """A stage with such a group-buy."""
    return Stage(GROUP_BUY, mugs(**fields))


def opened(stage: GroupBuyStage, member: str = "lin", quantity: int = 1) -> str:
    """Let a member open a team; its key."""
    played = stage.act(member, "open", item="mug", quantity=quantity)
    assert played.refusal is None, played.refusal
    return played.fact.new_key


def joined(stage: GroupBuyStage, team: str, member: str = "wang", quantity: int = 1) -> Played:
    """Let a member join."""
    return stage.act(member, "join", team=team, item="mug", quantity=quantity)


def paid(
    stage: GroupBuyStage, team: str, member: str = "lin", order: str | None = None, fen: int = FIRST_FEN
) -> Played:
    """Let the shop report that an order was paid, `<member>-1` if no other is named."""
    return stage.fact(member, "order.paid", order=order or f"{member}-1", amount_fen=fen, team=team)


def returned(stage: GroupBuyStage, team: str | None, member: str = "lin", fen: int = FIRST_FEN) -> Played:
    """Let the shop report that money of the order `<member>-1` went back."""
    named = {} if team is None else {"team": team}
    return stage.fact(member, "order.refunded", order=f"{member}-1", amount_fen=fen, **named)


def filled(stage: GroupBuyStage, *members: str) -> str:
    """A team that these members, three of them, have opened, joined and paid for, in this order; its key."""
    first, *others = members
    team = opened(stage, first)
    for member in others:
        assert joined(stage, team, member).refusal is None
    for member in members:
        assert paid(stage, team, member).refusal is None
    return team


def team_of(stage: GroupBuyStage, key: str) -> Team:
    """The team of this key, which there is."""
    team: Team = stage.team(key)
    return team


def seat_of(stage: GroupBuyStage, team: str, member: str) -> Seat:
    """A member's seat of a team, which there is."""
    seat = stage.state(member).seat(team)
    assert seat is not None
    return seat


def statuses(stage: GroupBuyStage, team: str, *members: str) -> list[Status]:
    """Where the members' seats are."""
    return [seat_of(stage, team, member).status for member in members]


def ids(stage: GroupBuyStage, *members: str) -> list[UUID]:
    """Their ids."""
    return [stage.member(member).id for member in members]


def stock(stage: GroupBuyStage) -> tuple[int, int]:
    """How many mugs are bought, and how many are held for teams that are not decided."""
    return stage.counted("stock").get(("mug", ""), (0, 0))
