"""What the database itself promises after the migrations, read from its own catalogue."""

from uuid import uuid4

import asyncpg
import pytest

from siyu.db import Pool
from tests.migrations.merge_catalogue import MERGE_CONSTRAINTS, MERGE_INDEXES
from tests.migrations.group_catalogue import GROUP_CONSTRAINTS, GROUP_INDEXES
from tests.migrations.personal_catalogue import PERSONAL_CONSTRAINTS, PERSONAL_INDEXES
from tests.migrations.tag_catalogue import TAG_CONSTRAINTS, TAG_INDEXES
from tests.migrations.wallet_catalogue import WALLET_CONSTRAINTS, WALLET_INDEXES
from tests.migrations.reward_tables import REWARD_CONSTRAINTS, REWARD_INDEXES
from tests.migrations.arrival_catalogue import (
    ARRIVAL_CONSTRAINTS,
    ARRIVAL_INDEXES,
    ARRIVAL_REFERENCES,
    ARRIVAL_TRIGGERS,
)
from tests.migrations.audit_catalogue import AUDIT_CONSTRAINTS, AUDIT_INDEXES, AUDIT_TRIGGERS
from tests.migrations.coupon_catalogue import COUPON_CONSTRAINTS, COUPON_INDEXES
from tests.migrations.metric_catalogue import METRIC_CONSTRAINTS, METRIC_INDEXES

# Tortoise's own table of applied migrations is its business; NOT NULL is a constraint by name only since PostgreSQL 18.
CONSTRAINTS = """
SELECT conrelid::regclass::text AS table_name, conname, pg_get_constraintdef(oid) AS definition FROM pg_constraint
WHERE connamespace = 'public'::regnamespace AND contype <> 'n'
    AND conrelid <> 'tortoise_migrations'::regclass
"""
INDEXES = """
SELECT tablename, indexname, regexp_replace(indexdef, '^CREATE (UNIQUE )?INDEX .* USING ', '\\1') AS definition
FROM pg_indexes
WHERE schemaname = 'public' AND tablename <> 'tortoise_migrations' AND indexname NOT IN (
    SELECT conname FROM pg_constraint WHERE contype IN ('p', 'u'))
"""
TRIGGERS = """
SELECT tgrelid::regclass::text AS table_name, regexp_replace(pg_get_triggerdef(oid), '^.* BEFORE (.*) ON .*$', '\\1')
FROM pg_trigger WHERE NOT tgisinternal AND tgname LIKE ANY ('{%\\_append\\_only, %\\_kept}')
"""
CLOCKED = "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'campaign_clock_advanced'"
COLUMNS = """
SELECT table_name || '.' || column_name FROM information_schema.columns
WHERE table_schema = 'public' AND column_name LIKE '%\\_id'
"""
# Of several columns too, where one of them is the id; what stands beside it refers to nothing by itself.
WITH_FOREIGN_KEY = """
SELECT conrelid::regclass::text || '.' || attname FROM pg_constraint
JOIN pg_attribute ON attrelid = conrelid AND attnum = ANY(conkey)
WHERE contype = 'f' AND attname LIKE '%\\_id'
"""
LEADING_AN_INDEX = """
SELECT indrelid::regclass::text || '.' || attname FROM pg_index
JOIN pg_attribute ON attrelid = indrelid AND attnum = indkey[0]
"""

