"""The SQL of figures: each statement answers with window, key of the cut and its figures, for many windows at once."""

from collections.abc import Mapping

from siyu.metrics.definition import Cut
from siyu.metrics.recounting import COUNTS, NO_CAMPAIGN

# Windows are the parameters $1 and $2; the n-th of them is `place`.
WINDOWS = "unnest($1::date[], $2::date[]) WITH ORDINALITY AS w (first_day, last_day, place)"
# So few windows are asked one by one.
APART_MAX = 2
FIRST_ORDER_DAYS = 7


def apart(statement: str, windows: int) -> str:
    """The same, which several processes of PostgreSQL may read at once; for a join with windows it plans none."""
    if windows > APART_MAX:
        return statement
    each = "(SELECT {0}::bigint AS place, ($1::date[])[{0}] AS first_day, ($2::date[])[{0}] AS last_day) AS w"
    return " UNION ALL ".join(statement.replace(WINDOWS, each.format(place)) for place in range(1, windows + 1))


# The tier of a member at the end of each window: what the first change since then began from, else what they have now.
# So it is right for members of whom no history is kept, and reads no more of the history than what came after.
_TURNED = f"""
SELECT DISTINCT ON (w.place, c.member_id) w.place, c.member_id, coalesce(c.from_tier, '') AS tier
FROM {WINDOWS} JOIN tier_change AS c ON c.at >= (w.last_day + 1)::timestamp AT TIME ZONE $3::text
ORDER BY w.place, c.member_id, c.at, c.number
"""
# What a member belongs to, of `m` for the member, `f` for the features and `t` for a tier that has changed since.
OF_MEMBER: Mapping[Cut, str] = {
    Cut.CHANNEL: "coalesce(m.channel, '')",
    Cut.GROUP: "g.key",
    Cut.TIER: "coalesce(t.tier, m.tier, '')",
    Cut.LAYER: "coalesce(f.layer, '')",
    Cut.STAGE: "coalesce(f.stage, '')",
}
_MEMBER = "JOIN member AS m ON m.id = {member}"
_FEATURES = "JOIN member_feature AS f ON f.member_id = {member}"
_THEN = f"LEFT JOIN ({_TURNED}) AS t ON (t.place, t.member_id) = ({{place}}, {{member}})"
# A member of two groups counts in both; one of none in ''.
_GROUPS = "CROSS JOIN LATERAL unnest(CASE WHEN m.groups = '{{}}' THEN ARRAY[''] ELSE m.groups END) AS g (key)"


def owner_of(cut: Cut | None, member: str = "per.member_id", place: str = "per.place") -> Mapping[str, str]:
    """How to get from a member to the key of the cut: `key` and `joins`, for what belongs to members."""
    key = OF_MEMBER[cut] if cut is not None and cut in OF_MEMBER else "''::text"
    joins = {
        Cut.CHANNEL: _MEMBER,
        Cut.GROUP: f"{_MEMBER} {_GROUPS}",
        Cut.TIER: f"{_MEMBER} {_THEN}",
        Cut.LAYER: _FEATURES,
        Cut.STAGE: _FEATURES,
    }
    return {"key": key, "joins": joins[cut].format(member=member, place=place) if cut in joins else ""}


# What is counted of a member's day is small, and sums of small numbers cost half.
_SUMS = ", ".join(f"sum(d.{name}{'::int' if name != 'revenue_fen' else ''})::bigint" for name in COUNTS)
_SUMS_OF_DAYS = ", ".join(f"sum(d.{name})::bigint" for name in COUNTS)
_ATTRIBUTED = f"coalesce(sum(d.revenue_fen) FILTER (WHERE d.campaign_id <> '{NO_CAMPAIGN}'), 0)::bigint"
_OF_CAMPAIGNS = f"AND d.campaign_id <> '{NO_CAMPAIGN}'"
_SUMMED = f"""
SELECT w.place, {{key}} AS key, {{sums}}, {_ATTRIBUTED}
FROM {WINDOWS} JOIN {{table}} AS d ON d.day BETWEEN w.first_day AND w.last_day {{where}} {{joins}} GROUP BY 1, 2
"""
# What adds up over days needs members only where they belong to something.
SUMMED: Mapping[Cut | None, str] = {
    None: _SUMMED.format(key="''::text", sums=_SUMS_OF_DAYS, table="metric_day", where="", joins=""),
    Cut.CAMPAIGN: _SUMMED.format(
        key="d.campaign_id::text", sums=_SUMS_OF_DAYS, table="metric_day", where=_OF_CAMPAIGNS, joins=""
    ),
    **{
        cut: _SUMMED.format(table="metric_member_day", sums=_SUMS, where="", **owner_of(cut, "d.member_id", "w.place"))
        for cut in OF_MEMBER
    },
}

