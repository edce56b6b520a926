"""What the database promises of the audit log, consents and attributes, as its catalogue tells it."""

AUDIT_CONSTRAINTS = {('audit_entry', 'audit_entry_arguments_bounded'): 'CHECK ((octet_length(arguments) <= 65536))',
 ('audit_entry', 'audit_entry_chained'): 'FOREIGN KEY (before, previous) REFERENCES audit_entry(number, '
                                         'hash)',
 ('audit_entry', 'audit_entry_codes_bounded'): 'CHECK ((cardinality(codes) <= 50))',
 ('audit_entry', 'audit_entry_hash_length'): 'CHECK ((octet_length(hash) = 32))',
 ('audit_entry', 'audit_entry_intent_or_outcome'): 'CHECK (\n'
                                                   'CASE\n'
                                                   '    WHEN (intent IS NULL) THEN ((num_nulls(role, name, '
                                                   'field, arguments) = 0) AND (outcome IS NULL))\n'
                                                   '    ELSE ((intent < number) AND (outcome IS NOT NULL) '
                                                   'AND (num_nonnulls(role, name, session, field, arguments, '
                                                   'reason, request) = 0))\n'
                                                   'END)',
 ('audit_entry', 'audit_entry_number_counts'): 'CHECK ((number > 0))',
 ('audit_entry', 'audit_entry_objects_bounded'): 'CHECK ((cardinality(objects) <= 200))',
 ('audit_entry', 'audit_entry_of_intent'): 'FOREIGN KEY (intent) REFERENCES audit_entry(number)',
 ('audit_entry', 'audit_entry_one_outcome'): 'UNIQUE (intent)',
 ('audit_entry', 'audit_entry_outcome_known'): "CHECK (((outcome)::text = ANY ((ARRAY['ok'::character "
                                               "varying, 'refused'::character varying, 'failed'::character "
                                               'varying])::text[])))',
 ('audit_entry', 'audit_entry_pkey'): 'PRIMARY KEY (number)',
 ('audit_entry', 'audit_entry_place'): 'UNIQUE (number, hash)',
 ('audit_entry', 'audit_entry_previous_length'): 'CHECK ((octet_length(previous) = 32))',
 ('audit_head', 'audit_head_hash_length'): 'CHECK ((octet_length(hash) = 32))',
 ('audit_head', 'audit_head_is_one'): 'CHECK (one)',
 ('audit_head', 'audit_head_pkey'): 'PRIMARY KEY (one)',
 ('consent', 'consent_member_id_fkey'): 'FOREIGN KEY (member_id) REFERENCES member(id) ON DELETE RESTRICT',
 ('consent', 'consent_of_others_is_noted'): "CHECK ((((source)::text = 'member'::text) = (noted_by IS "
                                            'NULL)))',
 ('consent', 'consent_pkey'): 'PRIMARY KEY (id)',
 ('consent', 'consent_purpose_known'): "CHECK (((purpose)::text = ANY ((ARRAY['marketing'::character "
                                       "varying, 'personalisation'::character varying, "
                                       "'analytics'::character varying, 'location'::character varying, "
                                       "'photos'::character varying])::text[])))",
 ('consent', 'consent_source_known'): "CHECK (((source)::text = ANY ((ARRAY['member'::character varying, "
                                      "'store'::character varying, 'phone'::character varying, "
                                      "'paper'::character varying, 'import'::character varying, "
                                      "'system'::character varying])::text[])))",
 ('member_attribute', 'member_attribute_key_form'): "CHECK (((key)::text ~ '^[a-z][a-z0-9_]{0,31}$'::text))",
 ('member_attribute', 'member_attribute_member_id_fkey'): 'FOREIGN KEY (member_id) REFERENCES member(id) ON '
                                                          'DELETE RESTRICT',
 ('member_attribute', 'member_attribute_pkey'): 'PRIMARY KEY (member_id, key)',
 ('member_attribute', 'member_attribute_type_known'): "CHECK (((type)::text = ANY ((ARRAY['text'::character "
                                                      "varying, 'number'::character varying, "
                                                      "'date'::character varying, 'flag'::character "
                                                      'varying])::text[])))'}
AUDIT_INDEXES = {('audit_entry', 'audit_entry_at'): 'btree (at) WHERE (intent IS NULL)',
 ('audit_entry', 'audit_entry_field'): 'btree (field, number) WHERE (intent IS NULL)',
 ('audit_entry', 'audit_entry_name'): 'btree (name, number) WHERE (intent IS NULL)',
 ('audit_entry', 'audit_entry_objects'): 'gin (objects)',
 ('audit_entry', 'audit_entry_outcome'): 'btree (outcome, intent) WHERE (intent IS NOT NULL)',
 ('consent', 'consent_member'): 'btree (member_id, id)',
 ('member', 'member_consents'): 'gin (consents)',
 ('member_attribute', 'member_attribute_value'): 'btree (key, value)'}
AUDIT_TRIGGERS = {'audit_entry': 'DELETE OR UPDATE OR TRUNCATE',
 'audit_head': 'DELETE OR TRUNCATE',
 'consent': 'DELETE OR UPDATE OR TRUNCATE'}
