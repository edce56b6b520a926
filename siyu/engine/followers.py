"""The core's own followers: what a batch means for the boards, for members' features, and to front ends that watch."""

from collections.abc import Iterable, Iterator
from uuid import UUID

from siyu.boards.changes import BoardChange
from siyu.engine.facts import ArrivedFact
from siyu.engine.world import World
from siyu.live import Topic, stock_topic, team_topic, wallet_topic

# The unit whose earnings are a board. Commission is money, which is nobody else's to see.
RANKED = "points"
# What spends and their return do to a wallet is no earning: who buys with points does not fall on the board.
EARNED = {"grant": 1, "reverse": -1}


def board_changes(world: World) -> list[BoardChange]:
    """What campaigns scored, what members earned and what they spent, at the time each counts for."""
    kin = world.kin
    scored = world.scores
    if kin.roots and world.merges.new is None and world.merges.undone is None:
        scored = [change._replace(member_id=kin.person(change.member_id)) for change in scored]
    return [*scored, *_earned(world), *_spent(world)]


def _earned(world: World) -> Iterator[BoardChange]:
    for transfer in world.book.transfers:
        sign = EARNED.get(transfer.kind)
        if sign is not None and transfer.unit == RANKED:
            amount = sign * transfer.amount
            # What is taken back of a merged member's account is off the survivor's score.
            member_id = world.kin.person(transfer.member_id)
            yield BoardChange(transfer.unit, member_id, world.day(transfer.at), transfer.at, amount)


def _spent(world: World) -> Iterator[BoardChange]:
    for spending in world.orders.spendings:
        day = world.day(spending.at)
        yield BoardChange("spend", spending.member_id, day, spending.at, spending.amount_fen)


def touched_by(world: World, facts: Iterable[ArrivedFact]) -> set[UUID]:
    """Whose features changed: who did something or of whom something was told, who invited, and who was invited.

    What a campaign asked for is no doing of the member's.
    """
    touched = {fact.new.member_id for fact in facts if fact.pending is None}
    for invitation in world.invitations.new.values():
        touched |= {invitation.member.id, invitation.inviter.id}
    for merge in (world.merges.new, world.merges.undone):
        if merge is not None:
            touched |= {merge.survivor_id, merge.merged_id}
    return {world.kin.person(member_id) for member_id in touched} | touched


def changed_by(world: World, facts: Iterable[ArrivedFact]) -> set[Topic]:
    """What front ends may see change: wallets of members about whom something was decided, teams and stocks.

    Boards are announced once they have changed, by the projection.
    """
    changed = {wallet_topic(fact.new.member_id) for fact in facts}
    changed |= {team_topic(subject_id) for subject_id in world.participations.changed_teams()}
    return changed | {stock_topic(campaign_id) for campaign_id in world.counters.changed_campaigns()}
