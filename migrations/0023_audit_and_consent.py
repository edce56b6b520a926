"""The audit log as a chain of hashes, consents by purpose, and attributes of members."""

from tortoise import migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    """Written by hand: tables without models, since only set-based SQL touches them. All of it can be run again."""

    dependencies = [("siyu", "0022_personal")]

    operations = [
        # What operators and commands change: first the intent, later an entry that says what became of it. Each entry
        # has the hash of the one before, by which it also refers to it: nothing can be put between two (decision 0044).
        ops.RunSQL(
            """
            CREATE TABLE IF NOT EXISTS audit_entry (
                number bigint PRIMARY KEY CONSTRAINT audit_entry_number_counts CHECK (number > 0),
                at timestamptz NOT NULL,
                intent bigint CONSTRAINT audit_entry_of_intent REFERENCES audit_entry
                    CONSTRAINT audit_entry_one_outcome UNIQUE,
                role varchar(16),
                name varchar(60),
                session uuid,
                field varchar(100) COLLATE "C",
                arguments text CONSTRAINT audit_entry_arguments_bounded CHECK (octet_length(arguments) <= 65536),
                objects varchar(200)[] NOT NULL CONSTRAINT audit_entry_objects_bounded
                    CHECK (cardinality(objects) <= 200),
                reason varchar(500),
                request varchar(128),
                outcome varchar(16) CONSTRAINT audit_entry_outcome_known
                    CHECK (outcome IN ('ok', 'refused', 'failed')),
                codes varchar(100)[] NOT NULL CONSTRAINT audit_entry_codes_bounded CHECK (cardinality(codes) <= 50),
                previous bytea NOT NULL CONSTRAINT audit_entry_previous_length CHECK (octet_length(previous) = 32),
                hash bytea NOT NULL CONSTRAINT audit_entry_hash_length CHECK (octet_length(hash) = 32),
                before bigint GENERATED ALWAYS AS (nullif(number - 1, 0)) STORED,
                CONSTRAINT audit_entry_place UNIQUE (number, hash),
                CONSTRAINT audit_entry_chained FOREIGN KEY (before, previous) REFERENCES audit_entry (number, hash),
                CONSTRAINT audit_entry_intent_or_outcome CHECK (CASE WHEN intent IS NULL
                    THEN num_nulls(role, name, field, arguments) = 0 AND outcome IS NULL
                    ELSE intent < number AND outcome IS NOT NULL
                        AND num_nonnulls(role, name, session, field, arguments, reason, request) = 0 END)
            );
            CREATE INDEX IF NOT EXISTS audit_entry_name ON audit_entry (name, number) WHERE intent IS NULL;
            CREATE INDEX IF NOT EXISTS audit_entry_field ON audit_entry (field, number) WHERE intent IS NULL;
            CREATE INDEX IF NOT EXISTS audit_entry_at ON audit_entry (at) WHERE intent IS NULL;
            CREATE INDEX IF NOT EXISTS audit_entry_objects ON audit_entry USING gin (objects);
            CREATE INDEX IF NOT EXISTS audit_entry_outcome ON audit_entry (outcome, intent) WHERE intent IS NOT NULL;
            CREATE OR REPLACE TRIGGER audit_entry_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entry
                FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
            CREATE TABLE IF NOT EXISTS audit_head (
                one boolean PRIMARY KEY DEFAULT true CONSTRAINT audit_head_is_one CHECK (one),
                number bigint NOT NULL,
                hash bytea NOT NULL CONSTRAINT audit_head_hash_length CHECK (octet_length(hash) = 32)
            ) WITH (fillfactor = 50);
            INSERT INTO audit_head (number, hash) VALUES (0, decode(repeat('00', 32), 'hex')) ON CONFLICT DO NOTHING;
            CREATE OR REPLACE TRIGGER audit_head_kept BEFORE DELETE OR TRUNCATE ON audit_head
                FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
            """,
            "DROP TABLE IF EXISTS audit_head; DROP TABLE IF EXISTS audit_entry",
        ),
        # What a member agreed to or took back, each time; the newest row of a purpose is what holds.
        ops.RunSQL(
            """
            CREATE TABLE IF NOT EXISTS consent (
                id uuid PRIMARY KEY,
                member_id uuid NOT NULL REFERENCES member ON DELETE RESTRICT,
                purpose varchar(32) NOT NULL CONSTRAINT consent_purpose_known
                    CHECK (purpose IN ('marketing', 'personalisation', 'analytics', 'location', 'photos')),
                given boolean NOT NULL,
                policy varchar(32) NOT NULL,
                source varchar(16) NOT NULL CONSTRAINT consent_source_known
                    CHECK (source IN ('member', 'store', 'phone', 'paper', 'import', 'system')),
                noted_by varchar(60),
                at timestamptz NOT NULL,
                CONSTRAINT consent_of_others_is_noted CHECK ((source = 'member') = (noted_by IS NULL))
            );
            CREATE INDEX IF NOT EXISTS consent_member ON consent (member_id, id);
            CREATE OR REPLACE TRIGGER consent_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON consent
                FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
            ALTER TABLE member ADD COLUMN IF NOT EXISTS consents text[] NOT NULL DEFAULT '{}';
            CREATE INDEX IF NOT EXISTS member_consents ON member USING gin (consents)
            """,
            """
            DROP INDEX IF EXISTS member_consents; ALTER TABLE member DROP COLUMN IF EXISTS consents;
            DROP TABLE IF EXISTS consent
            """,
        ),
        ops.RunSQL(
            """
            CREATE TABLE IF NOT EXISTS member_attribute (
                member_id uuid NOT NULL REFERENCES member ON DELETE RESTRICT,
                key varchar(32) COLLATE "C" NOT NULL CONSTRAINT member_attribute_key_form
                    CHECK (key ~ '^[a-z][a-z0-9_]{0,31}$'),
                type varchar(8) NOT NULL CONSTRAINT member_attribute_type_known
                    CHECK (type IN ('text', 'number', 'date', 'flag')),
                value varchar(200) NOT NULL,
                updated_at timestamptz NOT NULL,
                PRIMARY KEY (member_id, key)
            );
            CREATE INDEX IF NOT EXISTS member_attribute_value ON member_attribute (key, value)
            """,
            "DROP TABLE IF EXISTS member_attribute",
        ),
    ]