EXPECTED_CONSTRAINTS = {
    **MERGE_CONSTRAINTS,
    **REWARD_CONSTRAINTS,
    ("account", "account_balance_not_negative"): "CHECK ((balance >= 0))",
    ("account", "account_campaign_id_fkey"): "FOREIGN KEY (campaign_id) REFERENCES campaign(id) ON DELETE RESTRICT",
    ("account", "account_has_one_owner"): 'CHECK ((num_nonnulls(member_id, campaign_id, purpose, debtor_id) = 1))',
    ("account", "account_member_id_fkey"): "FOREIGN KEY (member_id) REFERENCES member(id) ON DELETE RESTRICT",
    ("account", "account_of_a_member_is_limited"): 'CHECK (((num_nonnulls(member_id, debtor_id) = 0) = (balance IS NULL)))',
    ("account", "account_pkey"): "PRIMARY KEY (id)",
    ("account", "uid_account_campaig_e1dbef"): "UNIQUE (campaign_id, unit)",
    ("account", "uid_account_member__156857"): "UNIQUE (member_id, unit)",
    ("api_key", "api_key_forward"): "CHECK ((created_at < expires_at))",
    ("api_key", "api_key_hash_length"): "CHECK ((octet_length(secret_hash) = 32))",
    ("api_key", "api_key_pkey"): "PRIMARY KEY (id)",
    ("api_key", "api_key_prefix"): "UNIQUE (prefix)",
    ("api_key", "api_key_scoped"): "CHECK (((cardinality(scopes) >= 1) AND (cardinality(scopes) <= 32)))",
    ("board_score", "board_score_pkey"): "PRIMARY KEY (board, scope, window_key, member_id)",
    ("board_score", "board_score_score_check"): "CHECK (((score >= 0) AND (score <= '9007199254740992'::bigint)))",
    ("campaign", "campaign_pkey"): "PRIMARY KEY (id)",
    ("campaign", "campaign_problem_dated"): "CHECK (((problem IS NULL) = (problem_at IS NULL)))",
    ("campaign", "campaign_state_known"): (
        "CHECK (((state)::text = ANY ((ARRAY['draft'::character varying, 'running'::character varying, "
        "'paused'::character varying, 'ended'::character varying, 'archived'::character varying])::text[])))"
    ),
    ("campaign", "campaign_window_forward"): "CHECK ((starts_at < ends_at))",
    ("campaign_clock", "campaign_clock_is_one"): "CHECK (one)",
    ("campaign_clock", "campaign_clock_pkey"): "PRIMARY KEY (one)",
    ("campaign_revision", "campaign_revision_campaign_id_fkey"): (
        "FOREIGN KEY (campaign_id) REFERENCES campaign(id) ON DELETE RESTRICT"
    ),
    ("campaign_revision", "campaign_revision_pkey"): "PRIMARY KEY (campaign_id, revision)",
    ("counter", "counter_campaign_id_fkey"): "FOREIGN KEY (campaign_id) REFERENCES campaign(id) ON DELETE RESTRICT",
    ("counter", "counter_held_check"): "CHECK ((held >= 0))",
    ("counter", "counter_pkey"): "PRIMARY KEY (campaign_id, name, subject, bucket)",
    ("counter", "counter_used_check"): "CHECK ((used >= 0))",
    ("decision", "decision_pkey"): "PRIMARY KEY (id)",
    ("decision", "decision_refusal_has_no_effects"): ("CHECK (((refusal_code IS NULL) OR (effects = '[]'::jsonb)))"),
    ("fact", "fact_idempotency_key_key"): "UNIQUE (idempotency_key)",
    ("fact", "fact_pkey"): "PRIMARY KEY (id)",
    ("feature_day", "feature_day_is_one"): "CHECK (one)",
    ("feature_day", "feature_day_pkey"): "PRIMARY KEY (one)",
    ("hold", "hold_amount_check"): "CHECK ((amount > 0))",
    ("hold", "hold_campaign_id_fkey"): "FOREIGN KEY (campaign_id) REFERENCES campaign(id) ON DELETE RESTRICT",
    ("hold", "hold_ended_at_a_time"): "CHECK ((((state)::text = 'open'::text) = (ended_at IS NULL)))",
    ("hold", "hold_key"): "UNIQUE (campaign_id, member_id, key)",
    ("hold", "hold_member_id_fkey"): "FOREIGN KEY (member_id) REFERENCES member(id) ON DELETE RESTRICT",
    ("hold", "hold_pkey"): "PRIMARY KEY (id)",
    ("hold", "hold_posted_by_a_transfer"): (
        "CHECK (((((state)::text = 'posted'::text) = (posted > 0)) AND ((posted > 0) = (transfer_id IS NOT NULL))))"
    ),
    ("hold", "hold_posted_within_amount"): "CHECK (((posted >= 0) AND (posted <= amount)))",
    ("hold", "hold_state_known"): (
        "CHECK (((state)::text = ANY ((ARRAY['open'::character varying, 'posted'::character varying, "
        "'void'::character varying])::text[])))"
    ),
    ("identity", "identity_member_id_fkey"): "FOREIGN KEY (member_id) REFERENCES member(id) ON DELETE RESTRICT",
    ("identity", "identity_pkey"): "PRIMARY KEY (id)",
    ("identity", "uid_identity_kind_81d689"): "UNIQUE (kind, value)",
    ("invitation", "invitation_campaign_id_fkey"): "FOREIGN KEY (campaign_id) REFERENCES campaign(id) ON DELETE RESTRICT",
    ("invitation", "invitation_inviter_fkey"): (
        "FOREIGN KEY (inviter_id, inviter_joined_at) REFERENCES member(id, place_at) ON DELETE RESTRICT"
    ),
    ("invitation", "invitation_inviter_joined_before"): (
        "CHECK ((ROW(inviter_joined_at, inviter_id) < ROW(member_joined_at, member_id)))"
    ),
    ("invitation", "invitation_member_fkey"): (
        "FOREIGN KEY (member_id, member_joined_at) REFERENCES member(id, place_at) ON DELETE RESTRICT"
    ),
    ("invitation", "invitation_pkey"): "PRIMARY KEY (member_id)",
    ("issued_reward", "issued_reward_campaign_id_fkey"): (
        "FOREIGN KEY (campaign_id) REFERENCES campaign(id) ON DELETE RESTRICT"
    ),
    ("issued_reward", "issued_reward_key"): "UNIQUE (campaign_id, member_id, key)",
    ("issued_reward", "issued_reward_member_id_fkey"): (
        "FOREIGN KEY (member_id) REFERENCES member(id) ON DELETE RESTRICT"
    ),
    ("issued_reward", "issued_reward_pkey"): "PRIMARY KEY (id)",
    ("issued_reward", "issued_reward_revoked_at_a_time"): (
        "CHECK ((((state)::text = 'revoked'::text) = (revoked_at IS NOT NULL)))"
    ),
    ("issued_reward", "issued_reward_state_known"): (
        "CHECK (((state)::text = ANY ((ARRAY['issued'::character varying, 'revoked'::character varying])::text[])))"
    ),
    ("member_feature", "member_feature_interaction_windows_nest"): "CHECK (((0 <= interactions_7d) AND (interactions_7d <= interactions_30d) AND (interactions_30d <= interactions_90d)))",
    ("member_feature", "member_feature_invitee_windows_nest"): "CHECK (((0 <= invitees_30d) AND (invitees_30d <= invitees)))",
    ("member_feature", "member_feature_member_fkey"): (
        "FOREIGN KEY (member_id, joined_at) REFERENCES member(id, joined_at) ON UPDATE CASCADE ON DELETE RESTRICT"
    ),
    ("member_feature", "member_feature_order_windows_nest"): "CHECK (((0 <= orders_7d) AND (orders_7d <= orders_30d) AND (orders_30d <= orders_90d) AND (orders_90d <= orders_365d) AND (orders_365d <= orders)))",
    ("member_feature", "member_feature_orders_have_times"): "CHECK ((((orders = 0) = (first_order_at IS NULL)) AND ((orders = 0) = (last_order_at IS NULL))))",
    ("member_feature", "member_feature_pkey"): "PRIMARY KEY (member_id)",
    ("member_feature", "member_feature_rfm_in_range"): "CHECK ((((rfm_recency >= 1) AND (rfm_recency <= 5)) AND ((rfm_frequency >= 1) AND (rfm_frequency <= 5)) AND ((rfm_monetary >= 1) AND (rfm_monetary <= 5))))",
    ("member_feature", "member_feature_rfm_of_buyers"): "CHECK ((((rfm_recency IS NULL) = (rfm_frequency IS NULL)) AND ((rfm_recency IS NULL) = (rfm_monetary IS NULL)) AND ((rfm_recency IS NULL) OR (orders_365d > 0))))",
    ("member_feature", "member_feature_spend_windows_nest"): "CHECK (((0 <= spend_7d_fen) AND (spend_7d_fen <= spend_30d_fen) AND (spend_30d_fen <= spend_90d_fen) AND (spend_90d_fen <= spend_365d_fen) AND (spend_365d_fen <= spend_fen)))",
    ("message", "message_campaign_id_fkey"): "FOREIGN KEY (campaign_id) REFERENCES campaign(id) ON DELETE RESTRICT",
    ("message", "message_member_id_fkey"): "FOREIGN KEY (member_id) REFERENCES member(id) ON DELETE RESTRICT",
    ("message", "message_pkey"): "PRIMARY KEY (id)",
    ("member", "member_pkey"): "PRIMARY KEY (id)",
    ("outbox", "outbox_pkey"): "PRIMARY KEY (id)",
    ("participation", "participation_campaign_id_fkey"): (
        "FOREIGN KEY (campaign_id) REFERENCES campaign(id) ON DELETE RESTRICT"
    ),
    ("participation", "participation_of_a_team"): (
        "CHECK (((team IS NULL) OR (subject_id = (encode(substr(sha256(convert_to((((campaign_id)::text || '/'::text) "
        "|| (team)::text), 'UTF8'::name)), 1, 16), 'hex'::text))::uuid)))"
    ),
    ("participation", "participation_pkey"): "PRIMARY KEY (id)",
    ("participation", "uid_participati_campaig_7541c9"): "UNIQUE (campaign_id, subject_id)",
    ("pending_fact", "pending_fact_depth_check"): "CHECK (((depth >= 0) AND (depth <= 4)))",
    ("pending_fact", "pending_fact_pkey"): "PRIMARY KEY (id)",
    ("refresh_token", "refresh_token_forward"): "CHECK ((issued_at < expires_at))",
    ("refresh_token", "refresh_token_hash_length"): "CHECK ((octet_length(hash) = 32))",
    ("refresh_token", "refresh_token_pkey"): "PRIMARY KEY (hash)",
    ("refresh_token", "refresh_token_session_id_fkey"): (
        "FOREIGN KEY (session_id) REFERENCES session(id) ON DELETE CASCADE"
    ),
    ("refund_request", "refund_request_asked_fen_check"): "CHECK ((asked_fen > 0))",
    ("refund_request", "refund_request_attempts_check"): "CHECK ((attempts >= 0))",
    ("refund_request", "refund_request_campaign_id_fkey"): (
        "FOREIGN KEY (campaign_id) REFERENCES campaign(id) ON DELETE RESTRICT"
    ),
    ("refund_request", "refund_request_done_at_a_time"): (
        "CHECK ((((state)::text = 'done'::text) = (done_at IS NOT NULL)))"
    ),
    ("refund_request", "refund_request_failed_for_a_reason"): (
        "CHECK ((((attempts > 0) = (problem IS NOT NULL)) AND ((attempts > 0) = (failed_at IS NOT NULL))))"
    ),
    ("refund_request", "refund_request_key"): "UNIQUE (campaign_id, order_id)",
    ("refund_request", "refund_request_member_id_fkey"): (
        "FOREIGN KEY (member_id) REFERENCES member(id) ON DELETE RESTRICT"
    ),
    ("refund_request", "refund_request_order_id_fkey"): (
        "FOREIGN KEY (order_id) REFERENCES shop_order(id) ON DELETE RESTRICT"
    ),
    ("refund_request", "refund_request_pkey"): "PRIMARY KEY (id)",
    ("refund_request", "refund_request_state_known"): (
        "CHECK (((state)::text = ANY ((ARRAY['open'::character varying, 'done'::character varying])::text[])))"
    ),
    ("reservation", "reservation_amount_check"): "CHECK ((amount > 0))",
    ("reservation", "reservation_campaign_id_fkey"): (
        "FOREIGN KEY (campaign_id) REFERENCES campaign(id) ON DELETE RESTRICT"
    ),
    ("reservation", "reservation_key"): "UNIQUE (campaign_id, member_id, key)",
    ("reservation", "reservation_member_id_fkey"): "FOREIGN KEY (member_id) REFERENCES member(id) ON DELETE RESTRICT",
    ("reservation", "reservation_pkey"): "PRIMARY KEY (id)",
    ("reservation", "reservation_state_known"): (
        "CHECK (((state)::text = ANY ((ARRAY['held'::character varying, 'confirmed'::character varying, "
        "'released'::character varying])::text[])))"
    ),
    ("review", "review_campaign_id_fkey"): "FOREIGN KEY (campaign_id) REFERENCES campaign(id) ON DELETE RESTRICT",
    ("review", "review_closed_by_a_verdict"): (
        "CHECK ((num_nonnulls(note, decided_by, verdict_fact_id, decided_at) = "
        "(4 * (((state)::text <> 'open'::text))::integer)))"
    ),
    ("review", "review_key"): "UNIQUE (campaign_id, member_id, key)",
    ("review", "review_member_id_fkey"): "FOREIGN KEY (member_id) REFERENCES member(id) ON DELETE RESTRICT",
    ("review", "review_pkey"): "PRIMARY KEY (id)",
    ("review", "review_problem_of_an_open_one"): (
        "CHECK ((((problem IS NULL) = (problem_at IS NULL)) AND ((problem IS NULL) OR ((state)::text = 'open'::text))))"
    ),
    ("review", "review_state_known"): (
        "CHECK (((state)::text = ANY ((ARRAY['open'::character varying, 'approved'::character varying, "
        "'rejected'::character varying])::text[])))"
    ),
    ("segment", "segment_kind_known"): "CHECK (((kind)::text = ANY ((ARRAY['live'::character varying, 'static'::character varying])::text[])))",
    ("segment", "segment_name"): "UNIQUE (name)",
    ("segment", "segment_pkey"): "PRIMARY KEY (id)",
    ("segment", "segment_revision_check"): "CHECK ((revision > 0))",
    ("segment", "segment_static_was_taken"): "CHECK ((((kind)::text = 'static'::text) = (taken_at IS NOT NULL)))",
    ("segment_member", "segment_member_member_id_fkey"): "FOREIGN KEY (member_id) REFERENCES member(id) ON DELETE RESTRICT",
    ("segment_member", "segment_member_pkey"): "PRIMARY KEY (segment_id, member_id)",
    ("segment_member", "segment_member_segment_id_fkey"): "FOREIGN KEY (segment_id) REFERENCES segment(id) ON DELETE CASCADE",
    ("revocation", "revocation_forward"): "CHECK ((issued_until < expires_at))",
    ("revocation", "revocation_pkey"): "PRIMARY KEY (bearer)",
    ("session", "session_end_known"): (
        "CHECK (((ended_by)::text = ANY ((ARRAY['caller'::character varying, 'shop'::character varying, "
        "'reuse'::character varying, 'newer'::character varying])::text[])))"
    ),
    ("session", "session_ended_by_somebody"): "CHECK (((ended_at IS NULL) = (ended_by IS NULL)))",
    ("session", "session_forward"): "CHECK ((started_at < expires_at))",
    ("session", "session_member_id_fkey"): "FOREIGN KEY (member_id) REFERENCES member(id) ON DELETE RESTRICT",
    ("session", "session_of_a_member"): "CHECK ((((role)::text = 'member'::text) = (member_id IS NOT NULL)))",
    ("session", "session_of_one"): "CHECK (((member_id IS NULL) <> (name IS NULL)))",
    ("session", "session_pkey"): "PRIMARY KEY (id)",
    ("session", "session_role_known"): (
        "CHECK (((role)::text = ANY ((ARRAY['member'::character varying, 'operator'::character varying, "
        "'clerk'::character varying, 'analyst'::character varying, 'admin'::character varying])::text[])))"
    ),
    ("shop_order", "shop_order_amount_not_negative"): "CHECK ((amount_fen >= 0))",
    ("shop_order", "shop_order_member_id_fkey"): "FOREIGN KEY (member_id) REFERENCES member(id) ON DELETE RESTRICT",
    ("shop_order", "shop_order_number_key"): "UNIQUE (number)",
    ("shop_order", "shop_order_pkey"): "PRIMARY KEY (id)",
    ("shop_order", "shop_order_refund_within_amount"): (
        "CHECK (((refunded_fen >= 0) AND (refunded_fen <= amount_fen)))"
    ),
    ("stock_change", "stock_change_campaign_id_fkey"): (
        "FOREIGN KEY (campaign_id) REFERENCES campaign(id) ON DELETE RESTRICT"
    ),
    ("stock_change", "stock_change_difference_check"): "CHECK ((difference <> 0))",
    ("stock_change", "stock_change_key"): "UNIQUE (idempotency_key)",
    ("stock_change", "stock_change_pkey"): "PRIMARY KEY (id)",
    ("tier_change", "tier_change_by_hand_is_signed"): (
        "CHECK ((num_nonnulls(note, made_by, idempotency_key) = (3 * (((reason)::text = 'manual'::text))::integer)))"
    ),
    ("tier_change", "tier_change_changes_something"): (
        "CHECK ((((from_tier)::text IS DISTINCT FROM (to_tier)::text) OR ((reason)::text = 'manual'::text)))"
    ),
    ("tier_change", "tier_change_key"): "UNIQUE (idempotency_key)",
    ("tier_change", "tier_change_member_id_fkey"): "FOREIGN KEY (member_id) REFERENCES member(id) ON DELETE RESTRICT",
    ("tier_change", "tier_change_number_check"): "CHECK ((number > 0))",
    ("tier_change", "tier_change_pkey"): "PRIMARY KEY (member_id, number)",
    ("tier_change", "tier_change_reason_known"): (
        "CHECK (((reason)::text = ANY ((ARRAY['upgrade'::character varying, 'review'::character varying, "
        "'refund'::character varying, 'late_fact'::character varying, 'ladder'::character varying, "
        "'manual'::character varying])::text[])))"
    ),
    ("tier_ladder", "tier_ladder_pkey"): "PRIMARY KEY (revision)",
    ("tier_ladder", "tier_ladder_revision_check"): "CHECK ((revision > 0))",
    ("tier_standing", "tier_standing_changes_check"): "CHECK ((changes >= 0))",
    ("tier_standing", "tier_standing_hand_has_a_day"): "CHECK (((hand_tier IS NULL) = (hand_on IS NULL)))",
    ("tier_standing", "tier_standing_held_when_judged"): "CHECK ((valid_until >= judged_on))",
    ("tier_standing", "tier_standing_member_id_fkey"): (
        "FOREIGN KEY (member_id) REFERENCES member(id) ON DELETE RESTRICT"
    ),
    ("tier_standing", "tier_standing_pkey"): "PRIMARY KEY (member_id)",
    ("tier_warning", "tier_warning_member_id_fkey"): "FOREIGN KEY (member_id) REFERENCES member(id) ON DELETE RESTRICT",
    ("tier_warning", "tier_warning_pkey"): "PRIMARY KEY (member_id, review_on)",
    ("transfer", "transfer_amount_positive"): "CHECK ((amount > 0))",
    ("transfer", "transfer_balance_not_negative"): "CHECK ((member_balance >= 0))",
    ("transfer", "transfer_between_two_accounts"): "CHECK ((debit_id <> credit_id))",
    ("transfer", "transfer_kind_known"): "CHECK (((kind)::text = ANY ((ARRAY['grant'::character varying, 'reverse'::character varying, 'spend'::character varying, 'unspend'::character varying, 'expire'::character varying, 'owe'::character varying, 'repay'::character varying, 'write_off'::character varying, 'merge'::character varying])::text[])))",
    ("transfer", "transfer_pkey"): "PRIMARY KEY (id)",
    ("transfer", "transfer_reversal_names_its_original"): "CHECK ((((kind)::text = ANY ((ARRAY['reverse'::character varying, 'unspend'::character varying, 'owe'::character varying, 'write_off'::character varying])::text[])) = (reverses_id IS NOT NULL)))",
    ('lot', 'lot_account_id_fkey'): 'FOREIGN KEY (account_id) REFERENCES account(id) ON DELETE RESTRICT',
    ('lot', 'lot_closed_is_empty'): 'CHECK (((NOT closed) OR (remaining = 0)))',
    ('lot', 'lot_of_one_moment'): 'UNIQUE (account_id, expires_at)',
    ('lot', 'lot_pkey'): 'PRIMARY KEY (id)',
    ('lot', 'lot_remaining_not_negative'): 'CHECK ((remaining >= 0))',
    ('transfer', 'transfer_follows_from_a_fact'): "CHECK ((((kind)::text = 'expire'::text) = (fact_id IS NULL)))",
    ('unit', 'unit_expiry_months_possible'): 'CHECK (((expiry_months >= 0) AND (expiry_months <= 1200)))',
    ('unit', 'unit_expiry_not_at_once'): "CHECK (((expiry_months > 0) OR ((expiry_until)::text <> 'day'::text)))",
    ('unit', 'unit_expiry_until_known'): (
        "CHECK (((expiry_until)::text = ANY ((ARRAY['day'::character varying, "
        "'month'::character varying, 'quarter'::character varying, 'year'::character varying])::text[])))"
    ),
    ('unit', 'unit_expiry_whole'): 'CHECK (((expiry_months IS NULL) = (expiry_until IS NULL)))',
    ('unit', 'unit_pkey'): 'PRIMARY KEY (key)',
    ('unit', 'unit_warning_days_possible'): "CHECK (((warning_days >= 1) AND (warning_days <= 366)))",
    ('unit', 'unit_that_expires_has_lots'): 'CHECK ((has_lots OR (expiry_until IS NULL)))',
}
# Those that no constraint brings.
EXPECTED_INDEXES = {
    **MERGE_INDEXES,
    **REWARD_INDEXES,
    ("api_key", "api_key_live"): "btree (expires_at) WHERE (revoked_at IS NULL)",
    ('account', 'account_purpose'): 'UNIQUE btree (purpose, unit) WHERE (purpose IS NOT NULL)',
    ('lot', 'lot_due'): 'btree (warned, expires_at) WHERE (NOT closed)',
    ('transfer', 'transfer_lot'): 'btree (lot_id) WHERE (lot_id IS NOT NULL)',
    ("campaign", "campaign_type"): "btree (type_key)",
    ("decision", "decision_campaign"): "btree (campaign_id, id)",
    ("decision", "decision_fact"): "btree (fact_id)",
    ("decision", "decision_once"): "UNIQUE btree (campaign_id, subject_id, once_key) WHERE (once_key IS NOT NULL)",
    ("fact", "fact_member"): "btree (member_id, at)",
    ("hold", "hold_member"): "btree (member_id, id)",
    ("hold", "hold_open"): "btree (member_id, campaign_id) WHERE ((state)::text = 'open'::text)",
    ("identity", "identity_member"): "btree (member_id)",
    ("invitation", "invitation_campaign"): "btree (campaign_id, inviter_id)",
    ("invitation", "invitation_inviter"): "btree (inviter_id, id)",
    ("issued_reward", "issued_reward_member"): "btree (member_id, id)",
    ("member", "member_groups"): "gin (groups)",
    ("member", "member_tags"): "gin (tags)",
    ("member", "member_tier"): "btree (tier)",
    ("member_feature", "member_feature_due"): "btree (due_on)",
    ("member_feature", "member_feature_joined"): "btree (joined_at)",
    ("member_feature", "member_feature_last_interaction"): "btree (last_interaction_at)",
    ("member_feature", "member_feature_last_order"): "btree (last_order_at)",
    ("member_feature", "member_feature_layer"): "btree (layer)",
    ("member_feature", "member_feature_spend"): "btree (spend_fen)",
    ("member_feature", "member_feature_spend_30d"): "btree (spend_30d_fen)",
    ("member_feature", "member_feature_stage"): "btree (stage)",
    ("message", "message_campaign"): "btree (campaign_id)",
    ("message", "message_member"): "btree (member_id, id)",
    ("member", "member_place"): "UNIQUE btree (joined_at, id)",
    ("outbox", "outbox_topic"): "btree (topic, id)",
    ("participation", "participation_subject"): "btree (subject_id, id)",
    ("pending_fact", "pending_fact_due"): "btree (due_at)",
    ("pending_fact", "pending_fact_timer"): (
        "UNIQUE btree (campaign_id, member_id, timer_key) WHERE (timer_key IS NOT NULL)"
    ),
    ("refresh_token", "refresh_token_session"): "btree (session_id)",
    ("refresh_token", "refresh_token_unused"): "UNIQUE btree (session_id) WHERE (used_at IS NULL)",
    ("refresh_token", "refresh_token_expiry"): "btree (expires_at)",
    ("refund_request", "refund_request_member"): "btree (member_id, id)",
    ("refund_request", "refund_request_open"): "btree (id) WHERE ((state)::text = 'open'::text)",
    ("refund_request", "refund_request_order"): "btree (order_id)",
    ("reservation", "reservation_member"): "btree (member_id)",
    ("review", "review_member"): "btree (member_id, id)",
    ("review", "review_of_campaign"): "btree (campaign_id, state, id)",
    ("review", "review_of_state"): "btree (state, id)",
    ("review", "review_open"): "btree (member_id, campaign_id) WHERE ((state)::text = 'open'::text)",
    ("segment_member", "segment_member_member"): "btree (member_id)",
    ("session", "session_member"): "btree (member_id, id) WHERE (member_id IS NOT NULL)",
    ("session", "session_name"): "btree (role, name, id) WHERE (name IS NOT NULL)",
    ("session", "session_expiry"): "btree (expires_at)",
    ("session", "session_end"): "btree (ended_at) WHERE (ended_at IS NOT NULL)",
    ("revocation", "revocation_noted"): "btree (noted_at)",
    ("revocation", "revocation_expiry"): "btree (expires_at)",
    ("stock_change", "stock_change_campaign"): "btree (campaign_id)",
    ("shop_order", "shop_order_member"): "btree (member_id, paid_at)",
    ("tier_standing", "tier_standing_due"): "btree (valid_until, member_id) WHERE (valid_until IS NOT NULL)",
    ("transfer", "transfer_credit"): "btree (credit_id, id)",
    ("transfer", "transfer_debit"): "btree (debit_id, id)",
    ("transfer", "transfer_fact"): "btree (fact_id) WHERE (fact_id IS NOT NULL)",
    ("transfer", "transfer_reference"): (
        "btree (debit_id, reference) WHERE (((kind)::text = 'grant'::text) AND (reference IS NOT NULL))"
    ),
    ("transfer", "transfer_spend_reference"): (
        "btree (credit_id, reference) WHERE (((kind)::text = 'spend'::text) AND (reference IS NOT NULL))"
    ),
    ("transfer", "transfer_reverses"): "btree (reverses_id) WHERE (reverses_id IS NOT NULL)",
}
EXPECTED_TRIGGERS = {
    "account": "DELETE OR UPDATE OF id OR TRUNCATE",
    "campaign": "DELETE OR TRUNCATE",
    "campaign_clock": "DELETE OR TRUNCATE",
    "campaign_revision": "DELETE OR UPDATE OR TRUNCATE",
    "decision": "DELETE OR TRUNCATE",
    "expense": "DELETE OR UPDATE OF id, day, amount_fen, campaign_id, channel, note, made_by, made_at, idempotency_key OR TRUNCATE",
    "fact": "DELETE OR TRUNCATE",
    "invitation": "DELETE OR UPDATE OF member_id, id, member_joined_at, inviter_id, inviter_joined_at, campaign_id, fact_id, at OR TRUNCATE",
    "lot": "DELETE OR UPDATE OF id OR TRUNCATE",
    "member": "DELETE OR TRUNCATE",
    "member_merge": "DELETE OR UPDATE OF id, survivor_id, merged_id, fact_id, reason, made_by, merged_at, undo_until OR TRUNCATE",
    "payout": "DELETE OR TRUNCATE",
    "revelation": "DELETE OR UPDATE OR TRUNCATE",
    "reward_stock_change": "DELETE OR UPDATE OR TRUNCATE",
    "stock_change": "DELETE OR UPDATE OR TRUNCATE",
    "tier_change": "DELETE OR UPDATE OR TRUNCATE",
    "tier_ladder": "DELETE OR UPDATE OF revision, config, base_tier OR TRUNCATE",
    "transfer": "DELETE OR UPDATE OR TRUNCATE",
    "unit": "DELETE OR TRUNCATE",
}
# References without a foreign key (docs/decisions/0002, 0041), each with the table whose rows can never go.
LOG_REFERENCES = {
    "board_score.member_id": "member",
    "decision.campaign_id": "campaign",
    "decision.fact_id": "fact",
    "decision.subject_id": "member",
    "fact.campaign_id": "campaign",
    "fact.member_id": "member",
    "group_activity.member_id": "member",
    "hold.transfer_id": "transfer",
    "invitation.fact_id": "fact",
    "member_merge.fact_id": "fact",
    "member_merge.undo_fact_id": "fact",
    # Or the nil UUID (docs/decisions/0049).
    "metric_day.campaign_id": "campaign",
    "metric_member_day.campaign_id": "campaign",
    "metric_member_day.member_id": "member",
    # Or a team, which is nowhere else (the check participation_of_a_team).
    "participation.subject_id": "member",
    "pending_fact.campaign_id": "campaign",
    "pending_fact.member_id": "member",
    "redemption.fact_id": "fact",
    "redemption.used_fact_id": "fact",
    "review.asked_fact_id": "fact",
    "review.verdict_fact_id": "fact",
    "tier_change.fact_id": "fact",
    "transfer.credit_id": "account",
    "transfer.debit_id": "account",
    "transfer.fact_id": "fact",
    "transfer.lot_id": "lot",
    "transfer.reverses_id": "transfer",
}

