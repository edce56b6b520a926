"""Ladders of tiers, each member's standing, the history of changes, and warnings."""

from tortoise import migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    """Written by hand: tables without models, since only set-based SQL touches them. It can be run again."""

    dependencies = [("siyu", "0016_rewards")]

    operations = [
        # The newest revision is the shop's. How far members have been judged by it is all that changes of one. The
        # clock of the campaigns advances with it, so that every process looks again.
        ops.RunSQL(
            """
            CREATE TABLE IF NOT EXISTS tier_ladder (
                revision integer PRIMARY KEY CHECK (revision > 0),
                config jsonb NOT NULL,
                base_tier varchar(32) NOT NULL,
                active_from timestamptz NOT NULL,
                made_by varchar(60) NOT NULL,
                settled_to uuid,
                settled_at timestamptz
            );
            CREATE OR REPLACE TRIGGER tier_ladder_kept
                BEFORE DELETE OR UPDATE OF revision, config, base_tier OR TRUNCATE ON tier_ladder
                FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
            CREATE OR REPLACE TRIGGER campaign_clock_advanced AFTER INSERT ON tier_ladder
                FOR EACH STATEMENT EXECUTE FUNCTION advance_campaign_clock()
            """,
            "DROP TABLE IF EXISTS tier_ladder",
        ),
        # One row for each member who was judged. `earned_on` has a day, or none, for each tier above the lowest.
        ops.RunSQL(
            """
            CREATE TABLE IF NOT EXISTS tier_standing (
                member_id uuid PRIMARY KEY REFERENCES member ON DELETE RESTRICT,
                revision integer NOT NULL,
                tier varchar(32) NOT NULL,
                since timestamptz NOT NULL,
                earned_on date[] NOT NULL,
                valid_until date,
                judged_on date NOT NULL,
                changes integer NOT NULL CHECK (changes >= 0),
                hand_tier varchar(32),
                hand_on date,
                CONSTRAINT tier_standing_held_when_judged CHECK (valid_until >= judged_on),
                CONSTRAINT tier_standing_hand_has_a_day CHECK ((hand_tier IS NULL) = (hand_on IS NULL))
            );
            CREATE INDEX IF NOT EXISTS tier_standing_due ON tier_standing (valid_until, member_id)
                WHERE valid_until IS NOT NULL
            """,
            "DROP TABLE IF EXISTS tier_standing",
        ),
        # Numbered from 1 for each member, without a gap. No foreign key of the fact, as in the log
        # (docs/decisions/0002).
        ops.RunSQL(
            """
            CREATE TABLE IF NOT EXISTS tier_change (
                member_id uuid NOT NULL REFERENCES member ON DELETE RESTRICT,
                number integer NOT NULL CHECK (number > 0),
                from_tier varchar(32),
                to_tier varchar(32) NOT NULL,
                at timestamptz NOT NULL,
                noted_at timestamptz NOT NULL,
                reason varchar(16) NOT NULL CONSTRAINT tier_change_reason_known
                    CHECK (reason IN ('upgrade', 'review', 'refund', 'late_fact', 'ladder', 'manual')),
                revision integer NOT NULL,
                fact_id uuid,
                numbers jsonb NOT NULL,
                note varchar(500),
                made_by varchar(60),
                idempotency_key varchar(200) CONSTRAINT tier_change_key UNIQUE,
                PRIMARY KEY (member_id, number),
                CONSTRAINT tier_change_changes_something
                    CHECK (from_tier IS DISTINCT FROM to_tier OR reason = 'manual'),
                CONSTRAINT tier_change_by_hand_is_signed
                    CHECK (num_nonnulls(note, made_by, idempotency_key) = 3 * (reason = 'manual')::integer)
            );
            CREATE OR REPLACE TRIGGER tier_change_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON tier_change
                FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
            """,
            "DROP TABLE IF EXISTS tier_change",
        ),
        # That a member may lose a tier on the day after `review_on` is told once.
        ops.RunSQL(
            """
            CREATE TABLE IF NOT EXISTS tier_warning (
                member_id uuid NOT NULL REFERENCES member ON DELETE RESTRICT,
                review_on date NOT NULL,
                tier varchar(32) NOT NULL,
                warned_at timestamptz NOT NULL,
                PRIMARY KEY (member_id, review_on)
            )
            """,
            "DROP TABLE IF EXISTS tier_warning",
        ),
    ]
