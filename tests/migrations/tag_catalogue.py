"""What the database promises of tags and the rules that give them: constraints and indexes."""

# ruff: noqa: E501 - the catalogue's own spelling

TAG_CONSTRAINTS = {
    ('member_tag', 'member_tag_expires_later'): 'CHECK ((expires_at > set_at))',
    ('member_tag', 'member_tag_family_known'): "CHECK (((family)::text = ANY ((ARRAY['manual'::character varying, 'rule'::character varying, 'questionnaire'::character varying, 'imported'::character varying, 'campaign'::character varying])::text[])))",
    ('member_tag', 'member_tag_member_id_fkey'): 'FOREIGN KEY (member_id) REFERENCES member(id) ON DELETE RESTRICT',
    ('member_tag', 'member_tag_not_empty'): "CHECK (((tag)::text <> ''::text))",
    ('member_tag', 'member_tag_of_a_rule_lasts'): "CHECK ((((family)::text <> 'rule'::text) OR (expires_at IS NULL)))",
    ('member_tag', 'member_tag_pkey'): 'PRIMARY KEY (member_id, tag, family)',
    ('tag_rule', 'tag_rule_pkey'): 'PRIMARY KEY (id)',
    ('tag_rule', 'tag_rule_revision_check'): 'CHECK ((revision > 0))',
    ('tag_rule', 'tag_rule_tag'): 'UNIQUE (tag)',
}
TAG_INDEXES = {
    ('member_tag', 'member_tag_expiry'): 'btree (expires_at) WHERE (expires_at IS NOT NULL)',
    ('member_tag', 'member_tag_use'): 'btree (tag, family)',
}
