"""What the database promises of metrics, costs and alerts, as its catalogue tells it."""

from siyu.metrics.recounting import COUNTS

METRIC_CONSTRAINTS = {
    ('expense', 'expense_amount'): "CHECK (((amount_fen >= 1) AND (amount_fen <= '10000000000'::bigint)))",
    ('expense', 'expense_campaign_id_fkey'): 'FOREIGN KEY (campaign_id) REFERENCES campaign(id) ON DELETE RESTRICT',
    ('expense', 'expense_cancelled_by_somebody'): 'CHECK (((cancelled_by IS NULL) = (cancelled_at IS NULL)))',
    ('expense', 'expense_channel_named'): "CHECK (((channel)::text <> ''::text))",
    ('expense', 'expense_key'): 'UNIQUE (idempotency_key)',
    ('expense', 'expense_pkey'): 'PRIMARY KEY (id)',
    ('metric_alert', 'metric_alert_acknowledged_by_somebody'): 'CHECK ((num_nonnulls(acknowledged_by, acknowledged_at, note) = ANY (ARRAY[0, 3])))',
    ('metric_alert', 'metric_alert_days_back_check'): 'CHECK ((days_back >= 0))',
    ('metric_alert', 'metric_alert_forward'): 'CHECK ((opened_on <= checked_on))',
    ('metric_alert', 'metric_alert_pkey'): 'PRIMARY KEY (id)',
    ('metric_alert', 'metric_alert_status_known'): (
        "CHECK (((status)::text = ANY ((ARRAY['low'::character varying, 'high'::character "
        'varying])::text[])))'
    ),
    ('metric_checked', 'metric_checked_is_one'): 'CHECK (one)',
    ('metric_checked', 'metric_checked_pkey'): 'PRIMARY KEY (one)',
    ('metric_day', 'metric_day_pkey'): 'PRIMARY KEY (day, campaign_id)',
    ('metric_day_state', 'metric_day_state_pkey'): 'PRIMARY KEY (day)',
    ('metric_member_day', 'metric_member_day_pkey'): 'PRIMARY KEY (member_id, day, campaign_id)',
    ('metric_range', 'metric_range_finite'): (
        "CHECK (((abs(COALESCE(low, (0)::double precision)) <= ('1000000000000000'::numeric)::double "
        'precision) AND (abs(COALESCE(high, (0)::double precision)) <= '
        "('1000000000000000'::numeric)::double precision) AND (abs(COALESCE(growth, (0)::double "
        "precision)) <= ('1000000'::numeric)::double precision)))"
    ),
    ('metric_range', 'metric_range_forward'): 'CHECK ((low <= high))',
    ('metric_range', 'metric_range_pkey'): 'PRIMARY KEY (metric)',
    **{
        (table, f"{table}_{name}_check"): f"CHECK (({name} >= 0))"
        for table in ("metric_day", "metric_member_day")
        for name in COUNTS
    },
}
METRIC_INDEXES = {
    ('expense', 'expense_campaign'): 'btree (campaign_id) WHERE (campaign_id IS NOT NULL)',
    ('expense', 'expense_day'): 'btree (day) WHERE (cancelled_at IS NULL)',
    ('invitation', 'invitation_at'): 'btree (at)',
    ('metric_alert', 'metric_alert_closed'): 'btree (id) WHERE (closed_at IS NOT NULL)',
    ('metric_alert', 'metric_alert_once'): 'UNIQUE btree (metric, cut, cut_key) WHERE (closed_at IS NULL)',
    ('metric_day_state', 'metric_day_state_stale'): 'btree (summed_at) WHERE is_stale',
    ('metric_member_day', 'metric_member_day_day'): 'btree (day)',
    ('metric_member_day', 'metric_member_day_active'):
        'btree (day, member_id) INCLUDE (campaign_id, orders) WHERE is_active',
    ('metric_member_day', 'metric_member_day_paid'):
        'btree (day, member_id) INCLUDE (revenue_fen) WHERE (revenue_fen > 0)',
    ('transfer', 'transfer_at'): "brin (at) WITH (pages_per_range='32')",
    ('tier_change', 'tier_change_at'): 'btree (at)',
}
