"""What rewards ask of members, read for many at once: counts of a period, progress on libraries, steps picked."""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from siyu.db import Connection, Pool
from siyu.rewards.catalogue import Measure

Reader = Connection | Pool

# The states are part of the text: so the partial indexes are found.
COUNTS = """
SELECT wanted.place - 1, count(*) FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[])
    WITH ORDINALITY AS wanted (member_id, reward_id, start, place)
JOIN redemption USING (member_id, reward_id)
WHERE issued_id IS NULL AND state IN ('reserved', 'confirmed', 'used')
    AND (wanted.start IS NULL OR created_at >= wanted.start)
GROUP BY wanted.place
"""

# A kept invitation has passed the checks of its campaign. Whose money all went back bought nothing.
PROGRESS = {
    Measure.INVITEES: """
        SELECT by_id, count(*) FROM invitation WHERE by_id = ANY($1::uuid[]) AND stands GROUP BY by_id
    """,
    Measure.BUYERS: """
        SELECT by_id, count(*) FROM invitation
        WHERE by_id = ANY($1::uuid[]) AND stands AND EXISTS (
            SELECT FROM shop_order
            WHERE shop_order.member_id = invitation.person_id AND paid_at >= invitation.at
                AND amount_fen > refunded_fen)
        GROUP BY by_id
    """,
}

PICKS = """
SELECT member_id, library_id, step FROM redemption
WHERE member_id = ANY($1::uuid[]) AND library_id = ANY($2::uuid[]) AND library_id IS NOT NULL
    AND state IN ('reserved', 'confirmed', 'used')
"""

TIERS = "SELECT id, tier FROM member WHERE id = ANY($1::uuid[])"

# A member, a reward, and when the period began.
CountKey = tuple[UUID, UUID, datetime | None]


async def counts(reader: Reader, wanted: Collection[CountKey]) -> Counter[CountKey]:
    """How many of the reward the member has, reserved ones too, since the period began."""
    found: Counter[CountKey] = Counter()
    keys = list(wanted)
    if keys:
        for place, count in await reader.fetch(COUNTS, *(list(column) for column in zip(*keys, strict=True))):
            found[keys[place]] = count
    return found


async def progress(reader: Reader, wanted: Collection[tuple[UUID, Measure]]) -> dict[tuple[UUID, Measure], int]:
    """What measures come to of members."""
    found: dict[tuple[UUID, Measure], int] = {}
    for measure in Measure:
        members = [member_id for member_id, asked in wanted if asked is measure]
        if members:
            rows = await reader.fetch(PROGRESS[measure], members)
            found |= {(member_id, measure): count for member_id, count in rows}
    return found


async def picks(reader: Reader, member_ids: Sequence[UUID], library_ids: Sequence[UUID]) -> set[tuple[UUID, UUID, int]]:
    """The steps of these libraries of which these members have a reward."""
    if not library_ids:
        return set()
    return {(row[0], row[1], row[2]) for row in await reader.fetch(PICKS, member_ids, library_ids)}


async def tiers(reader: Reader, member_ids: Sequence[UUID]) -> dict[UUID, str | None]:
    """The tiers of these members, as they are now."""
    return {row[0]: row[1] for row in await reader.fetch(TIERS, member_ids)}
