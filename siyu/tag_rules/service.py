"""Tag rules are saved, changed and deleted by operators; the worker then asks all members."""

import re
from uuid import UUID

import asyncpg

from siyu.db import Pool
from siyu.errors import InvalidInput, NotFound, Problem
from siyu.ids import new_id
from siyu.inputs import check_text
from siyu.rules import BadRule, RuleClock, RuleCode, compile_rule
from siyu.rules.problems import problem_at
from siyu.sdk.audience import LABEL_LENGTH_MAX
from siyu.tag_rules.queries import COLUMNS, TagRuleRow, tag_rule_row

# Each is asked of every member who does something. The count is a guard, not an exact limit.
TAG_RULES_MAX = 100

CREATE = f"""
INSERT INTO tag_rule (id, tag, rule, revision, created_at, updated_at, updated_by)
SELECT $1::uuid, $2::varchar, $3::varchar, 1, $4::timestamptz, $4, $5::varchar
WHERE (SELECT count(*) FROM tag_rule) < {TAG_RULES_MAX}
RETURNING {COLUMNS}
"""
UPDATE = f"""
UPDATE tag_rule SET rule = $3, revision = revision + 1, updated_at = $4, updated_by = $5, settled_on = NULL,
    scanned_to = NULL
WHERE id = $1 AND revision = $2 AND NOT is_deleted
RETURNING {COLUMNS}
"""
DELETE = """
UPDATE tag_rule SET is_deleted = true, revision = revision + 1, updated_at = $2, updated_by = $3, settled_on = NULL,
    scanned_to = NULL
WHERE id = $1 AND NOT is_deleted
RETURNING id
"""
EXISTS = "SELECT EXISTS (SELECT FROM tag_rule WHERE id = $1 AND NOT is_deleted)"

OF_TAGS = "m.tags"
NAMED = re.compile(r"member\s*\.\s*tags")


async def create_tag_rule(pool: Pool, tag: str, rule: str, clock: RuleClock, author: str) -> TagRuleRow:
    """Give a tag by a rule from now on. Raises InvalidInput, for a bad rule and for a tag that has one too."""
    tag = check_text(tag, ("tag",), LABEL_LENGTH_MAX)
    check_rule(rule)
    try:
        record = await pool.fetchrow(CREATE, new_id(), tag, rule, clock.now, author)
    except asyncpg.UniqueViolationError as error:
        problem = "has a rule, or had one that is still being taken from members"
        raise InvalidInput([Problem(("tag",), problem)]) from error
    if record is None:
        raise InvalidInput([Problem(("tag",), f"there are {TAG_RULES_MAX} tag rules, the most there may be")])
    return tag_rule_row(record)


async def update_tag_rule(
    pool: Pool, rule_id: UUID, revision: int, rule: str, clock: RuleClock, author: str
) -> TagRuleRow:
    """Give the tag by another rule. Raises InvalidInput, for a bad rule and for another revision too, and NotFound."""
    check_rule(rule)
    record = await pool.fetchrow(UPDATE, rule_id, revision, rule, clock.now, author)
    if record is None:
        if not await pool.fetchval(EXISTS, rule_id):
            raise NotFound("there is no such tag rule")
        raise InvalidInput([Problem(("revision",), "somebody has changed it since: read it again")])
    return tag_rule_row(record)


async def delete_tag_rule(pool: Pool, rule_id: UUID, clock: RuleClock, author: str) -> None:
    """Give the tag no more; whoever has it by the rule alone loses it. Raises NotFound."""
    if await pool.fetchval(DELETE, rule_id, clock.now, author) is None:
        raise NotFound("there is no such tag rule")


def check_rule(text: str) -> None:
    """Raise BadRule for what is no rule, and for one that asks about tags: two rules could turn each other for ever."""
    rule = compile_rule(text)
    if any(feature.column == OF_TAGS for feature in rule.features):
        found = NAMED.search(text)
        zh, en = "标签规则不能再看标签", "the rule of a tag does not ask about tags"
        raise BadRule([problem_at(text, found.start() if found else 0, RuleCode.NOT_ALLOWED, zh, en)])
