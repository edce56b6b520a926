"""Two members who are one person, and the same two again."""

from collections.abc import Iterable
from uuid import UUID

from siyu.boards.changes import BoardChange
from siyu.engine.desk import Verdict, shop_cause
from siyu.engine.facts import ArrivedFact
from siyu.engine.outcome import Refusal
from siyu.engine.refusals import (
    ALREADY_MERGED,
    MEMBER_ERASED,
    MERGE_CHAINED,
    MERGE_CLASH,
    MERGE_NOT_FOUND,
    MERGE_TOO_OLD,
    MERGE_UNDONE,
    SAME_MEMBER,
    TOO_MANY_MERGED,
)
from siyu.engine.scene import Logged
from siyu.engine.world import World
from siyu.ledger import Purpose
from siyu.members.merging import ABSORBED_MAX, UNDO_FOR, Merge, Scored
from siyu.tiers.book import Cause

CLASHES_SHOWN_MAX = 3


def merge(world: World, arrived: ArrivedFact) -> Verdict:
    """Make one person of two members: value goes to the survivor at once, rows with the commit."""
    new, data = arrived.new, arrived.new.data
    survivor_id, merged_id = new.member_id, UUID(data["merged"])
    refusal = _hindrance(world, survivor_id, merged_id)
    if refusal is not None:
        return refusal
    made = Merge(
        world.new_id(), survivor_id, merged_id, arrived.id, data["reason"], data["made_by"], new.at, new.at + UNDO_FOR
    )
    world.merges.new = made
    logs: list[Logged] = [_log(made, "merged")]
    for unit in sorted(world.routes.units):
        cause, amount = shop_cause(Purpose.MERGE, unit, arrived), world.book.balance(merged_id, unit)
        if amount:
            world.book.carry(cause, merged_id, survivor_id, amount)
        logs += _moved(unit, amount, world.book.carry_debt(cause, merged_id, survivor_id))
    world.scores += _sums(world, merged_id, survivor_id)
    world.scores += [BoardChange(board, merged_id, new.at.date(), new.at, None) for board in world.merges.best_boards]
    world.scores += _bests(world.merges.merged_bests, survivor_id)
    _judge_anew(world, arrived, survivor_id)
    return tuple(logs)


def undo(world: World, arrived: ArrivedFact) -> Verdict:
    """Make two members of a person again: the merged one gets what they brought, as far as the survivor has it."""
    new, data = arrived.new, arrived.new.data
    made = world.merges.get(UUID(data["merge"]))
    if made is None:
        return Refusal(MERGE_NOT_FOUND, {})
    if made.undone_at is not None:
        return Refusal(MERGE_UNDONE, {})
    latest = world.merges.latest_into(new.member_id)
    if made is not latest:
        return Refusal(MERGE_CHAINED, {"merge": str(latest.id if latest else made.id)})
    if new.at > made.undo_until:
        return Refusal(MERGE_TOO_OLD, {"until": made.undo_until.isoformat()})
    survivor_id, merged_id = made.survivor_id, made.merged_id
    made.undo_fact_id, made.undone_at = arrived.id, max(new.at, made.merged_at)
    made.undone_by, made.undone_for = data["made_by"], data["reason"]
    world.merges.undone = made
    logs: list[Logged] = [_log(made, "undone")]
    for unit in sorted(world.routes.units):
        amount = _give_back(world, arrived, made, unit)
        cause, owed = shop_cause(Purpose.MERGE, unit, arrived), world.merges.owed_flow.get(unit, 0)
        debt = world.book.carry_debt(cause, survivor_id, merged_id, owed) if owed > 0 else 0
        logs += _moved(unit, amount, debt)
    world.scores += _sums(world, survivor_id, merged_id)
    world.scores += [BoardChange(board, survivor_id, new.at.date(), new.at, None) for board in world.merges.best_boards]
    world.scores += _bests(world.merges.survivor_bests, survivor_id)
    world.scores += _bests(world.merges.merged_bests, merged_id)
    _judge_anew(world, arrived, survivor_id)
    _judge_anew(world, arrived, merged_id)
    return tuple(logs)


