"""Counts members' features anew from what the database has of them, many members with one statement."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from uuid import UUID

from siyu.db import Connection, array_of
from siyu.features.presets import DECIDED, Preset, turning_days
from siyu.rules import RuleClock, SqlWriter
from siyu.rules.features import INTERACTION_WINDOWS, INVITEE_WINDOWS, ORDER_WINDOWS
from siyu.sdk.core_facts import QUIET_FACT_TYPES, TALK_FACT_TYPES

# What counts as an order: one of which something is still paid, or that cost nothing.
COUNTS = "(refunded_fen < amount_fen OR amount_fen = 0)"
# The types of facts that are no interaction, whoever tells them; of a merge it is told of a person, not done by them.
PASSED_OVER = tuple(sorted(QUIET_FACT_TYPES | {"member.merged", "member.unmerged"}))
# What members do themselves and what the shop's systems tell of them, but neither orders, nor moves between groups, nor
# what campaigns ask for. By `substr`: from `starts_with` PostgreSQL makes a stretch of the index of all facts' keys,
# and walks it for each member where its statistics are old.
TALK_KINDS = tuple(sorted(TALK_FACT_TYPES))
INTERACTION = """
    type <> ALL({core}) AND (substr(idempotency_key, 1, 7) = 'member/' OR substr(idempotency_key, 1, 8) = 'service/')
"""
KEPT_INTERACTION = INTERACTION.format(core="$3::text[]")
# Of messages, likes, answers and clicks one of each kind a day counts: who chats much is not a better customer for it.
IS_TALK = f"type IN ({', '.join(map(repr, TALK_KINDS))})"
TALK_DAY = f"""
    CASE WHEN {IS_TALK} THEN array_position(ARRAY[{", ".join(map(repr, TALK_KINDS))}], type::text)
        + {len(TALK_KINDS)} * ((at AT TIME ZONE $2::text)::date - DATE '1970-01-01') END
"""
# The member, and those who were merged into them: the log says what was told of whom.
PERSON = """
    (SELECT m.id UNION ALL SELECT id FROM member AS other WHERE m.linked AND other.merged_into = m.id) AS kin
"""
WINDOWS = tuple(sorted({*ORDER_WINDOWS, *INTERACTION_WINDOWS, *INVITEE_WINDOWS}))
# The parameters: members, time zone, the core's types, today, days after joining, then where each window starts.
FIRST_WINDOW = 6

COUNTED = (
    "has_ordered",
    "orders",
    *(f"orders_{days}d" for days in ORDER_WINDOWS),
    "spend_fen",
    *(f"spend_{days}d_fen" for days in ORDER_WINDOWS),
    "first_order_at",
    "last_order_at",
    *(f"interactions_{days}d" for days in INTERACTION_WINDOWS),
    "last_interaction_at",
    "is_invited",
    "invitees",
    *(f"invitees_{days}d" for days in INVITEE_WINDOWS),
)
RANKS = ("rfm_recency", "rfm_frequency", "rfm_monetary")
COLUMNS = (*COUNTED, *DECIDED, "due_on")


# Of members whose day has this interaction already: nothing else of them changes.
LATEST = """
UPDATE member_feature AS kept SET last_interaction_at = told.at
FROM (
    SELECT member_id, TIMESTAMPTZ 'epoch' + micros * interval '1 microsecond' AS at
    FROM unnest($1::text::uuid[], $2::text::bigint[]) AS told (member_id, micros)
) AS told
WHERE kept.member_id = told.member_id AND kept.last_interaction_at < told.at
"""


async def note_latest(connection: Connection, latest: Mapping[str, int]) -> None:
    """Write when these members (ids in hexadecimal digits) last did something: microseconds since 1970."""
    if latest:
        await connection.execute(LATEST, array_of(latest), array_of(map(str, latest.values())))


async def refresh(connection: Connection, member_ids: Collection[UUID], clock: RuleClock) -> None:
    """Write these members' features as they are at the moment; rows that are right already stay untouched."""
    writer = SqlWriter(
        clock,
        [
            array_of([member_id.hex for member_id in member_ids]),
            clock.zone.key,
            PASSED_OVER,
            clock.today,
            turning_days(),
            *(clock.midnight(days - 1) for days in WINDOWS),
        ],
    )
    statement = _statement({column: _decided(writer, presets) for column, presets in DECIDED.items()})
    await connection.execute(statement, *writer.parameters)


def _decided(writer: SqlWriter, presets: Iterable[Preset]) -> str:
    """The key of the first preset that holds."""
    cases = " ".join(f"WHEN {writer.condition(each.rule.condition)} THEN '{each.key}'" for each in presets)
    return f"CASE {cases} END"


def _start(days: int) -> str:
    return f"${FIRST_WINDOW + WINDOWS.index(days)}::timestamptz"