# Whoever bought was active. Only of buyers is the stage asked: most members of a window bought nothing.
_PEOPLE = """
SELECT per.place, {key} AS key, count(*), count(*) FILTER (WHERE per.orders > 0),
       count(*) FILTER (WHERE per.orders > 1), count(*) FILTER (WHERE per.orders > 0 AND mature.stage = 'maturity'),
       count(*) FILTER (WHERE per.orders > 1 AND mature.stage = 'maturity')
FROM (
    SELECT w.place, d.member_id, {campaign} AS campaign, sum(d.orders::int) AS orders
    FROM {windows} JOIN metric_member_day AS d ON d.day BETWEEN w.first_day AND w.last_day AND d.is_active {where}
    GROUP BY 1, 2, 3
) AS per LEFT JOIN member_feature AS mature
    ON mature.member_id = per.member_id AND mature.stage = 'maturity' AND per.orders > 0 {joins} GROUP BY 1, 2
"""
# Of each member and campaign once.
_PAIRS = """
SELECT per.place, {key} AS key, count(*) FILTER (WHERE took_part), count(*) FILTER (WHERE reached)
FROM (
    SELECT w.place, d.member_id, d.campaign_id::text AS campaign, bool_or(d.interactions > 0) AS took_part,
           bool_or(d.interactions > 0 OR d.delivered > 0 OR d.clicks > 0) AS reached
    FROM {windows} JOIN metric_member_day AS d ON d.day BETWEEN w.first_day AND w.last_day {where}
    GROUP BY 1, 2, 3
) AS per {joins} GROUP BY 1, 2
"""


def _of_people(statement: str, cut: Cut | None, where: str) -> str:
    owner, of_campaign = owner_of(cut), cut is Cut.CAMPAIGN
    return statement.format(
        windows=WINDOWS,
        where=where,
        campaign="d.campaign_id::text" if of_campaign else "''::text",
        key="per.campaign" if of_campaign else owner["key"],
        joins=owner["joins"],
    )


PEOPLE: Mapping[Cut | None, str] = {
    cut: _of_people(_PEOPLE, cut, _OF_CAMPAIGNS if cut is Cut.CAMPAIGN else "") for cut in (None, *Cut)
}
PAIRS: Mapping[Cut | None, str] = {cut: _of_people(_PAIRS, cut, _OF_CAMPAIGNS) for cut in (None, *Cut)}

# A member was there before who was active in the window moved back by some days, and came again who was active so many
# days after the first of these, up to the end of the window. Who is erased is no member, and no active one of them.
RETENTION_DAYS = 30
LOOKED_BACK = f"""
SELECT per.place, {{key}} AS key, count(*) FILTER (WHERE last_on > last_day - {RETENTION_DAYS} AND gone.id IS NULL),
       count(*) FILTER (WHERE first_on IS NOT NULL), count(*) FILTER (WHERE last_on >= first_on + {RETENTION_DAYS})
FROM (
    SELECT w.place, w.last_day, d.member_id, max(d.day) AS last_on,
           min(d.day) FILTER (WHERE d.day <= w.last_day - {RETENTION_DAYS}) AS first_on
    FROM {WINDOWS}
    JOIN metric_member_day AS d ON d.is_active AND d.day BETWEEN w.first_day - {RETENTION_DAYS} AND w.last_day
    GROUP BY 1, 2, 3
) AS per LEFT JOIN member AS gone ON gone.id = per.member_id AND gone.erased_at IS NOT NULL {{joins}} GROUP BY 1, 2
"""

