"""Reviews: what campaigns have operators look at, and the verdicts."""

from tortoise import migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    """Written by hand: a table without a model, since only set-based SQL touches it. It can be run again."""

    dependencies = [("siyu", "0009_refund_request")]

    operations = [
        # One for a key of a member in a campaign, for ever. The facts have no foreign keys, as in the log
        # (docs/decisions/0002): facts are never deleted.
        ops.RunSQL(
            """
            CREATE TABLE IF NOT EXISTS review (
                id uuid PRIMARY KEY,
                campaign_id uuid NOT NULL REFERENCES campaign ON DELETE RESTRICT,
                member_id uuid NOT NULL REFERENCES member ON DELETE RESTRICT,
                key varchar(64) COLLATE "C" NOT NULL,
                reason varchar(64) NOT NULL,
                evidence jsonb NOT NULL,
                state varchar(16) NOT NULL
                    CONSTRAINT review_state_known CHECK (state IN ('open', 'approved', 'rejected')),
                asked_fact_id uuid NOT NULL,
                asked_at timestamptz NOT NULL,
                note varchar(500),
                decided_by varchar(60),
                verdict_fact_id uuid,
                decided_at timestamptz,
                problem varchar(1000),
                problem_at timestamptz,
                CONSTRAINT review_key UNIQUE (campaign_id, member_id, key),
                CONSTRAINT review_closed_by_a_verdict
                    CHECK (num_nonnulls(note, decided_by, verdict_fact_id, decided_at) = 4 * (state <> 'open')::integer),
                CONSTRAINT review_problem_of_an_open_one
                    CHECK ((problem IS NULL) = (problem_at IS NULL) AND (problem IS NULL OR state = 'open'))
            );
            CREATE INDEX IF NOT EXISTS review_open ON review (member_id, campaign_id) WHERE state = 'open';
            CREATE INDEX IF NOT EXISTS review_member ON review (member_id, id);
            CREATE INDEX IF NOT EXISTS review_of_campaign ON review (campaign_id, state, id);
            CREATE INDEX IF NOT EXISTS review_of_state ON review (state, id)
            """,
            "DROP TABLE IF EXISTS review",
        ),
    ]
