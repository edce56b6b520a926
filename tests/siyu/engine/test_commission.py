"""The wallet of commission: money, which counts for no leaderboard."""

from dataclasses import replace

from siyu.engine.followers import board_changes
from siyu.ids import new_id
from siyu.sdk import Grant, RewardRule
from tests.clock import NOON
from tests.factories import paid
from tests.siyu.engine.stage import MEMBER, live, paying, play, world_of

RULES = [RewardRule("commission", "order.paid", 1), RewardRule("points", "order.paid")]


def test_commission_is_on_no_board() -> None:
    kind = paying(lambda fact, view: [Grant("commission", 500), Grant("points", 5)], rewards=lambda config: RULES)
    campaign = replace(live(kind, 1), issuers={"commission": new_id(), "points": new_id()})
    world = world_of([campaign])

    play(world, paid(MEMBER, "A1", 100, NOON))

    assert (world.book.balance(MEMBER, "commission"), world.book.balance(MEMBER, "points")) == (500, 5)
    assert [(change.board, change.amount) for change in board_changes(world)] == [("points", 5), ("spend", 100)]
