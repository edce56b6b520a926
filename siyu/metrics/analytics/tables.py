"""The three tables that analytics read: what each column is, and how PostgreSQL makes them from the shop's own rows.

Days are of the shop's time zone, moments UTC without a zone: so every engine reads the same, whatever it knows of
zones. `member` is an opaque key: the member's id in PostgreSQL, a number in a snapshot.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import ibis
import ibis.expr.types as ir

from siyu.features.refreshing import COUNTS, INTERACTION, PASSED_OVER

PASSED_OVER_SQL = "ARRAY[{}]::text[]".format(", ".join(f"'{name}'" for name in PASSED_OVER))


# What a merged member did, the person did.
PERSON = "coalesce(merged_into, member.id)"


@dataclass(frozen=True, slots=True)
class SourceTable:
    """A table's columns with Ibis' types, the key aside, and the statement that makes it; `{zone}` is a literal."""

    columns: Mapping[str, str]
    sql: str


SOURCE_TABLES: Mapping[str, SourceTable] = {
    "members": SourceTable(
        {"joined_at": "timestamp", "joined_on": "date"},
        """
        SELECT id AS member, joined_at AT TIME ZONE 'UTC' AS joined_at,
               (joined_at AT TIME ZONE {zone})::date AS joined_on
        FROM member WHERE merged_into IS NULL AND erased_at IS NULL
        """,
    ),
    # `counts`: something of it is still paid, or it cost nothing.
    "orders": SourceTable(
        {"paid_at": "timestamp", "paid_on": "date", "net_fen": "int64", "counts": "boolean"},
        f"""
        SELECT {PERSON} AS member, paid_at AT TIME ZONE 'UTC' AS paid_at,
               (paid_at AT TIME ZONE {{zone}})::date AS paid_on,
               amount_fen - refunded_fen AS net_fen, {COUNTS} AS counts
        FROM shop_order JOIN member ON member.id = member_id
        """,
    ),
    "facts": SourceTable(
        {"type": "string", "at": "timestamp", "on": "date", "is_interaction": "boolean"},
        f"""
        SELECT {PERSON} AS member, type, at AT TIME ZONE 'UTC' AS at, (at AT TIME ZONE {{zone}})::date AS "on",
               ({INTERACTION.format(core=PASSED_OVER_SQL)}) AS is_interaction
        FROM fact JOIN member ON member.id = member_id
        """,
    ),
}


@dataclass(frozen=True, slots=True)
class Tables:
    """The tables as Ibis knows them, of no engine yet; `key` is the type of `member`."""

    members: ir.Table
    orders: ir.Table
    facts: ir.Table


def tables(key: str) -> Tables:
    """The tables with members' keys of this type: "uuid" in PostgreSQL, "int64" in a snapshot."""
    made: dict[str, Any] = {
        name: ibis.table({"member": key, **source.columns}, name=name) for name, source in SOURCE_TABLES.items()
    }
    return Tables(**made)


def source_sql(name: str, zone: ZoneInfo) -> str:
    """The statement that makes a table in PostgreSQL."""
    quoted = zone.key.replace("'", "''")
    return SOURCE_TABLES[name].sql.format(zone=f"'{quoted}'")
