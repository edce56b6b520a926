"""What the database promises of groups, as its catalogue tells it."""

GROUP_CONSTRAINTS = {('community', 'community_capacity_in_range'): 'CHECK (((capacity >= 1) AND (capacity <= 1000000)))',
 ('community', 'community_key'): 'UNIQUE (key)',
 ('community', 'community_never_too_full'): 'CHECK (((member_count >= 0) AND (member_count <= capacity)))',
 ('community', 'community_owner_id_fkey'): 'FOREIGN KEY (owner_id) REFERENCES member(id) ON DELETE RESTRICT',
 ('community', 'community_pkey'): 'PRIMARY KEY (id)',
 ('community', 'community_positioning_known'): "CHECK (((positioning)::text = ANY ((ARRAY['welfare'::character "
                                               "varying, 'interest'::character varying, 'honour'::character "
                                               'varying])::text[])))',
 ('community', 'community_revision_check'): 'CHECK ((revision > 0))',
 ('community', 'community_zones_known'): "CHECK (((zones <@ ARRAY['new_products'::character varying, "
                                         "'topics'::character varying, 'welfare'::character varying]) AND "
                                         '(cardinality(zones) <= 3)))',
 ('group_activity', 'group_activity_community_id_fkey'): 'FOREIGN KEY (community_id) REFERENCES community(id) ON '
                                                         'DELETE RESTRICT',
 ('group_activity', 'group_activity_counts'): 'CHECK (((posts >= 0) AND (likes >= 0) AND (answers >= 0) AND (clicks '
                                              '>= 0) AND ((((posts + likes) + answers) + clicks) > 0)))',
 ('group_activity', 'group_activity_pkey'): 'PRIMARY KEY (community_id, member_id, day)',
 ('membership', 'membership_community_id_fkey'): 'FOREIGN KEY (community_id) REFERENCES community(id) ON DELETE '
                                                 'RESTRICT',
 ('membership', 'membership_forward'): 'CHECK ((joined_at <= left_at))',
 ('membership', 'membership_inviter_id_fkey'): 'FOREIGN KEY (inviter_id) REFERENCES member(id) ON DELETE RESTRICT',
 ('membership', 'membership_joined_or_left'): 'CHECK (((joined_at IS NOT NULL) OR (left_at IS NOT NULL)))',
 ('membership', 'membership_joined_when_told'): 'CHECK (((joined_at IS NULL) = (cardinality(joins) = 0)))',
 ('membership', 'membership_member_id_fkey'): 'FOREIGN KEY (member_id) REFERENCES member(id) ON DELETE RESTRICT',
 ('membership', 'membership_moves_bounded'): 'CHECK ((((cardinality(joins) + cardinality(leaves)) >= 1) AND '
                                             '((cardinality(joins) + cardinality(leaves)) <= 200)))',
 ('membership', 'membership_not_invited_by_itself'): 'CHECK ((inviter_id <> member_id))',
 ('membership', 'membership_pkey'): 'PRIMARY KEY (community_id, member_id)',
 ('membership', 'membership_role_known'): "CHECK (((role)::text = ANY ((ARRAY['member'::character varying, "
                                          "'koc'::character varying, 'owner'::character varying, 'bot'::character "
                                          'varying])::text[])))',
 ('questionnaire', 'questionnaire_community_id_fkey'): 'FOREIGN KEY (community_id) REFERENCES community(id) ON '
                                                       'DELETE RESTRICT',
 ('questionnaire', 'questionnaire_is_a_list'): "CHECK ((jsonb_typeof(questions) = 'array'::text))",
 ('questionnaire', 'questionnaire_pkey'): 'PRIMARY KEY (community_id, version)',
 ('questionnaire', 'questionnaire_version_check'): 'CHECK ((version > 0))',
 ('questionnaire_answer', 'questionnaire_answer_asked'): 'FOREIGN KEY (community_id, version) REFERENCES '
                                                         'questionnaire(community_id, version) ON DELETE RESTRICT',
 ('questionnaire_answer', 'questionnaire_answer_is_an_object'): "CHECK ((jsonb_typeof(answers) = 'object'::text))",
 ('questionnaire_answer', 'questionnaire_answer_member_id_fkey'): 'FOREIGN KEY (member_id) REFERENCES member(id) ON '
                                                                  'DELETE RESTRICT',
 ('questionnaire_answer', 'questionnaire_answer_pkey'): 'PRIMARY KEY (community_id, version, member_id)'}
GROUP_INDEXES = {('community', 'community_owner'): 'btree (owner_id) WHERE (owner_id IS NOT NULL)',
 ('group_activity', 'group_activity_day'): 'btree (community_id, day)',
 ('membership', 'membership_inviter'): 'btree (inviter_id) WHERE (inviter_id IS NOT NULL)',
 ('membership', 'membership_left'): 'btree (community_id, left_at, member_id) WHERE ((left_at IS NOT NULL) AND '
                                    '(joined_at IS NOT NULL))',
 ('membership', 'membership_member'): 'btree (member_id, joined_at, community_id) WHERE (left_at IS NULL)',
 ('membership', 'membership_place'): 'btree (community_id, joined_at, member_id) WHERE (left_at IS NULL)',
 ('membership', 'membership_role'): 'btree (community_id, role, joined_at, member_id) WHERE ((left_at IS NULL) AND '
                                    "((role)::text <> 'member'::text))",
 ('questionnaire_answer', 'questionnaire_answer_member'): 'btree (member_id)'}
