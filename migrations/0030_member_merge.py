"""Merges of members: who was merged into whom, which rows moved with them, and the transfers and invitations of one
person who was several members."""

from tortoise import migrations
from tortoise.migrations import operations as ops

KINDS = "'grant', 'reverse', 'spend', 'unspend', 'expire', 'owe', 'repay', 'write_off'"
FORWARD = """('requested', 'approved'), ('requested', 'rejected'), ('approved', 'paid'), ('approved', 'failed')"""
# All that an invitation says; who stands for its two members today is kept beside it.
SAID = "member_id, id, member_joined_at, inviter_id, inviter_joined_at, campaign_id, fact_id, at"


def check(table: str, name: str, now: str, before: str) -> ops.RunSQL:
    """Another condition for a check constraint; it can be run again where it died before it was recorded."""
    drop = f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name}; ALTER TABLE {table} ADD CONSTRAINT {name} CHECK"
    return ops.RunSQL(f"{drop} ({now})", f"{drop} ({before})")


def places(column: str) -> str:
    """The keys by which invitations name members together with a moment of theirs."""
    return f"""
        ALTER TABLE invitation DROP CONSTRAINT IF EXISTS invitation_member_fkey;
        ALTER TABLE invitation ADD CONSTRAINT invitation_member_fkey FOREIGN KEY (member_id, member_joined_at)
            REFERENCES member (id, {column}) ON DELETE RESTRICT;
        ALTER TABLE invitation DROP CONSTRAINT IF EXISTS invitation_inviter_fkey;
        ALTER TABLE invitation ADD CONSTRAINT invitation_inviter_fkey FOREIGN KEY (inviter_id, inviter_joined_at)
            REFERENCES member (id, {column}) ON DELETE RESTRICT;
    """


def keep_payout(same: str) -> str:
    """What may become of a payout, with what else may be."""
    return f"""
        CREATE OR REPLACE FUNCTION keep_payout() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF NOT ({same}) AND ((OLD.state, NEW.state) NOT IN ({FORWARD})
                OR (NEW.member_id, NEW.amount_fen) <> (OLD.member_id, OLD.amount_fen)) THEN
                RAISE EXCEPTION 'a payout that is % cannot become %', OLD.state, NEW.state
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'payout_goes_forward';
            END IF;
            RETURN NEW;
        END $$;
    """


def keep_invitation(of: str) -> str:
    """What of an invitation is never edited."""
    return f"""
        CREATE OR REPLACE TRIGGER invitation_append_only BEFORE UPDATE{of} OR DELETE OR TRUNCATE ON invitation
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
    """


