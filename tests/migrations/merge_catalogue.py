"""What the database promises of merges: its constraints and indexes."""

# ruff: noqa: E501 - the catalogue's own spelling

MERGE_CONSTRAINTS = {
    ('invitation', 'invitation_by_id_fkey'): 'FOREIGN KEY (by_id) REFERENCES member(id) ON DELETE RESTRICT',
    ('invitation', 'invitation_person_id_fkey'): 'FOREIGN KEY (person_id) REFERENCES member(id) ON DELETE RESTRICT',
    ('member', 'member_merged_into_another'): 'CHECK ((merged_into <> id))',
    ('member', 'member_merged_into_fkey'): 'FOREIGN KEY (merged_into) REFERENCES member(id) ON DELETE RESTRICT',
    ('member', 'member_merged_is_linked'): 'CHECK ((linked OR (merged_into IS NULL)))',
    ('member_merge', 'member_merge_merged_id_fkey'): 'FOREIGN KEY (merged_id) REFERENCES member(id) ON DELETE RESTRICT',
    ('member_merge', 'member_merge_of_two'): 'CHECK ((survivor_id <> merged_id))',
    ('member_merge', 'member_merge_pkey'): 'PRIMARY KEY (id)',
    ('member_merge', 'member_merge_survivor_id_fkey'): 'FOREIGN KEY (survivor_id) REFERENCES member(id) ON DELETE RESTRICT',
    ('member_merge', 'member_merge_undone_by_somebody'): 'CHECK ((num_nonnulls(undo_fact_id, undone_at, undone_by, undone_for) = ANY (ARRAY[0, 4])))',
    ('member_merge', 'member_merge_undone_in_time'): 'CHECK (((undone_at >= merged_at) AND (undone_at <= undo_until)))',
    ('member_merge_flow', 'member_merge_flow_merge_id_fkey'): 'FOREIGN KEY (merge_id) REFERENCES member_merge(id) ON DELETE RESTRICT',
    ('member_merge_row', 'member_merge_row_merge_id_fkey'): 'FOREIGN KEY (merge_id) REFERENCES member_merge(id) ON DELETE RESTRICT',
    ('member_merge_row', 'member_merge_row_pkey'): 'PRIMARY KEY (merge_id, moved, row_key)',
}

MERGE_INDEXES = {
    ('invitation', 'invitation_by'): 'btree (by_id, id) WHERE stands',
    ('invitation', 'invitation_person'): 'UNIQUE btree (person_id) WHERE stands',
    ('invitation', 'invitation_spread'): 'btree (campaign_id, by_id) WHERE stands',
    ('member', 'member_first_place'): 'UNIQUE btree (place_at, id)',
    ('member', 'member_merged_into'): 'btree (merged_into) WHERE (merged_into IS NOT NULL)',
    ('member', 'member_gone'): 'btree (id) WHERE ((merged_into IS NOT NULL) OR (erased_at IS NOT NULL))',
    ('member_merge', 'member_merge_merged'): 'btree (merged_id, id)',
    ('member_merge', 'member_merge_standing'): 'UNIQUE btree (merged_id) WHERE (undone_at IS NULL)',
    ('member_merge', 'member_merge_survivor'): 'btree (survivor_id, id)',
    ('member_merge_flow', 'member_merge_flow_merge'): 'btree (merge_id)',
}