def _turns(column: str, windows: Sequence[int], where: str = "true") -> str:
    """The first day on which one of the windows leaves something behind."""
    left = (
        f"(min({column}) FILTER (WHERE {where} AND {column} >= {_start(days)}) AT TIME ZONE $2::text)::date + {days}"
        for days in windows
    )
    return f"least({', '.join(left)})"


def _orders() -> str:
    columns = [
        "count(*) > 0 AS has_ordered",
        f"count(*) FILTER (WHERE {COUNTS}) AS orders",
        "coalesce(sum(amount_fen - refunded_fen), 0)::bigint AS spend_fen",
        f"min(paid_at) FILTER (WHERE {COUNTS}) AS first_order_at",
        f"max(paid_at) FILTER (WHERE {COUNTS}) AS last_order_at",
        f"{_turns('paid_at', ORDER_WINDOWS, COUNTS)} AS orders_turn_on",
    ]
    for days in ORDER_WINDOWS:
        within = f"paid_at >= {_start(days)}"
        columns.append(f"count(*) FILTER (WHERE {COUNTS} AND {within}) AS orders_{days}d")
        columns.append(
            f"coalesce(sum(amount_fen - refunded_fen) FILTER (WHERE {within}), 0)::bigint AS spend_{days}d_fen"
        )
    return f"SELECT {', '.join(columns)} FROM shop_order WHERE member_id = m.id"


def _interactions() -> str:
    """Only what is in a window is read: the index by member and time finds it, however long the history is."""
    last = f"SELECT at FROM fact WHERE member_id = kin.id AND {KEPT_INTERACTION} ORDER BY at DESC LIMIT 1"
    latest = f"SELECT max(last.at) FROM {PERSON} LEFT JOIN LATERAL ({last}) AS last ON true"
    columns = [f"({latest}) AS last_interaction_at", f"{_turns('at', INTERACTION_WINDOWS)} AS interactions_turn_on"]
    for days in INTERACTION_WINDOWS:
        counted = f"count(*) FILTER (WHERE NOT ({IS_TALK}) AND at >= {_start(days)})"
        talked = f"count(DISTINCT {TALK_DAY}) FILTER (WHERE {IS_TALK} AND at >= {_start(days)})"
        columns.append(f"{counted} + {talked} AS interactions_{days}d")
    longest = _start(max(INTERACTION_WINDOWS))
    of_person = f"{PERSON} JOIN fact ON fact.member_id = kin.id"
    return f"SELECT {', '.join(columns)} FROM {of_person} WHERE at >= {longest} AND {KEPT_INTERACTION}"


def _invitations() -> str:
    columns = ["count(*) AS invitees", f"{_turns('at', INVITEE_WINDOWS)} AS invitees_turn_on"]
    columns += [f"count(*) FILTER (WHERE at >= {_start(days)}) AS invitees_{days}d" for days in INVITEE_WINDOWS]
    columns.append("EXISTS (SELECT FROM invitation AS own WHERE own.person_id = m.id AND own.stands) AS is_invited")
    return f"SELECT {', '.join(columns)} FROM invitation WHERE by_id = m.id AND stands"


def _statement(decided: dict[str, str]) -> str:
    """The statement. `m` and `f` are what rules call the tables; here `f` is what has just been counted."""
    values = {column: f"f.{column}" for column in COUNTED} | decided | {"due_on": "coalesce(due.day, 'infinity')"}
    new = ", ".join(f"{values[column]} AS {column}" for column in COLUMNS)
    # Who has not ordered for a year is ranked among the buyers no more.
    ranks = ", ".join(f"{rank} = CASE WHEN new.orders_365d > 0 THEN kept.{rank} END" for rank in RANKS)
    kept_columns, new_columns = (", ".join(f"{of}.{column}" for column in COLUMNS) for of in ("kept", "new"))
    return f"""
        UPDATE member_feature AS kept SET ({", ".join(COLUMNS)}) = ROW ({new_columns}), {ranks}
        FROM (
            SELECT m.id, {new}
            FROM (SELECT id, joined_at, linked FROM member WHERE id = ANY(ARRAY(SELECT unnest($1::text::uuid[])))) AS m
            CROSS JOIN LATERAL ({_orders()}) AS ordered
            CROSS JOIN LATERAL ({_interactions()}) AS acted
            CROSS JOIN LATERAL ({_invitations()}) AS brought
            CROSS JOIN LATERAL (SELECT m.joined_at, ordered.*, acted.*, brought.*) AS f
            CROSS JOIN LATERAL (
                SELECT least(f.orders_turn_on, f.interactions_turn_on, f.invitees_turn_on, min(day)) AS day
                FROM unnest($5::int[]) AS turn (days)
                CROSS JOIN LATERAL (SELECT (m.joined_at AT TIME ZONE $2::text)::date + turn.days AS day) AS turned
                WHERE day > $4::date
            ) AS due
        ) AS new
        WHERE kept.member_id = new.id AND ({kept_columns}) IS DISTINCT FROM ({new_columns})
    """
