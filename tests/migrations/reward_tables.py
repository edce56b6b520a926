"""What the tables of rewards promise, as PostgreSQL tells it."""

from collections.abc import Mapping

WORN = "title", "badge", "avatar_frame"
STANDING = "reserved", "confirmed", "used"
HAD = "confirmed", "used"
ENDED = "cancelled", "expired"
STATES = (*STANDING, *ENDED)
GIVEN = "coupon", "points", "privilege"
KINDS = "coupon", "points", "goods", "privilege", "content", "experience", "donation"
PERIODS = "ever", "day", "week", "month"
SALE = "draft", "on_sale", "off"
MEASURES = "invitees", "buyers"


def among(column: str, values: tuple[str, ...], *, no: bool = False) -> str:
    """That the text is one of these, or none of them."""
    array = ", ".join(f"'{value}'::character varying" for value in values)
    return f"(({column})::text {'<> ALL' if no else '= ANY'} ((ARRAY[{array}])::text[]))"


REWARD_CONSTRAINTS: Mapping[tuple[str, str], str] = {
    ('privilege', 'privilege_given_once'): "UNIQUE (redemption_id)",
    ('privilege', 'privilege_kind_known'): f'CHECK ({among("kind", WORN)})',
    ('privilege', 'privilege_member_id_fkey'): "FOREIGN KEY (member_id) REFERENCES member(id) ON DELETE RESTRICT",
    ('privilege', 'privilege_pkey'): "PRIMARY KEY (id)",
    ('privilege', 'privilege_redemption_id_fkey'): "FOREIGN KEY (redemption_id) REFERENCES redemption(id) ON DELETE RESTRICT",
    ('privilege', 'privilege_window_forward'): "CHECK ((starts_at < until))",
    ('redemption', 'redemption_code'): "UNIQUE (code)",
    ('redemption', 'redemption_confirmed_at_a_time'): f'CHECK (({among("state", HAD, no=True)} OR (confirmed_at IS NOT NULL)))',
    ('redemption', 'redemption_delivered_once_confirmed'): f"""CHECK (((deliver_at IS NOT NULL) = (((state)::text = 'confirmed'::text) AND {among("kind", GIVEN)})))""",
    ('redemption', 'redemption_ended_at_a_time'): f'CHECK (({among("state", ENDED)} = (ended_at IS NOT NULL)))',
    ('redemption', 'redemption_issued_id_fkey'): "FOREIGN KEY (issued_id) REFERENCES issued_reward(id) ON DELETE RESTRICT",
    ('redemption', 'redemption_issued_once'): "UNIQUE (issued_id)",
    ('redemption', 'redemption_library_id_fkey'): "FOREIGN KEY (library_id) REFERENCES reward_library(id) ON DELETE RESTRICT",
    ('redemption', 'redemption_member_id_fkey'): "FOREIGN KEY (member_id) REFERENCES member(id) ON DELETE RESTRICT",
    ('redemption', 'redemption_order_once'): "UNIQUE (order_number)",
    ('redemption', 'redemption_pkey'): "PRIMARY KEY (id)",
    ('redemption', 'redemption_points_not_negative'): "CHECK ((points >= 0))",
    ('redemption', 'redemption_price_fen_not_negative'): "CHECK ((price_fen >= 0))",
    ('redemption', 'redemption_reserved_for_a_time'): "CHECK ((((state)::text = 'reserved'::text) = (expires_at IS NOT NULL)))",
    ('redemption', 'redemption_reward_id_fkey'): "FOREIGN KEY (reward_id) REFERENCES reward(id) ON DELETE RESTRICT",
    ('redemption', 'redemption_state_known'): f'CHECK ({among("state", STATES)})',
    ('redemption', 'redemption_step_of_a_library'): "CHECK (((library_id IS NULL) = (step IS NULL)))",
    ('redemption', 'redemption_used_by_somebody'): "CHECK ((num_nonnulls(used_at, used_by, used_fact_id) = (3 * (((state)::text = 'used'::text))::integer)))",
    ('redemption', 'redemption_waits_for_cash'): "CHECK ((((state)::text <> 'reserved'::text) OR (price_fen > 0)))",
    ('reward', 'reward_hold_positive'): "CHECK ((hold_s > 0))",
    ('reward', 'reward_key'): "UNIQUE (key)",
    ('reward', 'reward_kind_known'): f'CHECK ({among("kind", KINDS)})',
    ('reward', 'reward_library_id_fkey'): "FOREIGN KEY (library_id) REFERENCES reward_library(id) ON DELETE RESTRICT",
    ('reward', 'reward_of_a_library_is_a_gift'): "CHECK (((library_id IS NULL) OR ((price_points = 0) AND (price_fen = 0))))",
    ('reward', 'reward_per_member_positive'): "CHECK ((per_member > 0))",
    ('reward', 'reward_period_known'): f'CHECK ({among("period", PERIODS)})',
    ('reward', 'reward_pkey'): "PRIMARY KEY (id)",
    ('reward', 'reward_price_fen_not_negative'): "CHECK ((price_fen >= 0))",
    ('reward', 'reward_price_points_not_negative'): "CHECK ((price_points >= 0))",
    ('reward', 'reward_state_known'): f'CHECK ({among("state", SALE)})',
    ('reward', 'reward_step_of_a_library'): "CHECK ((((library_id IS NULL) = (step IS NULL)) AND (step > 0)))",
    ('reward', 'reward_taken_within_stock'): "CHECK (((taken >= 0) AND ((stock IS NULL) OR (taken <= stock))))",
    ('reward', 'reward_window_forward'): "CHECK ((starts_at < ends_at))",
    ('reward_library', 'reward_library_key'): "UNIQUE (key)",
    ('reward_library', 'reward_library_measure_known'): f'CHECK ({among("measure", MEASURES)})',
    ('reward_library', 'reward_library_pkey'): "PRIMARY KEY (id)",
    ('reward_stock_change', 'reward_stock_change_key'): "UNIQUE (idempotency_key)",
    ('reward_stock_change', 'reward_stock_change_not_zero'): "CHECK ((difference <> 0))",
    ('reward_stock_change', 'reward_stock_change_pkey'): "PRIMARY KEY (id)",
    ('reward_stock_change', 'reward_stock_change_reward_id_fkey'): "FOREIGN KEY (reward_id) REFERENCES reward(id) ON DELETE RESTRICT",
}

