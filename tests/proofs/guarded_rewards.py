"""The guards of rewards and redemptions."""

from tests.proofs.guard import ENGINE, Guard

REWARDS, DESK, BOOK = "siyu/rewards", f"{ENGINE}/desks/rewards.py", "siyu/rewards/redemption_book.py"
TESTS, TOLD = "tests/siyu/engine/test_rewards.py", "tests/siyu/rewards/test_redeeming.py"
TABLES = "tests/migrations/test_reward_tables.py::test_the_database_refuses_what_must_never_be_of_rewards"
MIGRATION = "migrations/0016_rewards.py"

REWARD_GUARDS = (
    Guard(
        "a reward that is created again has the stock of the first time",
        "siyu/rewards/service.py",
        "(kind, new.stock, columns):",
        "(kind, stock, columns):",
        ("tests/schema/test_rewards.py::test_an_operator_keeps_the_catalogue",),
    ),
    Guard(
        "the lock of a reward's stock",
        f"{REWARDS}/redemption_store.py",
        " ORDER BY reward.id FOR NO KEY UPDATE OF reward",
        "",
        (f"{TESTS}::test_stock_that_another_process_takes_is_waited_for",),
    ),
    Guard(
        "no more than there is",
        f"{REWARDS}/redeeming.py",
        "if standing.left is not None and standing.left < 1:",
        "if False:",
        (
            f"{TESTS}::test_what_hinders_is_told_and_nothing_is_taken",
            f"{TOLD}::test_what_is_missing_is_told[OUT_OF_STOCK]",
        ),
    ),
    Guard(
        "what a batch took is gone for its next fact",
        BOOK,
        "reward.left - self.taken[reward.id]",
        "reward.left",
        ("tests/siyu/rewards/test_redemption_book.py::test_what_a_batch_took_is_gone_for_its_next_fact",),
    ),
    Guard(
        "stock within its bounds, by the database",
        MIGRATION,
        "CHECK (taken >= 0 AND (stock IS NULL OR taken <= stock))",
        "CHECK (taken IS NOT NULL)",
        (TABLES,),
    ),
    Guard(
        "no stock is taken away that is taken",
        f"{REWARDS}/stock.py",
        "BETWEEN taken AND",
        "BETWEEN -1 AND",
        ("tests/siyu/rewards/test_service.py::test_stock_is_changed_by_difference_and_once_for_a_key",),
    ),
    Guard(
        "the limit of a member",
        f"{REWARDS}/redeeming.py",
        "if reward.per_member is not None and standing.having >= reward.per_member:",
        "if False:",
        (f"{TESTS}::test_a_limit_counts_its_period_and_what_stands_alone",),
    ),
    Guard(
        "one reward of a step",
        f"{REWARDS}/redeeming.py",
        "if standing.picked:",
        "if False:",
        (f"{TESTS}::test_one_reward_of_each_step_for_whoever_invited_so_many",),
    ),
    Guard(
        "one reward of a step, by the database",
        MIGRATION,
        "CREATE UNIQUE INDEX IF NOT EXISTS redemption_step_once",
        "CREATE INDEX IF NOT EXISTS redemption_step_once",
        (TABLES,),
    ),
    Guard(
        "an order pays once",
        DESK,
        'if book.is_order_used(new.data["order"]):',
        "if False:",
        (f"{TESTS}::test_one_order_pays_for_one_redemption",),
    ),
    Guard(
        "an order pays once, by the database",
        MIGRATION,
        "order_number varchar(64) CONSTRAINT redemption_order_once UNIQUE",
        "order_number varchar(64)",
        (TABLES,),
    ),
    Guard(
        "each step once",
        DESK,
        "return found if found.state in allowed else",
        "return found if True else",
        (
            f"{TESTS}::test_for_points_alone_it_is_the_members_at_once_and_handed_over_by_its_code",
            f"{TESTS}::test_points_are_given_once_whoever_gives_them",
        ),
    ),
    Guard(
        "a privilege is given once, by the database",
        MIGRATION,
        "redemption_id uuid NOT NULL CONSTRAINT privilege_given_once UNIQUE",
        "redemption_id uuid NOT NULL",
        (TABLES,),
    ),
    Guard(
        "an issued reward becomes one redemption, by the database",
        MIGRATION,
        "issued_id uuid CONSTRAINT redemption_issued_once UNIQUE REFERENCES",
        "issued_id uuid REFERENCES",
        (TABLES,),
    ),
    Guard(
        "an issued reward becomes one redemption",
        f"{REWARDS}/redemption_store.py",
        "WHERE issued.id = ANY($1::uuid[]) AND issued.opened_at IS NULL",
        "WHERE issued.id = ANY($1::uuid[])",
        (f"{TESTS}::test_what_a_campaign_issues_by_a_name_of_the_catalogue_is_the_members_to_get",),
    ),
    Guard(
        "whose redemption it is",
        BOOK,
        "found if found is not None and found.member_id == member_id else None",
        "found",
        (f"{TESTS}::test_nothing_is_made_of_what_is_not_there",),
    ),
    Guard(
        "members give up their own",
        f"{ENGINE}/reward_intake.py",
        "if found is None or asking.member_id not in {None, found.member_id}:",
        "if found is None:",
        (f"{TESTS}::test_the_shop_may_give_up_what_was_not_given_and_members_what_is_their_own",),
    ),
    Guard(
        "members give up reservations alone",
        DESK,
        'if not arrived.new.data["by_member"]:',
        "if True:",
        (f"{TESTS}::test_points_and_cash_reserve_until_the_order_is_paid",),
    ),
    Guard(
        "a reservation has its time",
        DESK,
        "if found.expires_at is None or found.expires_at > arrived.new.at:",
        "if False:",
        (f"{TESTS}::test_a_reservation_has_its_time",),
    ),
    Guard(
        "a misread code",
        "siyu/codes.py",
        "known and _check_character(code[:DRAWN]) == code[DRAWN]",
        "known",
        (
            "tests/siyu/test_codes.py::test_a_known_code_stays_what_it_is",
            "tests/siyu/test_codes.py::test_one_wrong_character_is_always_found",
            "tests/siyu/test_codes.py::test_two_characters_that_changed_places_are_always_found",
        ),
    ),
    Guard(
        "what it gives is for who has it",
        "schema/types/redemption.py",
        "if self.row.state in HAD or is_staff(info) else None",
        "if True else None",
        ("tests/schema/test_rewards.py::test_points_and_cash_are_confirmed_by_the_shop_or_given_up",),
    ),
)
