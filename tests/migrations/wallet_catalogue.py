"""What the database promises of wallets, as its catalogue tells it."""

WALLET_CONSTRAINTS = {
    ('account', 'account_debtor_id_fkey'): 'FOREIGN KEY (debtor_id) REFERENCES member(id) ON DELETE RESTRICT',
    ('adjustment', 'adjustment_amount_not_zero'): 'CHECK ((amount <> 0))',
    ('adjustment', 'adjustment_by_two'): 'CHECK (((decided_by)::text <> (requested_by)::text))',
    ('adjustment', 'adjustment_decided_by_somebody'): (
        'CHECK ((num_nonnulls(decided_by, decided_at, note) = (3 * (((state)::text = ANY '
        "((ARRAY['approved'::character varying, 'rejected'::character varying])::text[])))::integer)))"
    ),
    ('adjustment', 'adjustment_member_id_fkey'): 'FOREIGN KEY (member_id) REFERENCES member(id) ON DELETE RESTRICT',
    ('adjustment', 'adjustment_pkey'): 'PRIMARY KEY (id)',
    ('adjustment', 'adjustment_state_known'): (
        "CHECK (((state)::text = ANY ((ARRAY['done'::character varying, 'open'::character varying, "
        "'approved'::character varying, 'rejected'::character varying])::text[])))"
    ),
    ('payout', 'payout_amount_positive'): 'CHECK ((amount_fen > 0))',
    ('payout', 'payout_approved_by_somebody'): (
        'CHECK ((num_nonnulls(approved_by, approved_at) = (2 * (((state)::text = ANY '
        "((ARRAY['approved'::character varying, 'paid'::character varying, 'failed'::character "
        'varying])::text[])))::integer)))'
    ),
    ('payout', 'payout_ended_by_somebody'): (
        "CHECK ((num_nonnulls(ended_by, ended_at) = (2 * (((state)::text = ANY ((ARRAY['paid'::character "
        "varying, 'failed'::character varying, 'rejected'::character varying])::text[])))::integer)))"
    ),
    ('payout', 'payout_member_id_fkey'): 'FOREIGN KEY (member_id) REFERENCES member(id) ON DELETE RESTRICT',
    ('payout', 'payout_paid_with_a_reference'): "CHECK ((((state)::text = 'paid'::text) = (reference IS NOT NULL)))",
    ('payout', 'payout_pkey'): 'PRIMARY KEY (id)',
    ('payout', 'payout_reference'): 'UNIQUE (reference)',
    ('payout', 'payout_state_known'): (
        "CHECK (((state)::text = ANY ((ARRAY['requested'::character varying, 'approved'::character varying, "
        "'paid'::character varying, 'failed'::character varying, 'rejected'::character varying])::text[])))"
    ),
    ('payout', 'payout_undone_for_a_reason'): (
        "CHECK ((((state)::text = ANY ((ARRAY['failed'::character varying, 'rejected'::character "
        'varying])::text[])) = (note IS NOT NULL)))'
    ),
    ('unit', 'unit_adjust_limit_not_negative'): 'CHECK ((adjust_limit >= 0))',
    ('unit', 'unit_payout_min_positive'): 'CHECK ((payout_min > 0))',
    ('unit', 'unit_shortfall_known'): (
        "CHECK (((shortfall)::text = ANY ((ARRAY['left'::character varying, 'debt'::character varying, "
        "'write_off'::character varying])::text[])))"
    ),
    ('unit', 'unit_with_debts_has_them'): "CHECK ((has_debts OR ((shortfall)::text <> 'debt'::text)))",
    ('value_hold', 'value_hold_amount_positive'): 'CHECK ((amount > 0))',
    ('value_hold', 'value_hold_ended_at_a_time'): "CHECK ((((state)::text = 'open'::text) = (ended_at IS NULL)))",
    ('value_hold', 'value_hold_member_id_fkey'): 'FOREIGN KEY (member_id) REFERENCES member(id) ON DELETE RESTRICT',
    ('value_hold', 'value_hold_pkey'): 'PRIMARY KEY (id)',
    ('value_hold', 'value_hold_posted_when_posted'): "CHECK ((((state)::text = 'posted'::text) = (posted > 0)))",
    ('value_hold', 'value_hold_posted_within_amount'): 'CHECK (((posted >= 0) AND (posted <= amount)))',
    ('value_hold', 'value_hold_reference'): 'UNIQUE (member_id, unit, reference)',
    ('value_hold', 'value_hold_state_known'): (
        "CHECK (((state)::text = ANY ((ARRAY['open'::character varying, 'posted'::character varying, "
        "'void'::character varying, 'timed_out'::character varying])::text[])))"
    ),
    ('wallet_freeze', 'wallet_freeze_lifted_by_somebody'): (
        'CHECK ((num_nonnulls(lifted_by, lifted_at, lifted_for) = ANY (ARRAY[0, 3])))'
    ),
    ('wallet_freeze', 'wallet_freeze_member_id_fkey'): (
        'FOREIGN KEY (member_id) REFERENCES member(id) ON DELETE RESTRICT'
    ),
    ('wallet_freeze', 'wallet_freeze_pkey'): 'PRIMARY KEY (id)',
}

WALLET_INDEXES = {
    ('account', 'account_debt'): 'UNIQUE btree (debtor_id, unit) WHERE (debtor_id IS NOT NULL)',
    ('adjustment', 'adjustment_member'): 'btree (member_id, requested_at)',
    ('adjustment', 'adjustment_of_state'): 'btree (state, id)',
    ('payout', 'payout_member'): 'btree (member_id, id)',
    ('payout', 'payout_of_state'): 'btree (state, id)',
    ('value_hold', 'value_hold_member'): 'btree (member_id, id)',
    ('value_hold', 'value_hold_overdue'): "btree (expires_at) WHERE ((state)::text = 'open'::text)",
    ('wallet_freeze', 'wallet_freeze_member'): 'btree (member_id, id)',
    ('wallet_freeze', 'wallet_freeze_open'): 'UNIQUE btree (member_id) WHERE (lifted_at IS NULL)',
}
