"""Where the database holds something about a member: asked of its catalogue, so that no table is forgotten."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from siyu.db import Connection, Pool

# Tables with a column for a member that are not told, and why.
EXCUSED: Mapping[str, str] = MappingProxyType(
    {
        "pending_fact": "what will be a fact when its time comes",
        "personal": "ciphertext; its values are told in clear beside the parts",
    }
)
# What leads to a member over another table; `$1` are the member and whoever was merged into them.
INDIRECT: Mapping[str, str] = MappingProxyType(
    {
        "decision": "t.fact_id IN (SELECT id FROM fact WHERE member_id = ANY($1))",
        "lot": "t.account_id IN (SELECT id FROM account WHERE member_id = ANY($1))",
        "participation": "t.subject_id = ANY($1)",
        "transfer": "t.debit_id IN (SELECT id FROM account WHERE member_id = ANY($1) OR debtor_id = ANY($1))"
        " OR t.credit_id IN (SELECT id FROM account WHERE member_id = ANY($1) OR debtor_id = ANY($1))",
    }
)
# Of others, or of no use to anybody: evidence names who else used a device. Bytes are hashes and ciphertext.
UNTOLD: Mapping[str, tuple[str, ...]] = MappingProxyType({"review": ("evidence",)})
SELF = "member"

# A column refers to a member by a foreign key, or by its name where the table has none (decision 0002).
COLUMNS = """
SELECT c.relname, a.attname, a.atttypid = 'bytea'::regtype,
    a.attname IN ('member_id', 'subject_id') OR EXISTS (
        SELECT FROM pg_constraint AS k
        WHERE k.conrelid = c.oid AND k.contype = 'f' AND k.confrelid = 'member'::regclass AND a.attname LIKE '%\\_id'
            AND a.attnum = ANY(k.conkey))
FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relnamespace = 'public'::regnamespace
ORDER BY c.relname, a.attnum
"""


@dataclass(frozen=True, slots=True)
class Part:
    """A table, the condition by which rows are about one of `$1`, what is left out, and whether rows have ids."""

    table: str
    condition: str
    left_out: Sequence[str]
    has_ids: bool

    def sql(self) -> str:
        """The statement for rows as JSON, those that came last first where that can be told."""
        order = " ORDER BY t.id DESC" if self.has_ids else ""
        return f"SELECT to_jsonb(t) - $2::text[] FROM {self.table} AS t WHERE {self.condition}{order}"


async def parts_of_database(database: Connection | Pool) -> list[Part]:
    """All parts, by the names of their tables."""
    columns: dict[str, list[str]] = {}
    about: dict[str, list[str]] = {}
    left_out: dict[str, list[str]] = {}
    for table, column, is_bytes, is_about in await database.fetch(COLUMNS):
        columns.setdefault(table, []).append(column)
        if is_bytes or column in UNTOLD.get(table, ()):
            left_out.setdefault(table, []).append(column)
        if is_about:
            about.setdefault(table, []).append(column)
    found = []
    for table, names in columns.items():
        condition = _condition(table, about.get(table, ()))
        if condition is not None and table not in EXCUSED:
            found.append(Part(table, condition, left_out.get(table, ()), "id" in names))
    return found


def _condition(table: str, about: Sequence[str]) -> str | None:
    if table == SELF:
        return "t.id = ANY($1)"
    if table in INDIRECT:
        return INDIRECT[table]
    return " OR ".join(f"t.{column} = ANY($1)" for column in about) or None