def _bests(scored: Iterable[Scored], member_id: UUID) -> Iterable[BoardChange]:
    return (BoardChange(board, member_id, day, at, amount) for board, day, at, amount, _ in scored)


def pass_on(world: World, arrived: ArrivedFact) -> None:
    """What a merged member was still given, in a participation of their own, is the survivor's at once."""
    member_id = arrived.new.member_id
    if world.kin.person(member_id) != member_id:
        bring_over(world, arrived, member_id)


def bring_over(world: World, arrived: ArrivedFact, member_id: UUID) -> None:
    """All that a merged member has is the survivor's."""
    survivor_id = world.kin.person(member_id)
    for unit in sorted(world.routes.units):
        cause, amount = shop_cause(Purpose.MERGE, unit, arrived), world.book.balance(member_id, unit)
        if amount:
            world.book.carry(cause, member_id, survivor_id, amount)
        world.book.carry_debt(cause, member_id, survivor_id)


def _hindrance(world: World, survivor_id: UUID, merged_id: UUID) -> Refusal | None:
    root = world.kin.person(merged_id)
    if merged_id not in world.members:
        return Refusal(MERGE_NOT_FOUND, {})
    if world.merges.is_gone or merged_id == survivor_id:
        return Refusal(MEMBER_ERASED if world.merges.is_gone else SAME_MEMBER, {})
    if root != merged_id:
        return Refusal(ALREADY_MERGED, {"into": str(root)})
    together = len(world.kin.absorbed.get(survivor_id, ())) + len(world.kin.absorbed.get(merged_id, ())) + 1
    if together > ABSORBED_MAX:
        return Refusal(TOO_MANY_MERGED, {"most": ABSORBED_MAX})
    if world.merges.clashes:
        return Refusal(MERGE_CLASH, {"holds": ", ".join(world.merges.clashes[:CLASHES_SHOWN_MAX])})
    return None


def _give_back(world: World, arrived: ArrivedFact, made: Merge, unit: str) -> int:
    """What the merge brought of a unit, and what came back to it or was taken back of it since: from what the survivor
    has of the same days of expiry, then from what else they have. What has expired is gone."""
    cause, book = shop_cause(Purpose.MERGE, unit, arrived), world.book
    flow = [(moment, amount) for (of, moment), amount in world.merges.flow.items() if of == unit]
    wanted = {moment: amount for moment, amount in flow if moment is None or moment > book.now}
    left = max(0, min(sum(wanted.values()), book.balance(made.survivor_id, unit)))
    given = left
    lots = book.lots_of(made.survivor_id, unit)
    lasting = book.balance(made.survivor_id, unit) - sum(lots.values())
    for moment, amount in sorted(wanted.items(), key=lambda each: (each[0] is None, each[0])):
        part = max(0, min(amount, left, lasting if moment is None else lots.get(moment, 0)))
        if part:
            book.carry_lot(cause, made.survivor_id, made.merged_id, part, moment)
            left -= part
    if left:
        book.carry(cause, made.survivor_id, made.merged_id, left)
    return given


def _sums(world: World, giver_id: UUID, taker_id: UUID) -> Iterable[BoardChange]:
    """What the one brings or takes back on the boards of sums."""
    for board, day, at, amount, scopes in world.merges.sums:
        yield BoardChange(board, giver_id, day, at, -amount, tuple(scopes))
        yield BoardChange(board, taker_id, day, at, amount, tuple(scopes))


def _judge_anew(world: World, arrived: ArrivedFact, member_id: UUID) -> None:
    if world.tiers.live is not None:
        world.tiers.unsettled[member_id] = Cause(arrived.new.at, fact_id=arrived.id)


def _log(made: Merge, state: str) -> Logged:
    return {"kind": "merge", "merge": str(made.id), "state": state, "with": str(made.merged_id)}


def _moved(unit: str, amount: int, owed: int) -> list[Logged]:
    return [{"kind": "carry", "unit": unit, "amount": amount, "owed": owed}] if amount or owed else []
