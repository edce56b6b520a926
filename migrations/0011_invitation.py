"""Who invited whom, and the place of each member in the order of joining that invitations refer to."""

from tortoise import migrations
from tortoise.migrations import operations as ops

from migrations import DroppedIndex


class Migration(migrations.Migration):
    """Written by hand: a unique index with a name of its own, and a table with composite keys, a check and a trigger."""

    dependencies = [("siyu", "0010_review")]

    operations = [
        # The same columns as before, unique now, so that foreign keys can name a member together with their joining.
        DroppedIndex("Member", "member_joined_at"),
        ops.RunSQL(
            """
            CREATE UNIQUE INDEX IF NOT EXISTS member_place ON member (joined_at, id);
            DROP INDEX IF EXISTS member_joined_at
            """,
            """
            CREATE INDEX IF NOT EXISTS member_joined_at ON member (joined_at, id);
            DROP INDEX IF EXISTS member_place
            """,
        ),
        # One row a member, never edited and never deleted. Both places in the order of joining are kept beside the ids:
        # the keys make them the members' own, the check has every invitation point backwards, and so there are no rings
        # (docs/decisions/0017). `id` is in the order in which invitations were decided. No foreign key of the fact, as
        # in the log (docs/decisions/0002).
        ops.RunSQL(
            """
            CREATE TABLE IF NOT EXISTS invitation (
                member_id uuid PRIMARY KEY,
                id uuid NOT NULL,
                member_joined_at timestamptz NOT NULL,
                inviter_id uuid NOT NULL,
                inviter_joined_at timestamptz NOT NULL,
                campaign_id uuid NOT NULL REFERENCES campaign ON DELETE RESTRICT,
                fact_id uuid NOT NULL,
                at timestamptz NOT NULL,
                CONSTRAINT invitation_member_fkey FOREIGN KEY (member_id, member_joined_at)
                    REFERENCES member (id, joined_at) ON DELETE RESTRICT,
                CONSTRAINT invitation_inviter_fkey FOREIGN KEY (inviter_id, inviter_joined_at)
                    REFERENCES member (id, joined_at) ON DELETE RESTRICT,
                CONSTRAINT invitation_inviter_joined_before
                    CHECK ((inviter_joined_at, inviter_id) < (member_joined_at, member_id))
            );
            CREATE INDEX IF NOT EXISTS invitation_inviter ON invitation (inviter_id, id);
            CREATE INDEX IF NOT EXISTS invitation_campaign ON invitation (campaign_id, inviter_id);
            CREATE OR REPLACE TRIGGER invitation_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON invitation
                FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
            """,
            "DROP TABLE IF EXISTS invitation",
        ),
    ]
