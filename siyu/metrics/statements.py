"""The SQL of figures: each statement answers with window, key of the cut and its figures, for many windows at once."""

from collections.abc import Mapping

from siyu.metrics.definition import Cut
from siyu.metrics.recounting import COUNTS

# Windows are the parameters $1 and $2; the n-th of them is `place`.
WINDOWS = "unnest($1::date[], $2::date[]) WITH ORDINALITY AS w (first_day, last_day, place)"
FIRST_ORDER_DAYS = 7

# What a member belongs to now, of `m` for the member and `f` for the features.
OF_MEMBER: Mapping[Cut, str] = {
    Cut.CHANNEL: "coalesce(to_jsonb(m) ->> 'channel', '')",
    Cut.GROUP: "g.key",
    Cut.TIER: "coalesce(m.tier, '')",
    Cut.LAYER: "coalesce(f.layer, '')",
    Cut.STAGE: "coalesce(f.stage, '')",
}
_MEMBER = "JOIN member AS m ON m.id = {member}"
_FEATURES = "JOIN member_feature AS f ON f.member_id = {member}"
# A member of two groups counts in both; one of none in ''.
_GROUPS = "CROSS JOIN LATERAL unnest(CASE WHEN m.groups = '{{}}' THEN ARRAY[''] ELSE m.groups END) AS g (key)"


def owner_of(cut: Cut | None, member: str = "per.member_id") -> Mapping[str, str]:
    """How to get from a member to the key of the cut: `key` and `joins`, for what belongs to members."""
    key = OF_MEMBER[cut] if cut is not None and cut in OF_MEMBER else "''::text"
    joins = {
        Cut.CHANNEL: _MEMBER,
        Cut.GROUP: f"{_MEMBER} {_GROUPS}",
        Cut.TIER: _MEMBER,
        Cut.LAYER: _FEATURES,
        Cut.STAGE: _FEATURES,
    }
    return {"key": key, "joins": joins[cut].format(member=member) if cut in joins else ""}


_NAMES = (
    *(f"sum(per.{name})::bigint" for name in COUNTS),
    "count(*) FILTER (WHERE per.is_active)",
    "count(*) FILTER (WHERE per.orders > 0)",
    "count(*) FILTER (WHERE per.orders > 1)",
    "count(*) FILTER (WHERE per.orders > 0 AND mature.stage = 'maturity')",
    "count(*) FILTER (WHERE per.orders > 1 AND mature.stage = 'maturity')",
    "sum(per.took_part)::bigint",
    "sum(per.reached)::bigint",
    "sum(per.attributed_fen)::bigint",
)
# Of each member and campaign once; then of each member; then of the cut.
_PEOPLE = """
WITH pair AS (
    SELECT w.place, d.member_id, d.campaign_id, {sums}, bool_or(d.is_active) AS is_active
    FROM {windows} JOIN metric_member_day AS d ON d.day BETWEEN w.first_day AND w.last_day {campaigns}
    GROUP BY 1, 2, 3
), per AS (
    SELECT place, member_id, {of_pair} AS of_pair, {sums_again}, bool_or(is_active) AS is_active,
           count(*) FILTER (WHERE campaign_id <> $3 AND interactions > 0) AS took_part,
           count(*) FILTER (WHERE campaign_id <> $3 AND (interactions > 0 OR delivered > 0 OR clicks > 0)) AS reached,
           coalesce(sum(revenue_fen) FILTER (WHERE campaign_id <> $3), 0)::bigint AS attributed_fen
    FROM pair GROUP BY 1, 2, 3
)
SELECT per.place, {key} AS key, {figures}
FROM per JOIN member_feature AS mature ON mature.member_id = per.member_id {joins} GROUP BY 1, 2
"""
_SUMS = ", ".join(f"sum({{of}}{name})::bigint AS {name}" for name in COUNTS)


def _people(cut: Cut | None) -> str:
    owner = owner_of(cut)
    of_campaign = cut is Cut.CAMPAIGN
    return _PEOPLE.format(
        sums=_SUMS.format(of="d."),
        sums_again=_SUMS.format(of=""),
        windows=WINDOWS,
        campaigns="AND d.campaign_id <> $3" if of_campaign else "",
        of_pair="campaign_id::text" if of_campaign else "''::text",
        key="per.of_pair" if of_campaign else owner["key"],
        joins=owner["joins"],
        figures=", ".join(_NAMES),
    )


PEOPLE: Mapping[Cut | None, str] = {cut: _people(cut) for cut in (None, *Cut)}