_JOINED = """
SELECT greatest((m.joined_at AT TIME ZONE $3::text)::date, $1::date - 1) AS day, {key} AS key, count(*),
       count(*) FILTER (WHERE f.first_order_at < m.joined_at + interval '{days} days'), count(m.tier)
FROM member AS m {features} {joins}
WHERE m.joined_at < ($2::date + 1)::timestamp AT TIME ZONE $3::text AND m.erased_at IS NULL
    AND m.merged_into IS NULL GROUP BY 1, 2
"""
# Of whoever never bought nothing is asked, unless the features are what is cut by.
_BUYERS = "LEFT JOIN member_feature AS f ON f.member_id = m.id AND f.first_order_at IS NOT NULL"
# Of a campaign those whom it keeps an inviter of.
JOINED: Mapping[Cut | None, str] = {
    cut: _JOINED.format(
        days=FIRST_ORDER_DAYS,
        features=_FEATURES.format(member="m.id") if cut in {Cut.LAYER, Cut.STAGE} else _BUYERS,
        key="i.campaign_id::text" if cut is Cut.CAMPAIGN else owner_of(cut)["key"],
        joins={
            Cut.CAMPAIGN: "JOIN invitation AS i ON i.person_id = m.id AND i.stands",
            Cut.GROUP: _GROUPS.format(),
        }.get(cut, "")
        if cut
        else "",
    )
    for cut in (None, *Cut)
    if cut is not Cut.TIER
}
# By the tier at the end of each window.
_THERE = f"""
FROM {WINDOWS} JOIN member AS m ON m.joined_at < (w.last_day + 1)::timestamp AT TIME ZONE $3::text
    AND m.erased_at IS NULL AND m.merged_into IS NULL
"""
_THEIRS = _THEN.format(place="w.place", member="m.id")
JOINED_BY_TIER = f"""
SELECT w.place, {OF_MEMBER[Cut.TIER]} AS key, count(*),
       count(*) FILTER (WHERE m.joined_at >= w.first_day::timestamp AT TIME ZONE $3::text),
       count(*) FILTER (WHERE m.joined_at >= w.first_day::timestamp AT TIME ZONE $3::text
                          AND f.first_order_at < m.joined_at + interval '{FIRST_ORDER_DAYS} days')
{_THERE} {_BUYERS} {_THEIRS} GROUP BY 1, 2
"""
_MOVES = """
tier_change AS c ON c.at >= w.first_day::timestamp AT TIME ZONE $3::text
    AND c.at < (w.last_day + 1)::timestamp AT TIME ZONE $3::text
"""
# Whoever had the tier at any time of the window could leave it: of whom all have left, there is something to divide by.
HELD_BY_TIER = f"""
SELECT place, key, count(*) FROM (
    SELECT w.place, {OF_MEMBER[Cut.TIER]} AS key, m.id {_THERE} {_THEIRS}
    UNION SELECT w.place, c.from_tier, m.id {_THERE} JOIN {_MOVES} AND c.member_id = m.id
) AS held WHERE key <> '' GROUP BY 1, 2
"""

_COSTS = f"""
SELECT w.place, {{key}} AS key, sum(amount_fen)::bigint,
       coalesce(sum(amount_fen) FILTER (WHERE campaign_id IS NOT NULL), 0)::bigint
FROM {WINDOWS} JOIN expense ON day BETWEEN w.first_day AND w.last_day AND cancelled_at IS NULL {{where}} GROUP BY 1, 2
"""
COSTS: Mapping[Cut | None, str] = {
    None: _COSTS.format(key="''::text", where=""),
    Cut.CHANNEL: _COSTS.format(key="coalesce(channel, '')", where=""),
    Cut.CAMPAIGN: _COSTS.format(key="campaign_id::text", where="AND campaign_id IS NOT NULL"),
}

