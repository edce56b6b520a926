"""Personal data as cipher text with blind indexes, who was shown it and why, and the erasure of members."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from migrations import KnownField


class Migration(migrations.Migration):
    """Written by hand: tables without models, since only `siyu.privacy` touches them. It can be run again."""

    dependencies = [("siyu", "0021_transfer_keys")]

    operations = [
        # `cipher` is nonce, cipher text and tag, bound to the row by what it was encrypted with beside the text. The
        # blind index of a phone is also the value of the member's identity of that kind.
        ops.RunSQL(
            """
            CREATE TABLE IF NOT EXISTS personal (
                member_id uuid NOT NULL REFERENCES member ON DELETE RESTRICT,
                field varchar(16) COLLATE "C" NOT NULL
                    CONSTRAINT personal_field_known CHECK (field IN ('phone', 'real_name')),
                cipher_key varchar(16) COLLATE "C" NOT NULL,
                cipher bytea NOT NULL CONSTRAINT personal_cipher_length CHECK (octet_length(cipher) BETWEEN 29 AND 512),
                index_key varchar(16) COLLATE "C" NOT NULL,
                blind_index varchar(64) COLLATE "C" NOT NULL
                    CONSTRAINT personal_index_is_blind CHECK (blind_index ~ '^[0-9a-f]{64}$'),
                changed_at timestamptz NOT NULL,
                PRIMARY KEY (member_id, field)
            );
            CREATE UNIQUE INDEX IF NOT EXISTS personal_phone ON personal (blind_index) WHERE field = 'phone';
            CREATE INDEX IF NOT EXISTS personal_found ON personal (field, blind_index);
            CREATE INDEX IF NOT EXISTS personal_key ON personal (cipher_key);
            CREATE INDEX IF NOT EXISTS personal_index_key ON personal (index_key)
            """,
            "DROP TABLE IF EXISTS personal",
        ),
        # Not asked of what is there: it was written before there were keys, and `keys rotate` seals it.
        ops.RunSQL(
            """
            ALTER TABLE identity DROP CONSTRAINT IF EXISTS identity_phone_is_blind;
            ALTER TABLE identity ADD CONSTRAINT identity_phone_is_blind
                CHECK (kind <> 'phone' OR value ~ '^[0-9a-f]{64}$') NOT VALID
            """,
            "ALTER TABLE identity DROP CONSTRAINT IF EXISTS identity_phone_is_blind",
        ),
        # Who was shown what of whom, and why; written before it is shown, and never changed.
        ops.RunSQL(
            """
            CREATE TABLE IF NOT EXISTS revelation (
                id uuid PRIMARY KEY,
                member_id uuid NOT NULL REFERENCES member ON DELETE RESTRICT,
                fields varchar(16)[] NOT NULL
                    CONSTRAINT revelation_of_something CHECK (cardinality(fields) BETWEEN 1 AND 8),
                reason varchar(500) NOT NULL CONSTRAINT revelation_for_a_reason CHECK (length(reason) >= 10),
                revealed_by varchar(80) NOT NULL,
                at timestamptz NOT NULL
            );
            CREATE INDEX IF NOT EXISTS revelation_member ON revelation (member_id, id);
            CREATE INDEX IF NOT EXISTS revelation_by ON revelation (revealed_by, at);
            CREATE OR REPLACE TRIGGER revelation_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON revelation
                FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
            """,
            "DROP TABLE IF EXISTS revelation",
        ),
        ops.RunSQL(
            """
            ALTER TABLE member ADD COLUMN IF NOT EXISTS erased_at timestamptz;
            ALTER TABLE member DROP CONSTRAINT IF EXISTS member_erased_is_bare;
            ALTER TABLE member ADD CONSTRAINT member_erased_is_bare
                CHECK (erased_at IS NULL OR nickname IS NULL AND avatar_url IS NULL);
            CREATE INDEX IF NOT EXISTS member_erased ON member (id) WHERE erased_at IS NOT NULL
            """,
            """
            DROP INDEX IF EXISTS member_erased;
            ALTER TABLE member DROP CONSTRAINT IF EXISTS member_erased_is_bare;
            ALTER TABLE member DROP COLUMN IF EXISTS erased_at
            """,
        ),
        KnownField(
            model_name="Member",
            name="erased_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        # At most one of a member waits.
        ops.RunSQL(
            """
            CREATE TABLE IF NOT EXISTS erasure_request (
                id uuid PRIMARY KEY,
                member_id uuid NOT NULL REFERENCES member ON DELETE RESTRICT,
                requested_by varchar(80) NOT NULL,
                requested_at timestamptz NOT NULL,
                due_at timestamptz NOT NULL,
                state varchar(16) NOT NULL
                    CONSTRAINT erasure_request_state_known CHECK (state IN ('waiting', 'called_off', 'done')),
                ended_at timestamptz,
                ended_by varchar(80),
                problem varchar(64),
                next_at timestamptz NOT NULL,
                CONSTRAINT erasure_request_forward CHECK (requested_at < due_at AND due_at <= next_at),
                CONSTRAINT erasure_request_ended_by_somebody
                    CHECK (num_nonnulls(ended_at, ended_by) = 2 * (state <> 'waiting')::integer)
            );
            CREATE UNIQUE INDEX IF NOT EXISTS erasure_request_open ON erasure_request (member_id)
                WHERE state = 'waiting';
            CREATE INDEX IF NOT EXISTS erasure_request_due ON erasure_request (next_at) WHERE state = 'waiting';
            CREATE INDEX IF NOT EXISTS erasure_request_member ON erasure_request (member_id, id)
            """,
            "DROP TABLE IF EXISTS erasure_request",
        ),
    ]
