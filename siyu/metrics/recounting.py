"""Counts anew what members did on some of their days, from facts and orders; and sums the days."""

from collections.abc import Collection, Iterator
from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from siyu.db import Connection, array_of
from siyu.features.refreshing import COUNTS as IS_ORDER
from siyu.features.refreshing import INTERACTION, PASSED_OVER
from siyu.metrics.facts import METRIC_FACTS
from siyu.metrics.touched import MemberDays
from siyu.sdk.core_facts import TALK_FACT_TYPES

# An order counts for the campaign that its member last did something in, if that was at most so many days before.
ATTRIBUTION_DAYS = 7
FIRST_DAY, LAST_DAY = date(1970, 1, 1), date(9998, 12, 31)
NO_CAMPAIGN = UUID(int=0)

# What is counted of a member's day, in the order of the columns.
COUNTS = (
    "interactions",
    "delivered",
    "opened",
    "read_through",
    "shares",
    "clicks",
    "payment_pages",
    "paid",
    "orders",
    "revenue_fen",
)
KEPT_INTERACTION = INTERACTION.format(core="$5::text[]")
TALK = f"type IN ({', '.join(map(repr, sorted(TALK_FACT_TYPES)))})"
FACT_COUNTS = {
    # Of what is said in chats one of each kind a day counts, as in members' features.
    "interactions": f"count(*) FILTER (WHERE {KEPT_INTERACTION} AND NOT {TALK})"
    f" + count(DISTINCT type) FILTER (WHERE {KEPT_INTERACTION} AND {TALK})",
    "delivered": "count(*) FILTER (WHERE type = 'content.delivered')",
    "opened": "count(*) FILTER (WHERE type = 'content.opened')",
    "read_through": "count(*) FILTER (WHERE type = 'content.read')",
    "shares": "count(*) FILTER (WHERE type = 'content.shared')",
    "clicks": "count(*) FILTER (WHERE type = 'link.clicked')",
    "payment_pages": "count(*) FILTER (WHERE type = 'payment.opened')",
}
# Who was merely sent something has done nothing.
ACTIVE = " OR ".join(f"{name} > 0" for name in COUNTS if name not in {"delivered", "orders", "revenue_fen"})
# A campaign is named by the fact itself or by its data, as a UUID or as the id that GraphQL shows: `Campaign:` and the
# UUID in base64url. Whatever is neither names none of ours.
UUID_FORM = "'^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'"
ID_FORM = "'^Q2FtcGFpZ246[A-Za-z0-9_-]{48}$'"
_GIVEN = "data ->> 'campaign'"
_INSIDE = f"encode(decode(translate(substr({_GIVEN}, 13), '-_', '+/'), 'base64'), 'escape')"
NAMED = f"""
    CASE WHEN {_GIVEN} ~ {UUID_FORM} THEN ({_GIVEN})::uuid
         WHEN {_GIVEN} ~ {ID_FORM} THEN CASE WHEN {_INSIDE} ~ {UUID_FORM} THEN ({_INSIDE})::uuid END END
"""
# The last thing that the person did in a campaign before the order. Days are the shop's: over a change of its clocks as
# many hours would reach a day further than is counted anew. A fact says so by its key: by `substr`, which no plan makes
# a stretch of the index of all keys.
LAST_CAMPAIGN = f"""
    SELECT campaign_id FROM fact
    WHERE member_id = ANY (ARRAY(SELECT o.member_id UNION ALL SELECT id FROM member WHERE merged_into = o.member_id))
        AND at <= o.paid_at
        AND at > (o.paid_at AT TIME ZONE $4::text - interval '{ATTRIBUTION_DAYS} days') AT TIME ZONE $4::text
        AND campaign_id IS NOT NULL AND substr(idempotency_key, 1, 7) = 'member/'
    ORDER BY at DESC, id DESC LIMIT 1
"""
_SUMS = ", ".join(f"sum({name})::bigint AS {name}" for name in COUNTS)
_NONE_OF_ORDERS = ", ".join(f"0 AS {name}" for name in COUNTS[len(FACT_COUNTS) :])
_NONE_OF_FACTS = ", ".join(f"0 AS {name}" for name in FACT_COUNTS)