A_MEMBER = "INSERT INTO member (id, joined_at) VALUES (gen_random_uuid(), now()) RETURNING id"
A_CAMPAIGN = """
INSERT INTO campaign (id, type_key, name, state, revision, config, created_at)
VALUES (gen_random_uuid(), 't', 'n', 'running', 1, '{}', now()) RETURNING id
"""
AN_ACCOUNT = "INSERT INTO account (id, unit, member_id, campaign_id, balance) VALUES (gen_random_uuid(), 'points', %s)"
AN_ORDER = """
INSERT INTO shop_order (id, number, member_id, amount_fen, refunded_fen, paid_at)
VALUES (gen_random_uuid(), 'A1', (SELECT id FROM member), %s, now())
"""
A_TRANSFER = """
INSERT INTO transfer (id, unit, debit_id, credit_id, amount, member_balance, kind, fact_id, reverses_id, at)
SELECT '00000000-0000-7000-8000-000000000001', 'points', paying.id, receiving.id, %s, now()
FROM account paying, account receiving
WHERE paying.campaign_id IS NOT NULL AND receiving.member_id IS NOT NULL
"""
A_GRANT = A_TRANSFER % "5, 5, 'grant', gen_random_uuid(), NULL"
A_PENDING_FACT = """
INSERT INTO pending_fact (id, type, member_id, campaign_id, data, timer_key, depth, due_at, created_at)
SELECT gen_random_uuid(), 't.n', member.id, campaign.id, '{}', 'k', %s, now(), now() FROM member, campaign
"""
A_LOT = (
    "INSERT INTO lot (id, account_id, expires_at, remaining, closed) SELECT gen_random_uuid(), id, '2026-01-01', %s "
    "FROM account WHERE member_id IS NOT NULL"
)
A_HOLD = """
INSERT INTO hold (id, campaign_id, member_id, key, unit, amount, state, posted, transfer_id, created_at, ended_at)
SELECT gen_random_uuid(), campaign.id, member.id, 'k', 'points', amount, hold.state, posted, transfer_id::uuid, now(), ended_at::timestamptz
FROM campaign, member, (VALUES (%s)) AS hold (amount, state, posted, transfer_id, ended_at)
"""
A_REWARD = """
INSERT INTO issued_reward (id, campaign_id, member_id, key, reward, state, issued_at, revoked_at)
SELECT gen_random_uuid(), campaign.id, member.id, 'k', 'mug', reward.state, now(), revoked_at::timestamptz
FROM campaign, member, (VALUES (%s)) AS reward (state, revoked_at)
"""
# A second member, whose id is the greater one, and who joined so many hours before the first.
AN_INVITER = """
INSERT INTO member (id, joined_at)
SELECT 'ffffffff-ffff-7fff-bfff-ffffffffffff', joined_at - interval '1 hour' * %s FROM member
"""
# The first member was invited by the second, who is said to have joined so many hours before they did.
AN_INVITATION = """
INSERT INTO invitation (member_id, id, member_joined_at, inviter_id, inviter_joined_at, campaign_id, fact_id, at)
SELECT member.id, gen_random_uuid(), member.joined_at, inviter.id, inviter.joined_at - interval '1 hour' * %s,
       campaign.id, gen_random_uuid(), now()
FROM campaign, member JOIN member AS inviter ON member.id < inviter.id
"""
A_REFUND = """
INSERT INTO refund_request (id, campaign_id, member_id, order_id, reason, asked_at,
                            asked_fen, state, attempts, problem, failed_at, done_at)
SELECT gen_random_uuid(), campaign.id, member.id, shop_order.id, 'late', now(),
       asked_fen, refund.state, attempts, refund.problem, failed_at::timestamptz, done_at::timestamptz
FROM campaign, member, shop_order, (VALUES (%s)) AS refund (asked_fen, state, attempts, problem, failed_at, done_at)
"""
AN_OPEN_REFUND = A_REFUND % "5, 'open', 0, NULL, NULL, NULL"
A_REVIEW = """
INSERT INTO review (id, campaign_id, member_id, key, reason, evidence, state, asked_fact_id, asked_at,
    note, decided_by, verdict_fact_id, decided_at, problem, problem_at)
SELECT gen_random_uuid(), campaign.id, member.id, 'k', 'photo', '{}', review.state, gen_random_uuid(), now(),
    said, said, CASE WHEN said IS NOT NULL THEN gen_random_uuid() END, CASE WHEN said IS NOT NULL THEN now() END,
    review.problem, review.problem_at::timestamptz
FROM campaign, member, (VALUES (%s)) AS review (state, said, problem, problem_at)
"""
# A change from silver to a tier, for a reason, and how it is signed.
A_CHANGE = """
INSERT INTO tier_change (member_id, number, from_tier, to_tier, at, noted_at, reason, revision, numbers,
                         note, made_by, idempotency_key)
SELECT member.id, change.number, 'silver', to_tier, now(), now(), change.reason, 1, '[]', note, made_by, key
FROM member, (VALUES (%s)) AS change (number, to_tier, reason, note, made_by, key)
"""
# How a member is held who was judged today.
A_STANDING = """
INSERT INTO tier_standing (member_id, revision, tier, since, earned_on, valid_until, judged_on, changes,
                           hand_tier, hand_on)
SELECT member.id, 1, 'silver', now(), '{}', current_date + held, current_date, changes, hand_tier, hand_on::date
FROM member, (VALUES (%s)) AS standing (held, changes, hand_tier, hand_on)
"""
A_LADDER = """
INSERT INTO tier_ladder (revision, config, base_tier, active_from, made_by) VALUES (%s, '{}', 'bronze', now(), 'lin')
"""
A_BUYER = """
UPDATE member_feature SET (orders, orders_365d, first_order_at, last_order_at) = ROW (1, 1, now(), now());
UPDATE member_feature SET (rfm_recency, rfm_frequency, rfm_monetary) = ROW (%s)
"""
A_SEGMENT = """
INSERT INTO segment (id, name, rule, kind, revision, taken_at, created_at, updated_at, updated_by)
SELECT gen_random_uuid(), 'n', 'true', wanted.kind, wanted.revision, wanted.taken_at::timestamptz, now(), now(), 'lin'
FROM (VALUES (%s)) AS wanted (kind, revision, taken_at)
"""
A_SESSION = """
INSERT INTO session (id, role, member_id, name, started_at, expires_at, ended_at, ended_by)
SELECT '00000000-0000-7000-8000-000000000002', given.role, CASE WHEN is_member THEN member.id END, given.name, now(),
       now() + interval '1 hour' * hours, ended_at::timestamptz, ended_by
FROM member, (VALUES (%s)) AS given (role, is_member, name, hours, ended_at, ended_by)
"""
OF_LIN = A_SESSION % "'operator', false, 'lin', 1, NULL, NULL"
A_REFRESH_TOKEN = """
INSERT INTO refresh_token (hash, session_id, issued_at, expires_at)
SELECT %s, session.id, now(), now() + interval '1 hour' * %s FROM session
"""
A_REVOCATION = "INSERT INTO revocation (bearer, issued_until, expires_at) VALUES ('x', now(), now() + interval '1 hour' * %s)"
AN_API_KEY = """
INSERT INTO api_key (id, name, prefix, secret_hash, scopes, created_by, created_at, expires_at)
VALUES (gen_random_uuid(), 'till', 'x', %s, %s, 'lin', now(), now() + interval '1 hour' * %s)
"""
A_GOOD_KEY = AN_API_KEY % ("sha256('x')", "'{facts}'", 1)
# A reversal that names itself satisfies the foreign key, so that the check alone has to refuse.
ITSELF = "'00000000-0000-7000-8000-000000000001'"


