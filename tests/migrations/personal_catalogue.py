"""What the database promises of personal data, as its catalogue tells it."""

PERSONAL_CONSTRAINTS = {
    ('erasure_request', 'erasure_request_ended_by_somebody'): (
        'CHECK ((num_nonnulls(ended_at, ended_by) = (2 * (((state)::text <> '
        "'waiting'::text))::integer)))"
    ),
    ('erasure_request', 'erasure_request_forward'): 'CHECK (((requested_at < due_at) AND (due_at <= next_at)))',
    ('erasure_request', 'erasure_request_member_id_fkey'): (
        'FOREIGN KEY (member_id) REFERENCES member(id) ON DELETE RESTRICT'
    ),
    ('erasure_request', 'erasure_request_pkey'): 'PRIMARY KEY (id)',
    ('erasure_request', 'erasure_request_state_known'): (
        "CHECK (((state)::text = ANY ((ARRAY['waiting'::character varying, 'called_off'::character "
        "varying, 'done'::character varying])::text[])))"
    ),
    ('identity', 'identity_phone_is_blind'): (
        "CHECK ((((kind)::text <> 'phone'::text) OR ((value)::text ~ '^[0-9a-f]{64}$'::text))) NOT "
        'VALID'
    ),
    ('member', 'member_erased_is_bare'): (
        'CHECK (((erased_at IS NULL) OR ((nickname IS NULL) AND (avatar_url IS NULL))))'
    ),
    ('personal', 'personal_cipher_length'): 'CHECK (((octet_length(cipher) >= 29) AND (octet_length(cipher) <= 512)))',
    ('personal', 'personal_field_known'): (
        "CHECK (((field)::text = ANY ((ARRAY['phone'::character varying, 'real_name'::character "
        'varying])::text[])))'
    ),
    ('personal', 'personal_index_is_blind'): "CHECK (((blind_index)::text ~ '^[0-9a-f]{64}$'::text))",
    ('personal', 'personal_member_id_fkey'): 'FOREIGN KEY (member_id) REFERENCES member(id) ON DELETE RESTRICT',
    ('personal', 'personal_pkey'): 'PRIMARY KEY (member_id, field)',
    ('revelation', 'revelation_for_a_reason'): 'CHECK ((length((reason)::text) >= 10))',
    ('revelation', 'revelation_member_id_fkey'): 'FOREIGN KEY (member_id) REFERENCES member(id) ON DELETE RESTRICT',
    ('revelation', 'revelation_of_something'): 'CHECK (((cardinality(fields) >= 1) AND (cardinality(fields) <= 8)))',
    ('revelation', 'revelation_pkey'): 'PRIMARY KEY (id)',
}

PERSONAL_INDEXES = {
    ('erasure_request', 'erasure_request_due'): "btree (next_at) WHERE ((state)::text = 'waiting'::text)",
    ('erasure_request', 'erasure_request_member'): 'btree (member_id, id)',
    ('erasure_request', 'erasure_request_open'): "UNIQUE btree (member_id) WHERE ((state)::text = 'waiting'::text)",
    ('member', 'member_erased'): 'btree (id) WHERE (erased_at IS NOT NULL)',
    ('personal', 'personal_found'): 'btree (field, blind_index)',
    ('personal', 'personal_index_key'): 'btree (index_key)',
    ('personal', 'personal_key'): 'btree (cipher_key)',
    ('personal', 'personal_phone'): "UNIQUE btree (blind_index) WHERE ((field)::text = 'phone'::text)",
    ('revelation', 'revelation_by'): 'btree (revealed_by, at)',
    ('revelation', 'revelation_member'): 'btree (member_id, id)',
}
