"""Asks the database which members are meant: by a rule, or by what was taken of one."""

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

from siyu.db import Connection, Pool
from siyu.members.persons import PRESENT
from siyu.rules import Rule, RuleClock, SqlWriter

BOTH_TABLES = "member AS m JOIN member_feature AS f ON f.member_id = m.id"
# A table alone where a rule reads no other: to bring a million rows of two together takes most of a second.
MEMBERS, FEATURES = "member AS m", "member_feature AS f"

# Those who are not present are few, and found by an index of their own.
PRESENT_BY_FEATURES = """
    f.member_id NOT IN (SELECT id FROM member WHERE merged_into IS NOT NULL OR erased_at IS NOT NULL)
"""

# What is looked for decides how, and so every statement is planned for its own values; compiling it to machine code
# takes longer than running it.
PLAN = "SELECT set_config('plan_cache_mode', 'force_custom_plan', true), set_config('jit', 'off', true)"


@dataclass(frozen=True, slots=True)
class TakenBy:
    """Those who were taken for a static segment."""

    segment_id: UUID


# Whom a segment consists of.
Meant = Rule | TakenBy


@dataclass(frozen=True, slots=True)
class Restriction:
    """A condition on members as `m` and their features as `f`, for a statement with these parameters first."""

    tables: str
    condition: str
    parameters: Sequence[object]

    @property
    def member_id(self) -> str:
        """Where the member's id is."""
        return "f.member_id" if self.tables == FEATURES else "m.id"


def restriction(meant: Iterable[Meant], clock: RuleClock) -> Restriction:
    """The members whom all of these mean, but for those who were merged or erased."""
    tables, conditions, parameters = restricting(meant, clock)
    return Restriction(tables, " AND ".join([*conditions, present(tables)]), parameters)


def present(tables: str) -> str:
    """The condition on these tables that leaves out who was merged into somebody else or erased."""
    return PRESENT_BY_FEATURES if tables == FEATURES else PRESENT


def restricting(meant: Iterable[Meant], clock: RuleClock) -> tuple[str, Sequence[str], Sequence[object]]:
    """The tables, the condition for each of these, and the parameters of all."""
    writer = SqlWriter(clock)
    conditions, tables = [], set()
    for each in meant:
        if isinstance(each, TakenBy):
            tables.add("m")
            taken = f"SELECT member_id FROM segment_member WHERE segment_id = {writer.bind(each.segment_id, 'uuid')}"
            conditions.append(f"m.id IN ({taken})")
        else:
            tables |= {feature.table for feature in each.features}
            conditions.append(writer.condition(each.condition))
    source = BOTH_TABLES if len(tables) == 2 else FEATURES if "f" in tables else MEMBERS
    return source, conditions, writer.parameters


@asynccontextmanager
async def planned_anew(pool: Pool) -> AsyncIterator[Connection]:
    """A connection in a transaction whose statements are planned for their values."""
    async with pool.acquire() as connection, connection.transaction(readonly=True):
        await connection.execute(PLAN)
        yield connection