@pytest.fixture
async def shop(pool: Pool) -> Pool:
    """A database with one member, one campaign and an account of each."""
    member, campaign = await pool.fetchval(A_MEMBER), await pool.fetchval(A_CAMPAIGN)
    await pool.execute(AN_ACCOUNT % "$1, NULL, 5", member)
    await pool.execute(AN_ACCOUNT % "NULL, $1, NULL", campaign)
    return pool


async def test_every_constraint_is_there(pool: Pool) -> None:
    found = {(row[0], row[1]): row[2] for row in await pool.fetch(CONSTRAINTS)}
    others = GROUP_CONSTRAINTS | METRIC_CONSTRAINTS | TAG_CONSTRAINTS | PERSONAL_CONSTRAINTS | AUDIT_CONSTRAINTS | ARRIVAL_CONSTRAINTS
    assert found == EXPECTED_CONSTRAINTS | WALLET_CONSTRAINTS | COUPON_CONSTRAINTS | others


async def test_every_index_is_there(pool: Pool) -> None:
    found = {(row[0], row[1]): row[2] for row in await pool.fetch(INDEXES)}
    others = GROUP_INDEXES | METRIC_INDEXES | TAG_INDEXES | PERSONAL_INDEXES | AUDIT_INDEXES | ARRIVAL_INDEXES
    assert found == EXPECTED_INDEXES | WALLET_INDEXES | COUPON_INDEXES | others


