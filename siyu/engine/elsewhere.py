"""What members of a replay have from other campaigns, followed through the past."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from siyu.db import Connection
from siyu.engine.history import FIRST, PastFact
from siyu.ledger import Book, Span, changes_elsewhere


class Standing(NamedTuple):
    """What a member has from elsewhere just before a position, by unit: less than nothing where they spent more."""

    position: UUID = FIRST
    amounts: Mapping[str, int] = {}


AT_FIRST = Standing()


class Elsewhere:
    """Brings members what other campaigns gave and took, when they did; `issuer_ids` are the replayed one's accounts.

    Facts are read a page at a time, ahead of the members' balances, which move fact by fact. Memory grows with the
    members alone.
    """

    def __init__(self, connection: Connection, issuer_ids: Collection[UUID]) -> None:
        self._connection, self._issuer_ids = connection, issuer_ids
        # As far as was read, and as far as was brought.
        self._read: dict[UUID, Standing] = {}
        self._brought: dict[UUID, Standing] = {}

    async def standings(self, page: Sequence[PastFact]) -> list[Standing]:
        """How each fact of the next page finds its member."""
        return await self._follow(self._read, [(past.member.id, past.position) for past in page])

    async def bring_until(self, book: Book, member_id: UUID, position: UUID) -> None:
        """Bring a member what they got before a position at which the past has no fact of theirs."""
        known = {member_id: self._brought.get(member_id, AT_FIRST)}
        [standing] = await self._follow(known, [(member_id, position)])
        self.bring(book, member_id, standing)

    def bring(self, book: Book, member_id: UUID, standing: Standing) -> None:
        """Bring a member from where they stood to where they stand."""
        before = self._brought.get(member_id, AT_FIRST)
        self._brought[member_id] = standing
        if standing.amounts is before.amounts:
            return
        for unit, amount in standing.amounts.items():
            change = amount - before.amounts.get(unit, 0)
            if change:
                book.bring(member_id, unit, change)

    async def _follow(self, known: dict[UUID, Standing], places: Sequence[tuple[UUID, UUID]]) -> list[Standing]:
        """The standings at members' positions, in the order of these, from the last known ones on."""
        spans: list[Span] = []
        reached: dict[UUID, UUID] = {}
        for member_id, position in places:
            after = reached.get(member_id) or known.get(member_id, AT_FIRST).position
            reached[member_id] = position
            spans.append(Span(member_id, after, position))
        changes: dict[int, dict[str, int]] = {}
        for place, unit, amount in await changes_elsewhere(self._connection, self._issuer_ids, spans):
            changes.setdefault(place, {})[unit] = amount
        standings: list[Standing] = []
        for place, (member_id, position) in enumerate(places):
            amounts = known.get(member_id, AT_FIRST).amounts
            if place in changes:
                amounts = {**amounts, **{unit: amounts.get(unit, 0) + n for unit, n in changes[place].items()}}
            known[member_id] = Standing(position, amounts)
            standings.append(known[member_id])
        return standings