class Migration(migrations.Migration):
    """Written by hand: triggers, functions and tables that only set-based SQL touches. It can be run again."""

    dependencies = [("siyu", "0029_touches")]

    operations = [
        # `merged_into` names who stands for the member now, through however many merges; `linked`: the member was ever
        # part of a merge, so that nobody else has to be looked after. A survivor has joined when the first of them did;
        # `place_at` stays what `joined_at` was at first, for the order of joining that invitations hang on.
        ops.RunSQL(
            """
            ALTER TABLE member ADD COLUMN IF NOT EXISTS merged_into uuid REFERENCES member ON DELETE RESTRICT,
                ADD COLUMN IF NOT EXISTS linked boolean NOT NULL DEFAULT false,
                ADD COLUMN IF NOT EXISTS place_at timestamptz;
            ALTER TABLE member DROP CONSTRAINT IF EXISTS member_merged_into_another;
            ALTER TABLE member ADD CONSTRAINT member_merged_into_another CHECK (merged_into <> id);
            ALTER TABLE member DROP CONSTRAINT IF EXISTS member_merged_is_linked;
            ALTER TABLE member ADD CONSTRAINT member_merged_is_linked CHECK (linked OR merged_into IS NULL);
            DROP TRIGGER IF EXISTS member_place_fixed ON member;
            UPDATE member SET place_at = joined_at WHERE place_at IS NULL;
            CREATE OR REPLACE FUNCTION keep_first_place() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF NOT NEW.linked THEN
                    NEW.place_at = NEW.joined_at;
                END IF;
                RETURN NEW;
            END $$;
            CREATE OR REPLACE TRIGGER member_first_place BEFORE INSERT OR UPDATE OF joined_at ON member
                FOR EACH ROW EXECUTE FUNCTION keep_first_place();
            ALTER TABLE member ALTER place_at SET NOT NULL;
            CREATE OR REPLACE TRIGGER member_place_fixed BEFORE UPDATE OF place_at ON member
                FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
            CREATE UNIQUE INDEX IF NOT EXISTS member_first_place ON member (place_at, id);
            CREATE INDEX IF NOT EXISTS member_merged_into ON member (merged_into) WHERE merged_into IS NOT NULL
            """,
            """
            DROP TRIGGER IF EXISTS member_first_place ON member;
            DROP TRIGGER IF EXISTS member_place_fixed ON member;
            DROP FUNCTION IF EXISTS keep_first_place();
            ALTER TABLE member DROP COLUMN IF EXISTS merged_into, DROP COLUMN IF EXISTS linked,
                DROP COLUMN IF EXISTS place_at CASCADE
            """,
        ),
        ops.RunSQL(places("place_at"), places("joined_at")),
        ops.RunSQL(
            """
            CREATE TABLE IF NOT EXISTS member_merge (
                id uuid PRIMARY KEY,
                survivor_id uuid NOT NULL REFERENCES member ON DELETE RESTRICT,
                merged_id uuid NOT NULL REFERENCES member ON DELETE RESTRICT,
                fact_id uuid NOT NULL,
                reason varchar(200) NOT NULL,
                made_by varchar(60) NOT NULL,
                merged_at timestamptz NOT NULL,
                undo_until timestamptz NOT NULL,
                survivor_before jsonb NOT NULL,
                undo_fact_id uuid,
                undone_at timestamptz,
                undone_by varchar(60),
                undone_for varchar(200),
                CONSTRAINT member_merge_of_two CHECK (survivor_id <> merged_id),
                CONSTRAINT member_merge_undone_by_somebody
                    CHECK (num_nonnulls(undo_fact_id, undone_at, undone_by, undone_for) IN (0, 4)),
                CONSTRAINT member_merge_undone_in_time CHECK (undone_at BETWEEN merged_at AND undo_until)
            );
            CREATE UNIQUE INDEX IF NOT EXISTS member_merge_standing ON member_merge (merged_id) WHERE undone_at IS NULL;
            CREATE INDEX IF NOT EXISTS member_merge_survivor ON member_merge (survivor_id, id);
            CREATE INDEX IF NOT EXISTS member_merge_merged ON member_merge (merged_id, id);
            CREATE OR REPLACE TRIGGER member_merge_kept BEFORE DELETE OR TRUNCATE
                OR UPDATE OF id, survivor_id, merged_id, fact_id, reason, made_by, merged_at, undo_until
                ON member_merge FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
            CREATE TABLE IF NOT EXISTS member_merge_row (
                merge_id uuid NOT NULL REFERENCES member_merge ON DELETE RESTRICT,
                moved varchar(64) COLLATE "C" NOT NULL,
                row_key uuid NOT NULL,
                place integer,
                PRIMARY KEY (merge_id, moved, row_key)
            );
            CREATE TABLE IF NOT EXISTS member_merge_flow (
                merge_id uuid NOT NULL REFERENCES member_merge ON DELETE RESTRICT,
                unit varchar(16) COLLATE "C" NOT NULL,
                expires_at timestamptz,
                amount bigint NOT NULL,
                is_debt boolean NOT NULL
            );
            CREATE INDEX IF NOT EXISTS member_merge_flow_merge ON member_merge_flow (merge_id)
            """,
            "DROP TABLE IF EXISTS member_merge_flow; DROP TABLE IF EXISTS member_merge_row; DROP TABLE IF EXISTS member_merge",
        ),
        # Everybody who was ever one person with a member, the member too: what the log names stays as it was.
        ops.RunSQL(
            """
            CREATE OR REPLACE FUNCTION kin_of(whose uuid) RETURNS uuid[] LANGUAGE sql STABLE AS $$
                WITH RECURSIVE kin (id) AS (
                    SELECT whose
                    UNION SELECT CASE merge.survivor_id WHEN kin.id THEN merge.merged_id ELSE merge.survivor_id END
                    FROM kin JOIN member_merge AS merge ON merge.survivor_id = kin.id OR merge.merged_id = kin.id
                )
                SELECT array_agg(id) FROM kin
            $$
            """,
            "DROP FUNCTION IF EXISTS kin_of(uuid)",
        ),
        # Who stands for both sides now, and whether the invitation is the one that the person came by: there is one.
        ops.RunSQL(
            """
            ALTER TABLE invitation ADD COLUMN IF NOT EXISTS person_id uuid REFERENCES member ON DELETE RESTRICT,
                ADD COLUMN IF NOT EXISTS by_id uuid REFERENCES member ON DELETE RESTRICT,
                ADD COLUMN IF NOT EXISTS stands boolean NOT NULL DEFAULT true;
            """
            + keep_invitation(f" OF {SAID}")
            + """
            UPDATE invitation SET person_id = member_id, by_id = inviter_id WHERE person_id IS NULL;
            CREATE OR REPLACE FUNCTION find_invited_persons() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                SELECT coalesce(merged_into, id) INTO NEW.person_id FROM member WHERE id = NEW.member_id;
                SELECT coalesce(merged_into, id) INTO NEW.by_id FROM member WHERE id = NEW.inviter_id;
                RETURN NEW;
            END $$;
            CREATE OR REPLACE TRIGGER invitation_of_persons BEFORE INSERT ON invitation
                FOR EACH ROW EXECUTE FUNCTION find_invited_persons();
            CREATE UNIQUE INDEX IF NOT EXISTS invitation_person ON invitation (person_id) WHERE stands;
            CREATE INDEX IF NOT EXISTS invitation_by ON invitation (by_id, id) WHERE stands;
            CREATE INDEX IF NOT EXISTS invitation_spread ON invitation (campaign_id, by_id) WHERE stands
            """,
            """
            DROP TRIGGER IF EXISTS invitation_of_persons ON invitation;
            DROP FUNCTION IF EXISTS find_invited_persons();
            """
            + keep_invitation("")
            + """
            ALTER TABLE invitation DROP COLUMN IF EXISTS person_id, DROP COLUMN IF EXISTS by_id,
                DROP COLUMN IF EXISTS stands
            """,
        ),
        check("transfer", "transfer_kind_known", f"kind IN ({KINDS}, 'merge')", f"kind IN ({KINDS})"),
        # A payout that goes with its member is not changed otherwise.
        ops.RunSQL(
            keep_payout("to_jsonb(NEW) - 'member_id' = to_jsonb(OLD) - 'member_id'"), keep_payout("false")
        ),
    ]
