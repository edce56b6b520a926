"""The core's own followers: what a batch means for the boards, for members' features, and to front ends that watch."""

from collections.abc import Iterable, Iterator
from uuid import UUID

from siyu.boards.changes import BoardChange
from siyu.engine.facts import ArrivedFact
from siyu.engine.outcome import Outcome
from siyu.engine.world import World
from siyu.features import Said
from siyu.groups.activity import COUNTED_IN, Interaction
from siyu.live import Topic, stock_topic, team_topic, wallet_topic
from siyu.metrics.touched import Touched
from siyu.sdk.core_facts import LINK_CLICKED, MESSAGE_POSTED, TALK_FACT_TYPES

# The unit whose earnings are a board. Commission is money, which is nobody else's to see.
RANKED = "points"
# What spends and their return do to a wallet is no earning: who buys with points does not fall on the board.
EARNED = {"grant": 1, "reverse": -1}
# How the keys of facts begin that may be interactions, as `siyu.features.refreshing.INTERACTION` has it.
INTERACTION_KEYS = ("member/", "service/")


def board_changes(
    world: World, facts: Iterable[ArrivedFact] = (), outcomes: Iterable[Outcome] = ()
) -> list[BoardChange]:
    """What campaigns scored, what members earned, spent and posted, at the time each counts for."""
    kin, scored = world.kin, world.scores
    if kin.roots and world.merges.new is None and world.merges.undone is None:
        scored = [change._replace(member_id=kin.person(change.member_id)) for change in scored]
    return [*scored, *_earned(world), *_spent(world), *_talked(world, facts, outcomes)]


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
        yield BoardChange("spend", spending.member_id, day, spending.at, spending.amount_fen, spending.group_ids)


def _talked(world: World, facts: Iterable[ArrivedFact], outcomes: Iterable[Outcome]) -> Iterator[BoardChange]:
    """A message counts in its group, whoever is known to be in that: archives of chats come before lists of members."""
    for fact, outcome in zip(facts, outcomes, strict=True):
        new = fact.new
        if new.type == MESSAGE_POSTED and not _is_refused(outcome):
            yield BoardChange("talk", new.member_id, world.day(new.at), new.at, 1, world.chats.scopes(new.data))


def _is_refused(outcome: Outcome) -> bool:
    """Whether the core has refused the fact itself."""
    return any(each.campaign_id is None and each.refusal is not None for each in outcome.decisions)


def touched_by(world: World, facts: Iterable[ArrivedFact]) -> set[UUID]:
    """Whose features changed: who did something or of whom something was told, who invited, and who was invited; but
    not by what counts daily (`said_daily`).

    What a campaign asked for is no doing of the member's.
    """
    touched = {fact.new.member_id for fact in facts if fact.pending is None and not _counts_daily(world, fact)}
    for invitation in world.invitations.new.values():
        touched |= {invitation.member.id, invitation.inviter.id}
    for merge in (world.merges.new, world.merges.undone):
        if merge is not None:
            touched |= {merge.survivor_id, merge.merged_id}
    return touched | set(map(world.kin.person, touched)) if world.kin.roots else touched


def said_daily(world: World, facts: Iterable[ArrivedFact]) -> list[Said]:
    """What was done in chats: one of each kind a day is an interaction, so the next change little."""
    return [
        Said(fact.new.member_id, world.day(fact.new.at), fact.new.type, fact.new.at)
        for fact in facts
        if _counts_daily(world, fact)
    ]


def said_once(world: World, facts: Iterable[ArrivedFact]) -> list[Said]:
    """What of that changes nothing of a day's metrics but by the first of its kind."""
    return said_daily(world, (fact for fact in facts if _counts_once(fact)))


def _counts_daily(world: World, fact: ArrivedFact) -> bool:
    """Whether it is an interaction in a chat, of a member who is a person by themselves: as features count them."""
    new = fact.new
    return (
        new.type in TALK_FACT_TYPES
        and fact.pending is None
        and new.idempotency_key.startswith(INTERACTION_KEYS)
        and world.kin.person(new.member_id) == new.member_id
    )


def _counts_once(fact: ArrivedFact) -> bool:
    """Whether it is counted by kind alone: clicks are counted each, and what is of a campaign for that."""
    return fact.new.type != LINK_CLICKED and fact.new.campaign_id is None


def activity_by(world: World, facts: Iterable[ArrivedFact], outcomes: Iterable[Outcome]) -> list[Interaction]:
    """What members did in groups, but for what the core has refused."""
    return [
        Interaction(group, fact.new.member_id, world.day(fact.new.at), kind)
        for fact, outcome in zip(facts, outcomes, strict=True)
        if (kind := COUNTED_IN.get(fact.new.type)) is not None
        and isinstance(group := fact.new.data.get("group"), str)
        and not _is_refused(outcome)
    ]


def touched_days(world: World, facts: Iterable[ArrivedFact]) -> set[Touched]:
    """Which days the metrics have to count anew: a refund changes that of the payment. Refused facts change none.

    Those alone that `said_once` does not name.
    """
    touched: set[Touched] = {
        (fact.new.member_id, fact.new.at)
        for fact in facts
        if fact.pending is None and not (_counts_daily(world, fact) and _counts_once(fact))
    }
    for merge in (world.merges.new, world.merges.undone):
        if merge is not None:
            touched |= {(merge.survivor_id, None), (merge.merged_id, None)}
    return touched | {(spending.member_id, spending.at) for spending in world.orders.spendings}


def changed_by(world: World, facts: Iterable[ArrivedFact]) -> set[Topic]:
    """What front ends may see change: wallets of members about whom something was decided, teams and stocks.

    Boards are announced once they have changed, by the projection.
    """
    changed = {wallet_topic(fact.new.member_id) for fact in facts}
    changed |= {team_topic(subject_id) for subject_id in world.participations.changed_teams()}
    return changed | {stock_topic(campaign_id) for campaign_id in world.counters.changed_campaigns()}
