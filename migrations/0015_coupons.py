"""Coupons: their templates, the codes they are claimed with, and who holds which."""

from tortoise import migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    """Written by hand: tables without models, since only set-based SQL touches them. It can be run again."""

    dependencies = [("siyu", "0014_lots")]

    operations = [
        # `issued` counts the coupons ever made of it; whoever makes one holds the row's lock.
        ops.RunSQL(
            """
            CREATE TABLE IF NOT EXISTS coupon_template (
                id uuid PRIMARY KEY,
                key varchar(64) COLLATE "C" NOT NULL CONSTRAINT coupon_template_key UNIQUE,
                title_zh varchar(128) NOT NULL,
                title_en varchar(128) NOT NULL,
                terms jsonb NOT NULL,
                state varchar(16) NOT NULL
                    CONSTRAINT coupon_template_state_known CHECK (state IN ('draft', 'published', 'withdrawn')),
                member_limit integer CONSTRAINT coupon_template_member_limit_positive CHECK (member_limit > 0),
                total_limit bigint CONSTRAINT coupon_template_total_limit_positive CHECK (total_limit > 0),
                issued bigint NOT NULL DEFAULT 0,
                created_at timestamptz NOT NULL,
                created_by varchar(60) NOT NULL,
                CONSTRAINT coupon_template_issued_within_limit
                    CHECK (issued >= 0 AND (total_limit IS NULL OR issued <= total_limit)),
                CONSTRAINT coupon_template_draft_has_no_coupons CHECK (state <> 'draft' OR issued = 0)
            )
            """,
            "DROP TABLE IF EXISTS coupon_template",
        ),
        # Many unique codes that were made together: a run that died goes on under the batch's name.
        ops.RunSQL(
            """
            CREATE TABLE IF NOT EXISTS coupon_code_batch (
                id uuid PRIMARY KEY,
                template_id uuid NOT NULL REFERENCES coupon_template ON DELETE RESTRICT,
                name varchar(64) COLLATE "C" NOT NULL,
                created_at timestamptz NOT NULL,
                CONSTRAINT coupon_code_batch_name UNIQUE (template_id, name)
            );
            CREATE TABLE IF NOT EXISTS coupon_code (
                code varchar(64) COLLATE "C" PRIMARY KEY,
                template_id uuid NOT NULL REFERENCES coupon_template ON DELETE RESTRICT,
                batch_id uuid REFERENCES coupon_code_batch ON DELETE RESTRICT,
                uses_max integer CONSTRAINT coupon_code_uses_max_positive CHECK (uses_max > 0),
                used integer NOT NULL DEFAULT 0,
                CONSTRAINT coupon_code_used_within_limit CHECK (used >= 0 AND (uses_max IS NULL OR used <= uses_max)),
                CONSTRAINT coupon_code_of_a_batch_is_used_once CHECK (batch_id IS NULL OR uses_max = 1)
            );
            CREATE INDEX IF NOT EXISTS coupon_code_of_template ON coupon_code (template_id, batch_id, code);
            CREATE INDEX IF NOT EXISTS coupon_code_of_batch ON coupon_code (batch_id, code)
            """,
            "DROP TABLE IF EXISTS coupon_code; DROP TABLE IF EXISTS coupon_code_batch",
        ),
        # `place`: the member's first, second … of the template. No two have one place, whoever forgot a lock.
        ops.RunSQL(
            """
            CREATE TABLE IF NOT EXISTS coupon (
                id uuid PRIMARY KEY,
                template_id uuid NOT NULL REFERENCES coupon_template ON DELETE RESTRICT,
                member_id uuid NOT NULL REFERENCES member ON DELETE RESTRICT,
                place integer NOT NULL CONSTRAINT coupon_place_positive CHECK (place > 0),
                code varchar(32) COLLATE "C" NOT NULL CONSTRAINT coupon_code_shown UNIQUE,
                state varchar(16) NOT NULL CONSTRAINT coupon_state_known
                    CHECK (state IN ('issued', 'locked', 'used', 'returned', 'expired', 'revoked')),
                source varchar(80) NOT NULL,
                claimed_code varchar(64) COLLATE "C" REFERENCES coupon_code ON DELETE RESTRICT,
                issued_at timestamptz NOT NULL,
                valid_from timestamptz NOT NULL,
                expires_at timestamptz NOT NULL,
                order_number varchar(64) COLLATE "C",
                discount_fen bigint,
                lock_expires_at timestamptz,
                used_at timestamptz,
                returned_at timestamptz,
                revoked_at timestamptz,
                revoked_for varchar(200),
                store varchar(64) COLLATE "C",
                clerk varchar(60),
                verified_at timestamptz,
                CONSTRAINT coupon_of_a_member UNIQUE (template_id, member_id, place),
                CONSTRAINT coupon_claimed_once UNIQUE (claimed_code, member_id),
                CONSTRAINT coupon_window_forward CHECK (valid_from < expires_at),
                CONSTRAINT coupon_locked_for_a_time CHECK ((state = 'locked') = (lock_expires_at IS NOT NULL)),
                CONSTRAINT coupon_used_at_a_time CHECK ((state = 'used') = (used_at IS NOT NULL)),
                CONSTRAINT coupon_returned_at_a_time CHECK (state <> 'returned' OR returned_at IS NOT NULL),
                CONSTRAINT coupon_revoked_for_a_reason
                    CHECK (num_nonnulls(revoked_at, revoked_for) = 2 * (state = 'revoked')::integer),
                CONSTRAINT coupon_verified_by_a_clerk CHECK (num_nonnulls(store, clerk, verified_at) IN (0, 3)),
                CONSTRAINT coupon_used_for_an_order_or_in_a_store
                    CHECK ((order_number IS NOT NULL)::integer + (store IS NOT NULL)::integer
                           = (state IN ('locked', 'used'))::integer AND (state <> 'locked' OR store IS NULL)),
                CONSTRAINT coupon_discount_of_an_order
                    CHECK ((discount_fen IS NULL) = (order_number IS NULL) AND discount_fen > 0)
            );
            CREATE INDEX IF NOT EXISTS coupon_member ON coupon (member_id, id);
            CREATE INDEX IF NOT EXISTS coupon_order ON coupon (member_id, order_number) WHERE order_number IS NOT NULL;
            CREATE INDEX IF NOT EXISTS coupon_due ON coupon ((coalesce(lock_expires_at, expires_at)))
                WHERE state IN ('issued', 'returned', 'locked')
            """,
            "DROP TABLE IF EXISTS coupon",
        ),
    ]
