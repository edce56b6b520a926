"""The shop's rules of channels: read with each batch of touches, and set by operators."""

from dataclasses import dataclass
from datetime import datetime

from siyu.db import Connection, Pool
from siyu.errors import InvalidInput, Problem
from siyu.inputs import parse_json
from siyu.touches.channels import ChannelRules

LOAD = "SELECT revision, rules, made_at, made_by FROM channel_rules ORDER BY revision DESC LIMIT 1"
ADD = """
INSERT INTO channel_rules (revision, rules, made_at, made_by) VALUES ($1, $2, $3, $4)
ON CONFLICT (revision) DO NOTHING RETURNING revision
"""


@dataclass(frozen=True, slots=True)
class ShopRules:
    """The rules that count now; revision 0, made by nobody, where the shop has set none."""

    revision: int
    rules: ChannelRules
    made_at: datetime | None = None
    made_by: str | None = None


NONE_SET = ShopRules(0, ChannelRules())


async def load_channel_rules(connection: Connection | Pool) -> ShopRules:
    """The shop's rules."""
    row = await connection.fetchrow(LOAD)
    return ShopRules(row[0], ChannelRules.model_validate_json(row[1]), row[2], row[3]) if row else NONE_SET


async def set_channel_rules(pool: Pool, given: object, revision: int, now: datetime, made_by: str) -> ShopRules:
    """Put rules in place of those of a revision; touches count by them from then on, past ones stay as they are.

    Rules that are the shop's already stay the revision they are. Raises InvalidInput, also where the revision is no
    longer the newest.
    """
    rules = parse_json(ChannelRules, given, ())
    current = await load_channel_rules(pool)
    if current.revision != revision:
        raise _stale(current.revision)
    if current.rules == rules:
        return current
    added = await pool.fetchval(ADD, revision + 1, rules.model_dump_json(), now, made_by)
    if added is None:
        raise _stale(revision + 1)
    return ShopRules(revision + 1, rules, now, made_by)


def _stale(newest: int) -> InvalidInput:
    problem = f"the rules are at revision {newest} by now"
    return InvalidInput([Problem(("revision",), problem)])
