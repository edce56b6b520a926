"""What the database promises of coupons: its constraints and indexes."""

# ruff: noqa: E501 - the catalogue's own spelling

COUPON_CONSTRAINTS = {
    ('coupon', 'coupon_claimed_code_fkey'): 'FOREIGN KEY (claimed_code) REFERENCES coupon_code(code) ON DELETE RESTRICT',
    ('coupon', 'coupon_claimed_once'): 'UNIQUE (claimed_code, member_id)',
    ('coupon', 'coupon_code_shown'): 'UNIQUE (code)',
    ('coupon', 'coupon_discount_of_an_order'): 'CHECK ((((discount_fen IS NULL) = (order_number IS NULL)) AND (discount_fen > 0)))',
    ('coupon', 'coupon_locked_for_a_time'): "CHECK ((((state)::text = 'locked'::text) = (lock_expires_at IS NOT NULL)))",
    ('coupon', 'coupon_member_id_fkey'): 'FOREIGN KEY (member_id) REFERENCES member(id) ON DELETE RESTRICT',
    ('coupon', 'coupon_of_a_member'): 'UNIQUE (template_id, member_id, place)',
    ('coupon', 'coupon_pkey'): 'PRIMARY KEY (id)',
    ('coupon', 'coupon_place_positive'): 'CHECK ((place > 0))',
    ('coupon', 'coupon_returned_at_a_time'): "CHECK ((((state)::text <> 'returned'::text) OR (returned_at IS NOT NULL)))",
    ('coupon', 'coupon_revoked_for_a_reason'): "CHECK ((num_nonnulls(revoked_at, revoked_for) = (2 * (((state)::text = 'revoked'::text))::integer)))",
    ('coupon', 'coupon_state_known'): "CHECK (((state)::text = ANY ((ARRAY['issued'::character varying, 'locked'::character varying, 'used'::character varying, 'returned'::character varying, 'expired'::character varying, 'revoked'::character varying])::text[])))",
    ('coupon', 'coupon_template_id_fkey'): 'FOREIGN KEY (template_id) REFERENCES coupon_template(id) ON DELETE RESTRICT',
    ('coupon', 'coupon_used_at_a_time'): "CHECK ((((state)::text = 'used'::text) = (used_at IS NOT NULL)))",
    ('coupon', 'coupon_used_for_an_order_or_in_a_store'): "CHECK ((((((order_number IS NOT NULL))::integer + ((store IS NOT NULL))::integer) = (((state)::text = ANY ((ARRAY['locked'::character varying, 'used'::character varying])::text[])))::integer) AND (((state)::text <> 'locked'::text) OR (store IS NULL))))",
    ('coupon', 'coupon_verified_by_a_clerk'): 'CHECK ((num_nonnulls(store, clerk, verified_at) = ANY (ARRAY[0, 3])))',
    ('coupon', 'coupon_window_forward'): 'CHECK ((valid_from < expires_at))',
    ('coupon_code', 'coupon_code_batch_id_fkey'): 'FOREIGN KEY (batch_id) REFERENCES coupon_code_batch(id) ON DELETE RESTRICT',
    ('coupon_code', 'coupon_code_of_a_batch_is_used_once'): 'CHECK (((batch_id IS NULL) OR (uses_max = 1)))',
    ('coupon_code', 'coupon_code_pkey'): 'PRIMARY KEY (code)',
    ('coupon_code', 'coupon_code_template_id_fkey'): 'FOREIGN KEY (template_id) REFERENCES coupon_template(id) ON DELETE RESTRICT',
    ('coupon_code', 'coupon_code_used_within_limit'): 'CHECK (((used >= 0) AND ((uses_max IS NULL) OR (used <= uses_max))))',
    ('coupon_code', 'coupon_code_uses_max_positive'): 'CHECK ((uses_max > 0))',
    ('coupon_code_batch', 'coupon_code_batch_name'): 'UNIQUE (template_id, name)',
    ('coupon_code_batch', 'coupon_code_batch_pkey'): 'PRIMARY KEY (id)',
    ('coupon_code_batch', 'coupon_code_batch_template_id_fkey'): 'FOREIGN KEY (template_id) REFERENCES coupon_template(id) ON DELETE RESTRICT',
    ('coupon_template', 'coupon_template_draft_has_no_coupons'): "CHECK ((((state)::text <> 'draft'::text) OR (issued = 0)))",
    ('coupon_template', 'coupon_template_issued_within_limit'): 'CHECK (((issued >= 0) AND ((total_limit IS NULL) OR (issued <= total_limit))))',
    ('coupon_template', 'coupon_template_key'): 'UNIQUE (key)',
    ('coupon_template', 'coupon_template_member_limit_positive'): 'CHECK ((member_limit > 0))',
    ('coupon_template', 'coupon_template_pkey'): 'PRIMARY KEY (id)',
    ('coupon_template', 'coupon_template_state_known'): "CHECK (((state)::text = ANY ((ARRAY['draft'::character varying, 'published'::character varying, 'withdrawn'::character varying])::text[])))",
    ('coupon_template', 'coupon_template_total_limit_positive'): 'CHECK ((total_limit > 0))',
}

COUPON_INDEXES = {
    ('coupon', 'coupon_due'): "btree (COALESCE(lock_expires_at, expires_at)) WHERE ((state)::text = ANY ((ARRAY['issued'::character varying, 'returned'::character varying, 'locked'::character varying])::text[]))",
    ('coupon', 'coupon_member'): 'btree (member_id, id)',
    ('coupon', 'coupon_order'): 'btree (member_id, order_number) WHERE (order_number IS NOT NULL)',
    ('coupon_code', 'coupon_code_of_batch'): 'btree (batch_id, code)',
    ('coupon_code', 'coupon_code_of_template'): 'btree (template_id, batch_id, code)',
}