REWARD_INDEXES: Mapping[tuple[str, str], str] = {
    ('issued_reward', 'issued_reward_to_open'): "btree (reward, id) WHERE ((opened_at IS NULL) AND ((state)::text = 'issued'::text))",
    ('privilege', 'privilege_member'): "btree (member_id, id)",
    ('redemption', 'redemption_counted'): f'btree (member_id, reward_id, created_at) WHERE ((issued_id IS NULL) AND {among("state", STANDING)})',
    ('redemption', 'redemption_expiring'): "btree (expires_at) WHERE (expires_at IS NOT NULL)",
    ('redemption', 'redemption_fact'): "btree (fact_id)",
    ('redemption', 'redemption_member'): "btree (member_id, id)",
    ('redemption', 'redemption_of_reward'): "btree (reward_id, state, id)",
    ('redemption', 'redemption_of_state'): "btree (state, id)",
    ('redemption', 'redemption_step_once'): f'UNIQUE btree (library_id, step, member_id) WHERE ((library_id IS NOT NULL) AND {among("state", STANDING)})',
    ('redemption', 'redemption_to_deliver'): "btree (deliver_at) WHERE (deliver_at IS NOT NULL)",
    ('reward', 'reward_of_library'): "btree (library_id, step) WHERE (library_id IS NOT NULL)",
    ('reward_stock_change', 'reward_stock_change_reward'): "btree (reward_id)",
}
