"""Boards of groups beside those of the whole shop, and the groups that a buyer was in (docs/decisions/0047)."""

from tortoise import migrations
from tortoise.migrations import operations as ops

from siyu.boards.scopes import WHOLE_SHOP

# A new key is built beside the old one, so that it is there before the old one goes.
SCOPED = f"""
    ALTER TABLE board_score ADD COLUMN IF NOT EXISTS scope uuid NOT NULL DEFAULT '{WHOLE_SHOP}';
    CREATE UNIQUE INDEX IF NOT EXISTS board_score_scoped ON board_score (board, scope, window_key, member_id);
    ALTER TABLE board_score DROP CONSTRAINT IF EXISTS board_score_pkey;
    ALTER TABLE board_score ADD CONSTRAINT board_score_pkey PRIMARY KEY USING INDEX board_score_scoped
"""
WHOLE = f"""
    DELETE FROM board_score WHERE scope <> '{WHOLE_SHOP}';
    ALTER TABLE board_score DROP CONSTRAINT IF EXISTS board_score_pkey;
    ALTER TABLE board_score ADD CONSTRAINT board_score_pkey PRIMARY KEY (board, window_key, member_id);
    ALTER TABLE board_score DROP COLUMN IF EXISTS scope
"""


class Migration(migrations.Migration):
    """Written by hand: the tables are ours. It can be run again."""

    dependencies = [("siyu", "0025_groups")]

    operations = [
        ops.RunSQL(SCOPED, WHOLE),
        ops.RunSQL(
            "ALTER TABLE shop_order ADD COLUMN IF NOT EXISTS group_ids uuid[] NOT NULL DEFAULT '{}'",
            "ALTER TABLE shop_order DROP COLUMN IF EXISTS group_ids",
        ),
    ]
