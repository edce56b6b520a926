"""What the migration 0029 makes: touches, arrivals, exposures, rules of channels and what value costs."""

ARRIVAL_CONSTRAINTS = {
    ("arrival", "arrival_member_id_fkey"): "FOREIGN KEY (member_id) REFERENCES member(id) ON DELETE RESTRICT",
    ("arrival", "arrival_pkey"): "PRIMARY KEY (member_id)",
    ("arrival_change", "arrival_change_pkey"): "PRIMARY KEY (id)",
    ("channel_rules", "channel_rules_pkey"): "PRIMARY KEY (revision)",
    ("channel_rules", "channel_rules_revision_positive"): "CHECK ((revision > 0))",
    ("exposure", "exposure_campaign_id_fkey"): "FOREIGN KEY (campaign_id) REFERENCES campaign(id) ON DELETE RESTRICT",
    ("exposure", "exposure_member_id_fkey"): "FOREIGN KEY (member_id) REFERENCES member(id) ON DELETE RESTRICT",
    ("exposure", "exposure_pkey"): "PRIMARY KEY (campaign_id, member_id)",
    ("touch", "touch_device_known"): (
        "CHECK (((device)::text = ANY ((ARRAY['ios'::character varying, 'android'::character varying, "
        "'harmony'::character varying, 'windows'::character varying, 'mac'::character varying, "
        "'other'::character varying])::text[])))"
    ),
    ("touch", "touch_pkey"): "PRIMARY KEY (fact_id)",
    ("touch", "touch_scene_in_range"): "CHECK (((scene >= 1000) AND (scene <= 9999)))",
    ("value_cost", "value_cost_in_range"): (
        "CHECK (((fen_per_thousand >= 0) AND (fen_per_thousand <= '100000000000'::bigint)))"
    ),
    ("value_cost", "value_cost_kind_known"): (
        "CHECK (((kind)::text = ANY ((ARRAY['unit'::character varying, 'reward'::character varying])::text[])))"
    ),
    ("value_cost", "value_cost_pkey"): "PRIMARY KEY (kind, key)",
}
ARRIVAL_INDEXES = {
    ("arrival", "arrival_campaign"): "btree (campaign_id) WHERE (campaign_id IS NOT NULL)",
    ("arrival_change", "arrival_change_member"): "btree (member_id, id)",
    ("exposure", "exposure_member"): "btree (member_id)",
    ("member", "member_channel"): "btree (channel)",
    ("member", "member_device"): "btree (device)",
    ("participation", "participation_joined"): "btree (campaign_id, created_at) INCLUDE (subject_id)",
    ("shop_order", "shop_order_paid"): "btree (paid_at) INCLUDE (member_id)",
    ("touch", "touch_campaign"): "btree (campaign_id, at) INCLUDE (member_id) WHERE (campaign_id IS NOT NULL)",
    ("touch", "touch_member"): "btree (member_id, at, fact_id)",
}
ARRIVAL_TRIGGERS = {"channel_rules": "DELETE OR UPDATE OR TRUNCATE"}
# Of facts, members and campaigns, which are kept.
ARRIVAL_REFERENCES = {
    "arrival.campaign_id": "campaign",
    "arrival.fact_id": "fact",
    "arrival_change.campaign_id": "campaign",
    "arrival_change.fact_id": "fact",
    "arrival_change.member_id": "member",
    "touch.campaign_id": "campaign",
    "touch.fact_id": "fact",
    "touch.member_id": "member",
}
