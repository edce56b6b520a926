"""Groups, who is and was in them, what members did in them by day, and what they were asked on joining."""

from tortoise import migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    """Written by hand: tables without models, since only set-based SQL touches them. All of it can be run again."""

    dependencies = [("siyu", "0023_audit_and_consent")]

    operations = [
        # `member_count` is the guarded number: of members who are in, bots left out. It changes with the memberships
        # alone, under the row's lock.
        ops.RunSQL(
            """
            CREATE TABLE IF NOT EXISTS community (
                id uuid PRIMARY KEY,
                key varchar(64) COLLATE "C" NOT NULL CONSTRAINT community_key UNIQUE,
                name varchar(64) NOT NULL,
                positioning varchar(16) NOT NULL CONSTRAINT community_positioning_known
                    CHECK (positioning IN ('welfare', 'interest', 'honour')),
                rules varchar(4000) NOT NULL DEFAULT '',
                zones varchar(16)[] NOT NULL DEFAULT '{}' CONSTRAINT community_zones_known
                    CHECK (zones <@ ARRAY['new_products', 'topics', 'welfare']::varchar[] AND cardinality(zones) <= 3),
                owner_id uuid REFERENCES member ON DELETE RESTRICT,
                capacity int NOT NULL CONSTRAINT community_capacity_in_range CHECK (capacity BETWEEN 1 AND 1000000),
                member_count int NOT NULL DEFAULT 0,
                revision int NOT NULL DEFAULT 1 CHECK (revision > 0),
                created_at timestamptz NOT NULL,
                updated_at timestamptz NOT NULL,
                updated_by varchar(60) NOT NULL,
                archived_at timestamptz,
                CONSTRAINT community_never_too_full CHECK (member_count BETWEEN 0 AND capacity)
            ) WITH (fillfactor = 70);
            CREATE INDEX IF NOT EXISTS community_owner ON community (owner_id) WHERE owner_id IS NOT NULL
            """,
            "DROP TABLE IF EXISTS community",
        ),
        # One row a group and member, in or out. `joins` and `leaves` are all that was told, in whatever order it came;
        # `joined_at` and `left_at` follow from them. Without `joined_at`: a leaving was told, and no joining yet.
        ops.RunSQL(
            """
            CREATE TABLE IF NOT EXISTS membership (
                community_id uuid NOT NULL REFERENCES community ON DELETE RESTRICT,
                member_id uuid NOT NULL REFERENCES member ON DELETE RESTRICT,
                role varchar(8) NOT NULL CONSTRAINT membership_role_known
                    CHECK (role IN ('member', 'koc', 'owner', 'bot')),
                joined_at timestamptz,
                left_at timestamptz,
                inviter_id uuid REFERENCES member ON DELETE RESTRICT,
                source varchar(64),
                joins timestamptz[] NOT NULL,
                leaves timestamptz[] NOT NULL,
                PRIMARY KEY (community_id, member_id),
                CONSTRAINT membership_joined_or_left CHECK (joined_at IS NOT NULL OR left_at IS NOT NULL),
                CONSTRAINT membership_forward CHECK (joined_at <= left_at),
                CONSTRAINT membership_not_invited_by_itself CHECK (inviter_id <> member_id),
                CONSTRAINT membership_moves_bounded CHECK (cardinality(joins) + cardinality(leaves) BETWEEN 1 AND 200),
                CONSTRAINT membership_joined_when_told CHECK ((joined_at IS NULL) = (cardinality(joins) = 0))
            ) WITH (fillfactor = 80);
            CREATE INDEX IF NOT EXISTS membership_member ON membership (member_id, joined_at, community_id)
                WHERE left_at IS NULL;
            CREATE INDEX IF NOT EXISTS membership_place ON membership (community_id, joined_at, member_id)
                WHERE left_at IS NULL;
            CREATE INDEX IF NOT EXISTS membership_role ON membership (community_id, role, joined_at, member_id)
                WHERE left_at IS NULL AND role <> 'member';
            CREATE INDEX IF NOT EXISTS membership_left ON membership (community_id, left_at, member_id)
                WHERE left_at IS NOT NULL AND joined_at IS NOT NULL;
            CREATE INDEX IF NOT EXISTS membership_inviter ON membership (inviter_id) WHERE inviter_id IS NOT NULL
            """,
            "DROP TABLE IF EXISTS membership",
        ),
        # Folded by the worker from what commits leave in the outbox; told of a group, whether the member is in or not.
        # Without a key to members: the facts that rows are folded from have one.
        ops.RunSQL(
            """
            CREATE TABLE IF NOT EXISTS group_activity (
                community_id uuid NOT NULL REFERENCES community ON DELETE RESTRICT,
                member_id uuid NOT NULL,
                day date NOT NULL,
                posts int NOT NULL DEFAULT 0,
                likes int NOT NULL DEFAULT 0,
                answers int NOT NULL DEFAULT 0,
                clicks int NOT NULL DEFAULT 0,
                PRIMARY KEY (community_id, member_id, day),
                CONSTRAINT group_activity_counts CHECK (posts >= 0 AND likes >= 0 AND answers >= 0 AND clicks >= 0
                    AND posts + likes + answers + clicks > 0)
            ) WITH (fillfactor = 80);
            CREATE INDEX IF NOT EXISTS group_activity_day ON group_activity (community_id, day)
            """,
            "DROP TABLE IF EXISTS group_activity",
        ),
        ops.RunSQL(
            """
            CREATE TABLE IF NOT EXISTS questionnaire (
                community_id uuid NOT NULL REFERENCES community ON DELETE RESTRICT,
                version int NOT NULL CHECK (version > 0),
                questions jsonb NOT NULL CONSTRAINT questionnaire_is_a_list CHECK (jsonb_typeof(questions) = 'array'),
                created_at timestamptz NOT NULL,
                created_by varchar(60) NOT NULL,
                PRIMARY KEY (community_id, version)
            );
            CREATE TABLE IF NOT EXISTS questionnaire_answer (
                community_id uuid NOT NULL,
                version int NOT NULL,
                member_id uuid NOT NULL REFERENCES member ON DELETE RESTRICT,
                answered_at timestamptz NOT NULL,
                answers jsonb NOT NULL CONSTRAINT questionnaire_answer_is_an_object
                    CHECK (jsonb_typeof(answers) = 'object'),
                PRIMARY KEY (community_id, version, member_id),
                CONSTRAINT questionnaire_answer_asked FOREIGN KEY (community_id, version)
                    REFERENCES questionnaire ON DELETE RESTRICT
            );
            CREATE INDEX IF NOT EXISTS questionnaire_answer_member ON questionnaire_answer (member_id)
            """,
            "DROP TABLE IF EXISTS questionnaire_answer; DROP TABLE IF EXISTS questionnaire",
        ),
        # What was a label of members until now becomes a group with them in it, since they joined the shop.
        ops.RunSQL(
            """
            INSERT INTO community (id, key, name, positioning, capacity, member_count, created_at, updated_at, updated_by)
            SELECT gen_random_uuid(), key, key, 'interest', greatest(500, count(*)), count(*), min(joined_at), now(),
                'migration 0025'
            FROM (SELECT DISTINCT id, joined_at, unnest(groups) AS key FROM member) AS labelled GROUP BY key
            ON CONFLICT DO NOTHING;
            INSERT INTO membership (community_id, member_id, role, joined_at, source, joins, leaves)
            SELECT community.id, member.id, 'member', member.joined_at, 'memberUpdate', ARRAY[member.joined_at], '{}'
            FROM member JOIN community ON community.key = ANY (member.groups)
            ON CONFLICT DO NOTHING
            """,
            "SELECT",
        ),
    ]
