"""Sessions with their refresh tokens, revocations, and the API keys of services."""

from tortoise import migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    """Written by hand: tables without models, since only `siyu.access` touches them. It can be run again."""

    dependencies = [("siyu", "0019_wallets")]

    operations = [
        # A session is a family of refresh tokens of which one is unused. Of a token only the hash is kept.
        ops.RunSQL(
            """
            CREATE TABLE IF NOT EXISTS session (
                id uuid PRIMARY KEY,
                role varchar(16) NOT NULL CONSTRAINT session_role_known
                    CHECK (role IN ('member', 'operator', 'clerk', 'analyst', 'admin')),
                member_id uuid REFERENCES member ON DELETE RESTRICT,
                name varchar(60),
                started_at timestamptz NOT NULL,
                expires_at timestamptz NOT NULL,
                ended_at timestamptz,
                ended_by varchar(16) CONSTRAINT session_end_known CHECK (ended_by IN ('caller', 'shop', 'reuse', 'newer')),
                CONSTRAINT session_of_a_member CHECK ((role = 'member') = (member_id IS NOT NULL)),
                CONSTRAINT session_of_one CHECK ((member_id IS NULL) <> (name IS NULL)),
                CONSTRAINT session_forward CHECK (started_at < expires_at),
                CONSTRAINT session_ended_by_somebody CHECK ((ended_at IS NULL) = (ended_by IS NULL))
            );
            CREATE INDEX IF NOT EXISTS session_member ON session (member_id, id) WHERE member_id IS NOT NULL;
            CREATE INDEX IF NOT EXISTS session_name ON session (role, name, id) WHERE name IS NOT NULL;
            CREATE INDEX IF NOT EXISTS session_expiry ON session (expires_at);
            CREATE INDEX IF NOT EXISTS session_end ON session (ended_at) WHERE ended_at IS NOT NULL;
            CREATE TABLE IF NOT EXISTS refresh_token (
                hash bytea PRIMARY KEY CONSTRAINT refresh_token_hash_length CHECK (octet_length(hash) = 32),
                session_id uuid NOT NULL REFERENCES session ON DELETE CASCADE,
                issued_at timestamptz NOT NULL,
                expires_at timestamptz NOT NULL,
                used_at timestamptz,
                CONSTRAINT refresh_token_forward CHECK (issued_at < expires_at)
            );
            CREATE INDEX IF NOT EXISTS refresh_token_session ON refresh_token (session_id);
            CREATE UNIQUE INDEX IF NOT EXISTS refresh_token_unused ON refresh_token (session_id) WHERE used_at IS NULL;
            CREATE INDEX IF NOT EXISTS refresh_token_expiry ON refresh_token (expires_at)
            """,
            "DROP TABLE IF EXISTS refresh_token; DROP TABLE IF EXISTS session",
        ),
        # Whose tokens, issued up to when, are refused: `member/UUID`, `operator/lin`, `session/UUID`. `noted_at` is the
        # database's clock, by which processes ask for what is new; after `expires_at` no such token is valid any more.
        ops.RunSQL(
            """
            CREATE TABLE IF NOT EXISTS revocation (
                bearer varchar(100) COLLATE "C" PRIMARY KEY,
                issued_until timestamptz NOT NULL,
                noted_at timestamptz NOT NULL DEFAULT clock_timestamp(),
                expires_at timestamptz NOT NULL,
                CONSTRAINT revocation_forward CHECK (issued_until < expires_at)
            );
            CREATE INDEX IF NOT EXISTS revocation_noted ON revocation (noted_at);
            CREATE INDEX IF NOT EXISTS revocation_expiry ON revocation (expires_at)
            """,
            "DROP TABLE IF EXISTS revocation",
        ),
        ops.RunSQL(
            """
            CREATE TABLE IF NOT EXISTS api_key (
                id uuid PRIMARY KEY,
                name varchar(60) NOT NULL,
                prefix varchar(12) COLLATE "C" NOT NULL CONSTRAINT api_key_prefix UNIQUE,
                secret_hash bytea NOT NULL CONSTRAINT api_key_hash_length CHECK (octet_length(secret_hash) = 32),
                scopes varchar(32)[] NOT NULL CONSTRAINT api_key_scoped CHECK (cardinality(scopes) BETWEEN 1 AND 32),
                created_by varchar(60) NOT NULL,
                created_at timestamptz NOT NULL,
                expires_at timestamptz NOT NULL,
                revoked_at timestamptz,
                last_used_at timestamptz,
                CONSTRAINT api_key_forward CHECK (created_at < expires_at)
            );
            CREATE INDEX IF NOT EXISTS api_key_live ON api_key (expires_at) WHERE revoked_at IS NULL
            """,
            "DROP TABLE IF EXISTS api_key",
        ),
    ]