# Of a person as a whole: a merged member has no days, since the survivor has theirs.
RECOUNT = f"""
WITH span AS MATERIALIZED (
    SELECT member_id, first_day, last_day, first_day::timestamp AT TIME ZONE $4::text AS starts,
           (last_day + 1)::timestamp AT TIME ZONE $4::text AS ends
    FROM unnest($1::text::uuid[], $2::date[], $3::date[]) AS span (member_id, first_day, last_day)
), kin AS MATERIALIZED (
    SELECT span.*, span.member_id AS kin_id FROM span JOIN member ON id = span.member_id AND merged_into IS NULL
    UNION ALL SELECT span.*, id FROM span JOIN member ON merged_into = span.member_id
), counted AS (
    SELECT kin.member_id, (at AT TIME ZONE $4::text)::date AS day,
           coalesce(campaign_id, {NAMED}, $7::uuid) AS campaign_id,
           {", ".join(f"{counted} AS {name}" for name, counted in FACT_COUNTS.items())},
           {_NONE_OF_ORDERS}
    FROM kin JOIN fact ON fact.member_id = kin_id AND at >= starts AND at < ends
    WHERE NOT type = ANY($5::text[]) OR type = ANY($6::text[])
    GROUP BY 1, 2, 3
    UNION ALL
    SELECT span.member_id, (paid_at AT TIME ZONE $4::text)::date, coalesce(({LAST_CAMPAIGN}), $7::uuid),
           {_NONE_OF_FACTS},
           count(*), count(*) FILTER (WHERE {IS_ORDER}), sum(amount_fen - refunded_fen)
    FROM span JOIN shop_order AS o ON o.member_id = span.member_id AND paid_at >= starts AND paid_at < ends
    GROUP BY 1, 2, 3
), summed AS (
    SELECT day, member_id, campaign_id, {_SUMS} FROM counted GROUP BY day, member_id, campaign_id
), new AS MATERIALIZED (
    SELECT *, ({ACTIVE}) AS is_active FROM summed WHERE ({ACTIVE}) OR delivered > 0
), gone AS (
    DELETE FROM metric_member_day AS kept USING span
    WHERE kept.member_id = span.member_id AND kept.day BETWEEN first_day AND last_day
        AND NOT EXISTS (SELECT FROM new WHERE (new.member_id, new.day, new.campaign_id)
                                            = (kept.member_id, kept.day, kept.campaign_id))
    RETURNING kept.day
), written AS (
    INSERT INTO metric_member_day AS kept (day, member_id, campaign_id, {", ".join(COUNTS)}, is_active)
    SELECT * FROM new
    ON CONFLICT (member_id, day, campaign_id) DO UPDATE
        SET ({", ".join(COUNTS)}, is_active)
            = ROW ({", ".join(f"EXCLUDED.{name}" for name in COUNTS)}, EXCLUDED.is_active)
        WHERE ({", ".join(f"kept.{name}" for name in COUNTS)})
            IS DISTINCT FROM ({", ".join(f"EXCLUDED.{name}" for name in COUNTS)})
    RETURNING kept.day
)
INSERT INTO metric_day_state AS state (day, is_stale, summed_at)
SELECT day, true, '-infinity'::timestamptz FROM gone UNION SELECT day, true, '-infinity' FROM written
ON CONFLICT (day) DO UPDATE SET is_stale = true WHERE NOT state.is_stale
"""

STALE = """
SELECT day FROM metric_day_state WHERE is_stale AND summed_at <= $1 ORDER BY summed_at, day LIMIT $2
"""
SUM = f"""
WITH fresh AS MATERIALIZED (
    SELECT day, campaign_id, {_SUMS} FROM metric_member_day WHERE day = ANY($1::date[]) GROUP BY day, campaign_id
), gone AS (
    DELETE FROM metric_day AS kept WHERE day = ANY($1::date[])
        AND NOT EXISTS (SELECT FROM fresh WHERE (fresh.day, fresh.campaign_id) = (kept.day, kept.campaign_id))
), written AS (
    INSERT INTO metric_day AS kept (day, campaign_id, {", ".join(COUNTS)}) SELECT * FROM fresh
    ON CONFLICT (day, campaign_id) DO UPDATE
        SET ({", ".join(COUNTS)}) = ROW ({", ".join(f"EXCLUDED.{name}" for name in COUNTS)})
        WHERE ({", ".join(f"kept.{name}" for name in COUNTS)})
            IS DISTINCT FROM ({", ".join(f"EXCLUDED.{name}" for name in COUNTS)})
)
UPDATE metric_day_state SET is_stale = false, summed_at = $2 WHERE day = ANY($1::date[])
"""

# Of a day on which a hundred thousand members did something, or of a history of years.
RECOUNT_TIMEOUT_S = 120.0

Span = tuple[UUID, date, date]


def spans_of(days: MemberDays) -> Iterator[Span]:
    """The stretches of days to be counted anew: what a member does counts for orders of the next days, too."""
    for member_id, touched in days.items():
        if touched is None:
            yield member_id, FIRST_DAY, LAST_DAY
            continue
        first: date | None = None
        last = FIRST_DAY
        for day in sorted(touched):
            if first is None or day > last + timedelta(days=1):
                if first is not None:
                    yield member_id, first, last
                first = day
            last = day + timedelta(days=ATTRIBUTION_DAYS)
        if first is not None:
            yield member_id, first, last


async def recount(connection: Connection, spans: Collection[Span], zone: ZoneInfo) -> None:
    """Write what was done in these stretches as it is now; rows that are right already stay untouched.

    No two stretches of a member meet. The caller has a transaction and METRICS_LOCK.
    """
    if not spans:
        return
    await connection.execute(
        RECOUNT,
        array_of([span[0].hex for span in spans]),
        [span[1] for span in spans],
        [span[2] for span in spans],
        zone.key,
        PASSED_OVER,
        sorted(METRIC_FACTS),
        NO_CAMPAIGN,
        timeout=RECOUNT_TIMEOUT_S,
    )


async def stale_days(connection: Connection, summed_before: datetime, limit: int) -> list[date]:
    """Days that have changed since they were summed, if that was before the moment; the oldest sums first."""
    return [row[0] for row in await connection.fetch(STALE, summed_before, limit)]


async def sum_days(connection: Connection, days: Collection[date], now: datetime) -> None:
    """Write the sums of these days. The caller has a transaction and METRICS_LOCK."""
    await connection.execute(SUM, list(days), now.astimezone(UTC), timeout=RECOUNT_TIMEOUT_S)