async def test_every_trigger_is_there(pool: Pool) -> None:
    assert dict([tuple(row) for row in await pool.fetch(TRIGGERS)]) == EXPECTED_TRIGGERS | AUDIT_TRIGGERS | ARRIVAL_TRIGGERS


async def test_every_change_of_a_campaign_advances_the_clock(shop: Pool) -> None:
    read = "SELECT version FROM campaign_clock"
    before = await shop.fetchval(read)

    await shop.execute("UPDATE campaign SET state = 'paused'")
    await shop.fetchval(A_CAMPAIGN)

    assert await shop.fetchval(read) == before + 2
    assert {row[0] for row in await shop.fetch(CLOCKED)} == {"campaign", "tier_ladder", "unit"}


async def test_every_reference_has_a_foreign_key_with_an_index_or_names_rows_that_are_kept(pool: Pool) -> None:
    columns, foreign, leading = [
        {row[0] for row in await pool.fetch(sql)} for sql in (COLUMNS, WITH_FOREIGN_KEY, LEADING_AN_INDEX)
    ]

    references = LOG_REFERENCES | ARRIVAL_REFERENCES
    assert columns - foreign == set(references)
    assert foreign <= leading
    assert set(references.values()) <= {table for table, kept in EXPECTED_TRIGGERS.items() if "DELETE" in kept}