_INVITED = """
SELECT per.place, {key} AS key, sum(per.invitees)::bigint, count(DISTINCT per.member_id)
FROM (
    SELECT w.place, i.by_id AS member_id, i.campaign_id, count(*) AS invitees
    FROM {windows} JOIN invitation AS i ON i.at >= w.first_day::timestamp AT TIME ZONE $3::text
        AND i.at < (w.last_day + 1)::timestamp AT TIME ZONE $3::text AND i.stands
    GROUP BY 1, 2, 3
) AS per {joins} GROUP BY 1, 2
"""
INVITED: Mapping[Cut | None, str] = {
    cut: _INVITED.format(
        windows=WINDOWS,
        key="per.campaign_id::text" if cut is Cut.CAMPAIGN else owner_of(cut)["key"],
        joins=owner_of(cut)["joins"],
    )
    for cut in (None, *Cut)
}

# Level by level, as siyu.members.invitation_queries does for one campaign; a chain is there since its last invitation.
DEPTH = f"""
WITH RECURSIVE invited (member_id, depth, since) AS (
    (SELECT by_id, 0, '-infinity'::timestamptz FROM invitation WHERE stands
     EXCEPT SELECT person_id, 0, '-infinity' FROM invitation WHERE stands)
    UNION ALL
    SELECT below.member_id, depth + 1, greatest(since, below.at) FROM invited CROSS JOIN LATERAL (
        SELECT person_id AS member_id, at FROM invitation WHERE by_id = invited.member_id AND stands OFFSET 0
    ) AS below
)
SELECT w.place, ''::text AS key, coalesce(max(depth), 0)
FROM {WINDOWS} LEFT JOIN invited ON since < (w.last_day + 1)::timestamp AT TIME ZONE $3::text GROUP BY 1, 2
"""

# A move is what members earned or lost themselves: not what an operator or a new ladder gave them. One that a late fact
# brought may go either way. By tier it belongs to the tier that was left.
_MOVED = f"""
SELECT per.place, {{key}} AS key, sum(per.up)::bigint, sum(per.down)::bigint
FROM (
    SELECT w.place, coalesce(was.merged_into, was.id) AS member_id, c.from_tier,
           count(*) FILTER (WHERE reason = 'upgrade' OR reason = 'late_fact' AND higher.rank > lower.rank) AS up,
           count(*) FILTER (WHERE reason IN ('review', 'refund') OR reason = 'late_fact' AND higher.rank < lower.rank)
               AS down
    FROM {WINDOWS} JOIN {_MOVES} JOIN member AS was ON was.id = c.member_id AND was.erased_at IS NULL
    LEFT JOIN rung AS lower ON (lower.revision, lower.key) = (c.revision, c.from_tier)
    LEFT JOIN rung AS higher ON (higher.revision, higher.key) = (c.revision, c.to_tier)
    GROUP BY 1, 2, 3
) AS per {{joins}} GROUP BY 1, 2
"""
# Where the tiers of each ladder stand in it.
_RUNGS = """
WITH rung AS MATERIALIZED (
    SELECT revision, tier.value ->> 'key' AS key, tier.rank
    FROM tier_ladder CROSS JOIN LATERAL jsonb_array_elements(config -> 'tiers') WITH ORDINALITY AS tier (value, rank)
)
"""
MOVED: Mapping[Cut | None, str] = {
    cut: _RUNGS
    + _MOVED.format(**({"key": "coalesce(per.from_tier, '')", "joins": ""} if cut is Cut.TIER else owner_of(cut)))
    for cut in (None, *Cut)
}

_LIFETIME = f"""
SELECT w.place, {{key}} AS key, sum(d.revenue_fen)::bigint
FROM {WINDOWS} JOIN {{table}} AS d ON d.day <= w.last_day AND d.revenue_fen > 0 {{joins}} GROUP BY 1, 2
"""
LIFETIME: Mapping[Cut | None, str] = {
    None: _LIFETIME.format(key="''::text", table="metric_day", joins=""),
    **{
        cut: _LIFETIME.format(table="metric_member_day", **owner_of(cut, "d.member_id", "w.place")) for cut in OF_MEMBER
    },
}