# What adds up over days needs no members.
_SUMMED = """
SELECT w.place, {key} AS key, {sums}, coalesce(sum(revenue_fen) FILTER (WHERE campaign_id <> $3), 0)::bigint
FROM {windows} JOIN metric_day AS d ON d.day BETWEEN w.first_day AND w.last_day {campaigns} GROUP BY 1, 2
"""
SUMMED: Mapping[Cut | None, str] = {
    cut: _SUMMED.format(key=key, sums=_SUMS.format(of="d."), windows=WINDOWS, campaigns=campaigns)
    for cut, key, campaigns in (
        (None, "''::text", ""),
        (Cut.CAMPAIGN, "campaign_id::text", "AND campaign_id <> $3"),
    )
}

# A member was there before who was active in the window moved back by $3 days, and came again who was active so many
# days after the first of these, up to the end of the window.
LOOKED_BACK = f"""
SELECT per.place, {{key}} AS key, count(*) FILTER (WHERE last_on > last_day - $3::int),
       count(*) FILTER (WHERE first_on IS NOT NULL), count(*) FILTER (WHERE last_on >= first_on + $3::int)
FROM (
    SELECT w.place, w.last_day, d.member_id, max(d.day) AS last_on,
           min(d.day) FILTER (WHERE d.day <= w.last_day - $3::int) AS first_on
    FROM {WINDOWS} JOIN metric_member_day AS d ON d.is_active AND d.day BETWEEN w.first_day - $3::int AND w.last_day
    GROUP BY 1, 2, 3
) AS per {{joins}} GROUP BY 1, 2
"""

_JOINED = """
SELECT greatest((m.joined_at AT TIME ZONE $3::text)::date, $1::date - 1) AS day, {key} AS key, count(*),
       count(*) FILTER (WHERE f.first_order_at < m.joined_at + interval '{days} days'), count(m.tier)
FROM member AS m JOIN member_feature AS f ON f.member_id = m.id {joins}
WHERE m.joined_at < ($2::date + 1)::timestamp AT TIME ZONE $3::text GROUP BY 1, 2
"""
# Of a campaign those whom it keeps an inviter of.
JOINED: Mapping[Cut | None, str] = {
    cut: _JOINED.format(
        days=FIRST_ORDER_DAYS,
        key="i.campaign_id::text" if cut is Cut.CAMPAIGN else owner_of(cut)["key"],
        joins={
            Cut.CAMPAIGN: "JOIN invitation AS i ON i.member_id = m.id",
            Cut.GROUP: _GROUPS.format(),
        }.get(cut, "")
        if cut
        else "",
    )
    for cut in (None, *Cut)
}

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
    SELECT w.place, i.inviter_id AS member_id, i.campaign_id, count(*) AS invitees
    FROM {windows} JOIN invitation AS i ON i.at >= w.first_day::timestamp AT TIME ZONE $3::text
        AND i.at < (w.last_day + 1)::timestamp AT TIME ZONE $3::text
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
    (SELECT inviter_id, 0, '-infinity'::timestamptz FROM invitation
     EXCEPT SELECT member_id, 0, '-infinity' FROM invitation)
    UNION ALL
    SELECT below.member_id, depth + 1, greatest(since, below.at) FROM invited CROSS JOIN LATERAL (
        SELECT member_id, at FROM invitation WHERE inviter_id = invited.member_id OFFSET 0
    ) AS below
)
SELECT w.place, ''::text AS key, coalesce(max(depth), 0)
FROM {WINDOWS} LEFT JOIN invited ON since < (w.last_day + 1)::timestamp AT TIME ZONE $3::text GROUP BY 1, 2
"""

# A move is what members earned or lost themselves: not what an operator or a new ladder gave them.
MOVED = f"""
SELECT per.place, {{key}} AS key, sum(per.up)::bigint, sum(per.down)::bigint
FROM (
    SELECT w.place, c.member_id, count(*) FILTER (WHERE reason = 'upgrade') AS up,
           count(*) FILTER (WHERE reason IN ('review', 'refund')) AS down
    FROM {WINDOWS} JOIN tier_change AS c ON c.at >= w.first_day::timestamp AT TIME ZONE $3::text
        AND c.at < (w.last_day + 1)::timestamp AT TIME ZONE $3::text
    GROUP BY 1, 2
) AS per {{joins}} GROUP BY 1, 2
"""

_LIFETIME = f"""
SELECT per.place, {{key}} AS key, sum(per.revenue_fen)::bigint
FROM (
    SELECT w.place, d.member_id, sum(d.revenue_fen) AS revenue_fen
    FROM {WINDOWS} JOIN metric_member_day AS d ON d.day <= w.last_day GROUP BY 1, 2
) AS per {{joins}} GROUP BY 1, 2
"""
LIFETIME: Mapping[Cut | None, str] = {
    **{cut: _LIFETIME.format(**owner_of(cut)) for cut in OF_MEMBER},
    None: f"SELECT w.place, '' AS key, sum(revenue_fen)::bigint FROM {WINDOWS} JOIN metric_day AS d "
    "ON d.day <= w.last_day GROUP BY 1, 2",
}