@pytest.mark.parametrize(
    ("statement", "constraint"),
    [
        (AN_ACCOUNT % "gen_random_uuid(), NULL, -1", "account_balance_not_negative"),
        (AN_ACCOUNT % "NULL, NULL, NULL", "account_has_one_owner"),
        (AN_ACCOUNT % "gen_random_uuid(), gen_random_uuid(), 0", "account_has_one_owner"),
        (AN_ACCOUNT % "gen_random_uuid(), NULL, NULL", "account_of_a_member_is_limited"),
        (AN_ACCOUNT % "NULL, gen_random_uuid(), 0", "account_of_a_member_is_limited"),
        (AN_ACCOUNT % "gen_random_uuid(), NULL, 0", "account_member_id_fkey"),
        (AN_ACCOUNT % "NULL, gen_random_uuid(), NULL", "account_campaign_id_fkey"),
        (AN_ACCOUNT % "(SELECT id FROM member), NULL, 0", "uid_account_member__156857"),
        (AN_ACCOUNT % "NULL, (SELECT id FROM campaign), NULL", "uid_account_campaig_e1dbef"),
        ("UPDATE account SET balance = balance - 6 WHERE member_id IS NOT NULL", "account_balance_not_negative"),
        ("UPDATE campaign SET state = 'asleep'", "campaign_state_known"),
        ("UPDATE campaign SET problem = 'it failed'", "campaign_problem_dated"),
        ("UPDATE campaign SET starts_at = now(), ends_at = now()", "campaign_window_forward"),
        (AN_ORDER % "-1, 0", "shop_order_amount_not_negative"),
        (AN_ORDER % "100, 101", "shop_order_refund_within_amount"),
        (AN_ORDER % "100, -1", "shop_order_refund_within_amount"),
        (A_TRANSFER % "0, 5, 'grant', gen_random_uuid(), NULL", "transfer_amount_positive"),
        (A_TRANSFER % "5, -1, 'grant', gen_random_uuid(), NULL", "transfer_balance_not_negative"),
        (A_TRANSFER % "5, 5, 'gift', gen_random_uuid(), NULL", "transfer_kind_known"),
        (A_TRANSFER % "5, 5, 'reverse', gen_random_uuid(), NULL", "transfer_reversal_names_its_original"),
        (A_TRANSFER % f"5, 5, 'grant', gen_random_uuid(), {ITSELF}", "transfer_reversal_names_its_original"),
        (A_TRANSFER % "5, 5, 'unspend', gen_random_uuid(), NULL", "transfer_reversal_names_its_original"),
        (A_TRANSFER % f"5, 5, 'spend', gen_random_uuid(), {ITSELF}", "transfer_reversal_names_its_original"),
        (A_TRANSFER % "5, 5, 'expire', gen_random_uuid(), NULL", "transfer_follows_from_a_fact"),
        (A_LOT % "-1, false", "lot_remaining_not_negative"),
        (A_LOT % "1, true", "lot_closed_is_empty"),
        (A_LOT % "1, false" + ";" + A_LOT % "1, false", "lot_of_one_moment"),
        ("UPDATE unit SET expiry_months = 1", "unit_expiry_whole"),
        ("UPDATE unit SET warning_days = 0", "unit_warning_days_possible"),
        ("UPDATE unit SET expiry_months = -1, expiry_until = 'day', has_lots = true", "unit_expiry_months_possible"),
        ("UPDATE unit SET expiry_months = 0, expiry_until = 'day', has_lots = true", "unit_expiry_not_at_once"),
        ("UPDATE unit SET expiry_months = 1, expiry_until = 'week', has_lots = true", "unit_expiry_until_known"),
        ("UPDATE unit SET expiry_months = 1, expiry_until = 'year'", "unit_that_expires_has_lots"),
        (A_HOLD % "0, 'open', 0, NULL, NULL", "hold_amount_check"),
        (A_HOLD % "5, 'asleep', 0, NULL, now()", "hold_state_known"),
        (A_HOLD % "5, 'posted', 6, gen_random_uuid(), now()", "hold_posted_within_amount"),
        (A_HOLD % "5, 'posted', 0, NULL, now()", "hold_posted_by_a_transfer"),
        (A_HOLD % "5, 'posted', 5, NULL, now()", "hold_posted_by_a_transfer"),
        (A_HOLD % "5, 'void', 5, gen_random_uuid(), now()", "hold_posted_by_a_transfer"),
        (A_HOLD % "5, 'open', 0, NULL, now()", "hold_ended_at_a_time"),
        (A_HOLD % "5, 'void', 0, NULL, NULL", "hold_ended_at_a_time"),
        (A_HOLD % "5, 'open', 0, NULL, NULL" + ";" + A_HOLD % "6, 'open', 0, NULL, NULL", "hold_key"),
        (A_REWARD % "'asleep', NULL", "issued_reward_state_known"),
        (A_REWARD % "'revoked', NULL", "issued_reward_revoked_at_a_time"),
        (A_REWARD % "'issued', now()", "issued_reward_revoked_at_a_time"),
        (A_REWARD % "'issued', NULL" + ";" + A_REWARD % "'revoked', now()", "issued_reward_key"),
        (AN_INVITATION.replace("<", "=") % 0, "invitation_inviter_joined_before"),
        (AN_INVITATION.replace("<", "=") % 1, "invitation_inviter_fkey"),
        (f"{AN_INVITER % 0}; {AN_INVITATION % 0}", "invitation_inviter_joined_before"),
        (f"{AN_INVITER % -1}; {AN_INVITATION % 0}", "invitation_inviter_joined_before"),
        (f"{AN_INVITER % -1}; {AN_INVITATION % 2}", "invitation_inviter_fkey"),
        (f"{AN_INVITER % 1}; {AN_INVITATION % 0}; {AN_INVITATION % 0}", "invitation_pkey"),
        (f"{AN_INVITER % 1}; {AN_INVITATION % 0}; UPDATE member SET joined_at = now()", "invitation_member_fkey"),
        (AN_ORDER % "100, 0" + ";" + A_REFUND % "0, 'open', 0, NULL, NULL, NULL", "refund_request_asked_fen_check"),
        (AN_ORDER % "100, 0" + ";" + A_REFUND % "5, 'asleep', 0, NULL, NULL, NULL", "refund_request_state_known"),
        (AN_ORDER % "100, 0" + ";" + A_REFUND % "5, 'open', 0, NULL, NULL, now()", "refund_request_done_at_a_time"),
        (AN_ORDER % "100, 0" + ";" + A_REFUND % "5, 'done', 0, NULL, NULL, NULL", "refund_request_done_at_a_time"),
        (
            AN_ORDER % "100, 0" + ";" + A_REFUND % "5, 'open', 1, NULL, NULL, NULL",
            "refund_request_failed_for_a_reason",
        ),
        (
            AN_ORDER % "100, 0" + ";" + A_REFUND % "5, 'open', 0, 'no', now(), NULL",
            "refund_request_failed_for_a_reason",
        ),
        (
            AN_ORDER % "100, 0" + ";" + A_REFUND % "5, 'open', 1, 'no', NULL, NULL",
            "refund_request_failed_for_a_reason",
        ),
        (AN_ORDER % "100, 0" + ";" + A_REFUND % "5, 'open', -1, NULL, NULL, NULL", "refund_request_attempts_check"),
        (f"{AN_ORDER % '100, 0'}; {AN_OPEN_REFUND}; {AN_OPEN_REFUND}", "refund_request_key"),
        (f"{AN_ORDER % '100, 0'}; {AN_OPEN_REFUND}; DELETE FROM shop_order", "refund_request_order_id_fkey"),
        (A_REVIEW % "'asleep', 'lin', NULL, NULL", "review_state_known"),
        (A_REVIEW % "'approved', NULL, NULL, NULL", "review_closed_by_a_verdict"),
        (A_REVIEW % "'open', 'lin', NULL, NULL", "review_closed_by_a_verdict"),
        (A_REVIEW % "'open', NULL, 'it failed', NULL", "review_problem_of_an_open_one"),
        (A_REVIEW % "'rejected', 'lin', 'it failed', now()", "review_problem_of_an_open_one"),
        (A_REVIEW % "'open', NULL, NULL, NULL" + ";" + A_REVIEW % "'approved', 'lin', NULL, NULL", "review_key"),
        (A_CHANGE % "0, 'gold', 'upgrade', NULL, NULL, NULL", "tier_change_number_check"),
        (A_CHANGE % "1, 'gold', 'whim', NULL, NULL, NULL", "tier_change_reason_known"),
        (A_CHANGE % "1, 'silver', 'upgrade', NULL, NULL, NULL", "tier_change_changes_something"),
        (A_CHANGE % "1, 'gold', 'manual', 'why', 'lin', NULL", "tier_change_by_hand_is_signed"),
        (A_CHANGE % "1, 'gold', 'upgrade', NULL, NULL, 'key'", "tier_change_by_hand_is_signed"),
        (f"{A_CHANGE}; {A_CHANGE}".replace("%s", "1, 'gold', 'review', NULL, NULL, NULL"), "tier_change_pkey"),
        (A_CHANGE % "1, 'gold', 'manual', 'w', 'lin', 'k'), (2, 'gold', 'manual', 'w', 'lin', 'k'", "tier_change_key"),
        (A_STANDING % "-1, 0, NULL, NULL", "tier_standing_held_when_judged"),
        (A_STANDING % "1, -1, NULL, NULL", "tier_standing_changes_check"),
        (A_STANDING % "1, 0, 'gold', NULL", "tier_standing_hand_has_a_day"),
        (A_STANDING % "1, 0, NULL, NULL), (2, 0, NULL, NULL", "tier_standing_pkey"),
        (A_LADDER % 0, "tier_ladder_revision_check"),
        (A_LADDER % 1 + ";" + A_LADDER % 1, "tier_ladder_pkey"),
        ("UPDATE member_feature SET orders_7d = -1", "member_feature_order_windows_nest"),
        ("UPDATE member_feature SET orders_90d = 1", "member_feature_order_windows_nest"),
        ("UPDATE member_feature SET spend_30d_fen = 1", "member_feature_spend_windows_nest"),
        ("UPDATE member_feature SET interactions_7d = 1", "member_feature_interaction_windows_nest"),
        ("UPDATE member_feature SET invitees_30d = 1", "member_feature_invitee_windows_nest"),
        ("UPDATE member_feature SET orders = 1", "member_feature_orders_have_times"),
        ("UPDATE member_feature SET last_order_at = now()", "member_feature_orders_have_times"),
        (A_BUYER % "1, 1, NULL", "member_feature_rfm_of_buyers"),
        ("UPDATE member_feature SET (rfm_recency, rfm_frequency, rfm_monetary) = (1, 1, 1)", "member_feature_rfm_of_buyers"),
        (A_BUYER % "1, 1, 6", "member_feature_rfm_in_range"),
        (A_BUYER % "0, 1, 1", "member_feature_rfm_in_range"),
        ("INSERT INTO feature_day VALUES (false, now())", "feature_day_is_one"),
        ("INSERT INTO feature_day VALUES (true, now())", "feature_day_pkey"),
        (A_SEGMENT % "'lively', 1, NULL", "segment_kind_known"),
        (A_SEGMENT % "'live', 0, NULL", "segment_revision_check"),
        (A_SEGMENT % "'live', 1, now()", "segment_static_was_taken"),
        (A_SEGMENT % "'static', 1, NULL", "segment_static_was_taken"),
        (A_SEGMENT % "'live', 1, NULL" + ";" + A_SEGMENT % "'static', 1, now()", "segment_name"),
        ("INSERT INTO segment_member SELECT gen_random_uuid(), id FROM member", "segment_member_segment_id_fkey"),
        (A_SESSION % "'service', false, 'till', 1, NULL, NULL", "session_role_known"),
        (A_SESSION % "'operator', true, NULL, 1, NULL, NULL", "session_of_a_member"),
        (A_SESSION % "'operator', false, NULL, 1, NULL, NULL", "session_of_one"),
        (A_SESSION % "'member', true, 'lin', 1, NULL, NULL", "session_of_one"),
        (A_SESSION % "'operator', false, 'lin', 0, NULL, NULL", "session_forward"),
        (A_SESSION % "'operator', false, 'lin', 1, now(), NULL", "session_ended_by_somebody"),
        (A_SESSION % "'operator', false, 'lin', 1, now(), 'nobody'", "session_end_known"),
        (f"{OF_LIN}; {OF_LIN}", "session_pkey"),
        (OF_LIN + ";" + A_REFRESH_TOKEN % ("sha256('x')", 0), "refresh_token_forward"),
        (OF_LIN + ";" + A_REFRESH_TOKEN % ("'x'", 1), "refresh_token_hash_length"),
        (
            OF_LIN + ";" + A_REFRESH_TOKEN % ("sha256('x')", 1) + ";" + A_REFRESH_TOKEN % ("sha256('y')", 1),
            "refresh_token_unused",
        ),
        (A_REVOCATION % 0, "revocation_forward"),
        (f"{A_REVOCATION % 1}; {A_REVOCATION % 1}", "revocation_pkey"),
        (AN_API_KEY % ("sha256('x')", "'{}'", 1), "api_key_scoped"),
        (AN_API_KEY % ("'x'", "'{facts}'", 1), "api_key_hash_length"),
        (AN_API_KEY % ("sha256('x')", "'{facts}'", 0), "api_key_forward"),
        (f"{A_GOOD_KEY}; {A_GOOD_KEY}", "api_key_prefix"),
        (A_GRANT.replace("receiving.id,", "paying.id,"), "transfer_between_two_accounts"),
        ("INSERT INTO board_score VALUES ('b', 'w', gen_random_uuid(), -1, now(), 1)", "board_score_score_check"),
        (A_PENDING_FACT % 5, "pending_fact_depth_check"),
        (A_PENDING_FACT % 0 + f"; {A_PENDING_FACT % 0}", "pending_fact_timer"),
        (
            "INSERT INTO board_score VALUES ('b', 'w', gen_random_uuid(), 9007199254740993, now(), 1)",
            "board_score_score_check",
        ),
        (
            """INSERT INTO decision (id, fact_id, subject_id, at, effects, refusal_code)
               VALUES (gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), now(), '[{}]', 'NO')""",
            "decision_refusal_has_no_effects",
        ),
    ],
)
async def test_the_database_refuses_what_must_never_be(shop: Pool, statement: str, constraint: str) -> None:
    with pytest.raises(asyncpg.IntegrityConstraintViolationError) as caught:
        await shop.execute(statement)

    assert getattr(caught.value, "constraint_name", None) == constraint


