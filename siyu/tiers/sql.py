"""A ladder as SQL: the same rule as `siyu.tiers.rule`, for as many members at once as a statement is given.

Only numbers and names of a checked ladder come into the text.
"""

from siyu.tiers.ladder import CUMULATIVE, SPENDING, Condition, Ladder, Measure, Period, Tier
from siyu.tiers.periods import MONTHS

# The members $1, and those who were merged into them.
PERSONS = """
SELECT id AS member_id, id AS person_id FROM unnest($1::uuid[]) AS wanted (id)
UNION ALL SELECT id, merged_into FROM member WHERE merged_into = ANY($1::uuid[])
"""

# Of the members $1, by the days of the zone $2.
SPENT = """
SELECT member_id, (paid_at AT TIME ZONE $2)::date AS day, amount_fen - refunded_fen AS spend, 0 AS growth, 0 AS facts
FROM shop_order WHERE member_id = ANY($1::uuid[])
"""
# What is taken back counts for the day it was given on.
GROWN = f"""
SELECT person_id, (at AT TIME ZONE $2)::date, 0, CASE kind WHEN 'grant' THEN amount ELSE -amount END, 0
FROM ({PERSONS}) AS kin JOIN account USING (member_id) JOIN transfer
    ON (credit_id = account.id AND kind = 'grant') OR (debit_id = account.id AND kind = 'reverse')
WHERE account.unit = 'growth'
"""
# A kind of fact once a day, where some campaign accepted it. The kinds are $3.
INTERACTED = f"""
SELECT DISTINCT person_id AS member_id, (at AT TIME ZONE $2)::date AS day, type
FROM ({PERSONS}) AS kin JOIN fact USING (member_id) WHERE type = ANY($3::text[])
    AND EXISTS (SELECT FROM decision WHERE fact_id = fact.id AND refusal_code IS NULL)
"""
HELD_FOR_EVER = "'infinity'::date"


def earned_sql(ladder: Ladder) -> str:
    """A query of (member_id, earned_on, last_day) of the members $1 who did anything that the ladder counts.

    $2 is the shop's zone, $3 the kinds of facts that are interactions.
    """
    columns: dict[str, str] = {}
    earned = ", ".join(_earned(tier, columns) for tier in ladder.tiers[1:])
    measured = ", ".join(f"{window} AS {name}" for name, window in columns.items())
    return f"""
    SELECT member_id, ARRAY[{earned}] AS earned_on, max(day) AS last_day
    FROM (
        SELECT member_id, day, {measured} FROM (
            SELECT member_id, day, sum(spend) AS spend, sum(growth) AS growth, sum(facts) AS facts
            FROM ({_counted(ladder)}) AS counted GROUP BY member_id, day
        ) AS by_day WHERE spend <> 0 OR growth <> 0 OR facts <> 0
    ) AS measured GROUP BY member_id
    """


def _counted(ladder: Ladder) -> str:
    """What the ladder counts, one source after the other; each parameter is used, so that its type is known."""
    measures = ladder.measures
    parts = [
        "SELECT NULL::uuid AS member_id, NULL::date AS day, 0 AS spend, 0 AS growth, 0 AS facts "
        "WHERE false AND $1::uuid[] IS NULL AND $2::text IS NULL AND $3::text[] IS NULL"
    ]
    if measures & SPENDING:
        parts.append(SPENT)
    if Measure.GROWTH in measures:
        parts.append(GROWN)
    if Measure.INTERACTIONS in measures:
        parts.append(f"SELECT member_id, day, 0, 0, count(*) FROM ({INTERACTED}) AS interacted GROUP BY member_id, day")
    return " UNION ALL ".join(parts)


def _earned(tier: Tier, columns: dict[str, str]) -> str:
    """The last day a tier was earned on: the first on which it could be, or any later on which it was again."""
    first = f"min(day) FILTER (WHERE {_met(tier, columns)})"
    if tier.review is Period.NONE:
        return first
    return f"greatest({first}, max(day) FILTER (WHERE {_met(tier, columns, tier.review)}))"


def _met(tier: Tier, columns: dict[str, str], anew: Period = Period.NONE) -> str:
    needed = [_holds(condition, columns, anew) for condition in tier.all_of]
    if tier.any_of:
        needed.append(f"({' OR '.join(_holds(condition, columns, anew) for condition in tier.any_of)})")
    return " AND ".join(needed)


def _holds(condition: Condition, columns: dict[str, str], anew: Period) -> str:
    measure = condition.measure
    amount = "spend" if measure in SPENDING else "growth" if measure is Measure.GROWTH else "facts"
    period = anew if measure in CUMULATIVE else Period.MONTH if measure is Measure.SPEND_MONTH else Period.NONE
    name, by, frame = f"{amount}_{period.value}", "", ""
    if period is not Period.NONE:
        by = f", date_trunc('{period.value}', day::timestamp)"
    if measure is Measure.SPEND_YEAR:
        name, frame = "spend_back_a_year", " RANGE BETWEEN interval '1 year' PRECEDING AND CURRENT ROW"
    elif condition.days is not None:
        back = condition.days - 1
        name, frame = f"facts_{back}", f" RANGE BETWEEN interval '{back} days' PRECEDING AND CURRENT ROW"
    columns[name] = f"sum({amount}) OVER (PARTITION BY member_id{by} ORDER BY day{frame})"
    return f"{name} >= {condition.at_least}"


def standing_sql(ladder: Ladder, earned: str, day: str) -> str:
    """A lateral join that adds `place` and `held_until` of a standing to rows with the days of earning and a day.

    `held_until` is null for a tier that cannot be lost.
    """
    places = range(1, len(ladder.tiers))
    joins = [f"CROSS JOIN LATERAL (SELECT {_until(ladder, place, earned)} AS u{place}) AS l{place}" for place in places]
    place_of = " ".join(f"WHEN u{place} >= {day} THEN {place}" for place in reversed(places))
    until_of = " ".join(f"WHEN u{place} >= {day} THEN u{place}" for place in reversed(places))
    return f"""{" ".join(reversed(joins))} CROSS JOIN LATERAL (
        SELECT CASE {place_of} ELSE 0 END AS place,
               nullif(CASE {until_of} ELSE {HELD_FOR_EVER} END, {HELD_FOR_EVER}) AS held_until
    ) AS standing"""


def _until(ladder: Ladder, place: int, earned: str) -> str:
    tier, own = ladder.tiers[place], f"{earned}[{place}]"
    held = _end(tier, own, later=1)
    if place + 1 < len(ladder.tiers):
        above = ladder.tiers[place + 1]
        if above.downgrade == "one" and above.review is not Period.NONE:
            return f"greatest({held}, {_end(tier, f'(u{place + 1} + 1)')})"
    return held


def _end(tier: Tier, day: str, later: int = 0) -> str:
    """The last day, with its grace, of the period that holds a day, or of a later one; null of no day."""
    if tier.review is Period.NONE:
        return f"CASE WHEN {day} IS NOT NULL THEN {HELD_FOR_EVER} END"
    months = MONTHS[tier.review] * (later + 1)
    start = f"date_trunc('{tier.review.value}', {day}::timestamp)"
    return f"(({start} + interval '{months} months')::date - 1 + {tier.grace_days})"


def keys_sql(ladder: Ladder) -> str:
    """The keys of the tiers as an array, whose first is that of place 0."""
    return "ARRAY[" + ", ".join(f"'{tier.key}'" for tier in ladder.tiers) + "]::varchar[]"