async def test_one_once_key_of_a_subject_stands_in_one_decision(shop: Pool) -> None:
    decide = """
    INSERT INTO decision (id, fact_id, campaign_id, subject_id, at, once_key, effects)
    VALUES (gen_random_uuid(), gen_random_uuid(), (SELECT id FROM campaign), $1, now(), $2, '[]')
    """
    subject, other = uuid4(), uuid4()
    for free in ((subject, "today"), (other, "today"), (subject, "tomorrow"), (subject, None), (subject, None)):
        await shop.execute(decide, *free)

    with pytest.raises(asyncpg.UniqueViolationError, match="decision_once"):
        await shop.execute(decide, subject, "today")


@pytest.mark.parametrize("table", [table for table, events in EXPECTED_TRIGGERS.items() if "DELETE" in events])
@pytest.mark.parametrize("statement", ["DELETE FROM {}", "TRUNCATE {} CASCADE"])
async def test_what_the_log_names_cannot_be_deleted(shop: Pool, table: str, statement: str) -> None:
    with pytest.raises(asyncpg.RaiseError, match="are kept as they are"):
        await shop.execute(statement.format(table))


async def test_the_secret_of_a_campaigns_draws_is_its_own_and_cannot_be_changed(shop: Pool) -> None:
    await shop.execute(A_CAMPAIGN)

    secrets = [row[0] for row in await shop.fetch("SELECT draw_secret FROM campaign")]

    assert (len(set(secrets)), {len(secret) for secret in secrets}) == (len(secrets), {32})
    with pytest.raises(asyncpg.RaiseError, match="rows of campaign are kept as they are"):
        await shop.execute("UPDATE campaign SET draw_secret = '', name = 'another'")


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param(A_GRANT.replace("paying.id,", "gen_random_uuid(),"), id="debit"),
        pytest.param(A_GRANT.replace("receiving.id,", "gen_random_uuid(),"), id="credit"),
        pytest.param(A_GRANT.replace("reverses_id, at", "lot_id, at").replace(", NULL", ", gen_random_uuid()"), id="lot"),
        pytest.param(A_TRANSFER % "5, 5, 'reverse', gen_random_uuid(), gen_random_uuid()", id="reverses"),
    ],
)
async def test_a_transfer_names_what_is_there(shop: Pool, statement: str) -> None:
    await shop.execute(A_GRANT.replace("-000000000001'", "-000000000002'"))

    with pytest.raises(asyncpg.ForeignKeyViolationError) as caught:
        await shop.execute(statement)

    assert getattr(caught.value, "constraint_name", None) == "transfer_keys_known"


@pytest.mark.parametrize("table", ["account", "lot"])
async def test_what_a_transfer_names_keeps_its_id(shop: Pool, table: str) -> None:
    with pytest.raises(asyncpg.RaiseError, match=f"rows of {table} are kept as they are"):
        await shop.execute(f"UPDATE {table} SET id = id")


async def test_a_transfer_cannot_be_edited(shop: Pool) -> None:
    await shop.execute(A_GRANT)

    with pytest.raises(asyncpg.RaiseError, match="rows of transfer are kept as they are"):
        await shop.execute("UPDATE transfer SET amount = amount")
