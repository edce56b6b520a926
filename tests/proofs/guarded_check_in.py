"""The guards of the check-in."""

from tests.proofs.guard import Guard

PLUGIN = "plugins/check_in"
STORIES, DEFECTS = "tests/plugins/test_check_in.py", "tests/plugins/test_check_in_defects.py"
REVIEWS, GROUPS = "tests/plugins/test_check_in_reviews.py", "tests/plugins/test_check_in_groups.py"
SHARES, SIZES = "tests/plugins/test_check_in_shares.py", "tests/siyu/engine/test_group_sizes.py"
MAKE_UP, PROOF = "tests/plugins/test_check_in_make_up.py", "tests/plugins/test_check_in_proof.py"
OPTIONS = f"{DEFECTS}::test_defects_33_and_59_every_option_has_a_behaviour"
REFUSED = f"{STORIES}::test_the_same_day_and_earlier_ones_are_refused_and_change_nothing"
ORDER = (
    "tests/plugins/test_check_in_model.py::"
    "test_whatever_the_order_of_the_verdicts_the_member_ends_as_if_approved_days_alone_had_been_signed"
)

CHECK_IN_GUARDS = (
    Guard(
        "a day is signed once, by the state",
        f"{PLUGIN}/signing.py",
        "if claimed is not None and day <= claimed:",
        "if False:",
        (f"{REFUSED}[-1-DAY_IS_PAST]", f"{REFUSED}[-400-DAY_IS_PAST]"),
    ),
    Guard(
        "a day is signed once, by the database",
        f"{PLUGIN}/signing.py",
        "    yield Once(day.isoformat(), ALREADY_SIGNED)\n",
        "",
        (
            f"{STORIES}::test_a_sign_in_has_these_effects",
            f"{DEFECTS}::test_defect_9_a_day_is_rewarded_once_even_where_the_state_was_lost",
        ),
    ),
    Guard(
        "a table has entries",
        f"{PLUGIN}/config.py",
        "min_length=1,\n        max_length=TABLE_LENGTH_MAX,",
        "max_length=TABLE_LENGTH_MAX,",
        (f"{DEFECTS}::test_defect_10_an_empty_table_is_refused_and_one_of_nothing_answers",),
    ),
    Guard(
        "the day of the campaign's zone",
        f"{PLUGIN}/signing.py",
        "view.state, view.config, fact.day",
        "view.state, view.config, fact.at.date()",
        tuple(
            f"{DEFECTS}::test_defect_11_a_minute_before_and_after_midnight_are_two_days_whatever_the_servers_zone_is"
            f"[{zone}]"
            for zone in ("UTC", "Pacific/Kiritimati", "America/New_York")
        ),
    ),
    Guard(
        "whether today is signed is recorded",
        f"{PLUGIN}/calendar.py",
        "state.claimed_day is not None and state.claimed_day >= reading.day",
        "state.last_day is not None",
        (f"{DEFECTS}::test_defect_12_whether_today_is_signed_is_told_by_what_is_recorded",),
    ),
    Guard(
        "the cards of a month",
        f"{PLUGIN}/making_up.py",
        ">= terms.per_month:",
        ">= 31:",
        (
            f"{MAKE_UP}::test_the_days_of_each_month_have_cards_of_their_own",
            f"{REVIEWS}::test_a_card_that_waits_is_one_of_the_months",
            OPTIONS,
        ),
    ),
    Guard(
        "how far back a card reaches",
        f"{PLUGIN}/making_up.py",
        "if (today - day).days > terms.days_back:",
        "if False:",
        (
            f"{MAKE_UP}::test_a_day_that_cannot_be_made_up_is_refused_and_changes_nothing[too long ago]",
            f"{MAKE_UP}::test_a_day_that_cannot_be_made_up_is_refused_and_changes_nothing[the beginning of time]",
            OPTIONS,
        ),
    ),
    Guard(
        "where streaks start anew",
        f"{PLUGIN}/counting.py",
        'goes_on = gap_days == 1 and (config.restart == "never" or not begins_anew(day, config.restart))',
        "goes_on = gap_days == 1",
        (
            f"{STORIES}::test_a_streak_starts_anew_with_the_calendar[on Monday]",
            f"{STORIES}::test_a_streak_starts_anew_with_the_calendar[on the first]",
        ),
    ),
    Guard(
        "the proof of a sign-in",
        f"{PLUGIN}/signing.py",
        'if config.proof != "none":',
        "if False:",
        (
            f"{PROOF}::test_what_is_asked_for_has_to_be_shown[no photo]",
            f"{PROOF}::test_what_is_asked_for_has_to_be_shown[no place]",
            OPTIONS,
        ),
    ),
    Guard(
        "the edge of a place",
        f"{PLUGIN}/proof.py",
        "if beyond > 0:",
        "if False:",
        (
            f"{PROOF}::test_what_is_asked_for_has_to_be_shown[across the river]",
            f"{PROOF}::test_the_edge_of_a_place_belongs_to_it[1]",
            OPTIONS,
        ),
    ),
    Guard(
        "a day waits for its verdict",
        f"{PLUGIN}/waiting.py",
        "approved=not config.review, percent",
        "approved=True, percent",
        (
            f"{REVIEWS}::test_a_day_is_claimed_at_once_and_counts_once_it_is_approved",
            f"{REVIEWS}::test_days_count_in_their_own_order_whatever_the_order_of_the_verdicts",
        ),
    ),
    Guard(
        "days count in their order",
        f"{PLUGIN}/waiting.py",
        "takewhile(lambda each: each.approved, view.state.waiting)",
        "takewhile(lambda each: True, view.state.waiting)",
        (
            f"{REVIEWS}::test_days_count_in_their_own_order_whatever_the_order_of_the_verdicts",
            f"{REVIEWS}::test_a_rejected_day_lets_the_later_ones_count_without_it",
            ORDER,
        ),
    ),
    Guard(
        "a day after one that waits waits with it",
        f"{PLUGIN}/signing.py",
        "if config.review or state.waiting:",
        "if config.review:",
        (f"{REVIEWS}::test_where_reviews_are_switched_off_days_after_one_that_waits_wait_with_it",),
    ),
    Guard(
        "a rejected day is as if it had never been signed",
        f"{PLUGIN}/waiting.py",
        "waiting = tuple([each for each in state.waiting if each is not found])",
        "waiting = state.waiting",
        (
            f"{REVIEWS}::test_a_rejected_day_can_be_signed_again_while_it_is_that_day",
            f"{REVIEWS}::test_a_rejected_day_is_a_missed_day",
            ORDER,
        ),
    ),
    Guard(
        "how many days wait at most",
        f"{PLUGIN}/waiting.py",
        'if len(state.waiting) >= WAITING_MAX:\n        yield Refuse(TOO_MANY_WAIT, {"waiting": WAITING_MAX})\n'
        '        return\n    yield Once(f"{key}-claim"',
        'yield Once(f"{key}-claim"',
        (f"{REVIEWS}::test_no_more_days_wait_than_can_be_settled",),
    ),
    Guard(
        "a group's day is closed",
        f"{PLUGIN}/groups.py",
        "or fact.at >= closes_at:",
        ":",
        (f"{GROUPS}::test_who_is_approved_after_the_day_is_closed_counts_for_themselves_alone",),
    ),
    Guard(
        "the goal of a group",
        f"{PLUGIN}/groups.py",
        "found.signed + 1 >= goal",
        "found.signed + 1 >= 1",
        (
            f"{GROUPS}::test_everybody_who_came_on_a_day_that_reached_the_goal_has_a_bonus",
            f"{GROUPS}::test_a_day_that_does_not_reach_the_goal_breaks_the_streak_and_brings_nothing",
            OPTIONS,
        ),
    ),
    Guard(
        "a share is fixed when the first is counted",
        f"{PLUGIN}/groups.py",
        "    return fixed or goal.share_of",
        "    return goal.share_of",
        (f"{SHARES}::test_the_share_is_of_those_in_the_group_when_the_first_is_counted_each_day",),
    ),
    Guard(
        "a share of nobody is no goal",
        f"{PLUGIN}/groups.py",
        "goal.goal or needed or None",
        "goal.goal or needed",
        (f"{SHARES}::test_of_a_group_that_siyu_does_not_know_a_day_reaches_no_goal_until_it_does",),
    ),
    Guard(
        "who joins is among the group's members",
        "siyu/engine/world.py",
        "return moving.member_count if moving is not None else",
        "return",
        (f"{SIZES}::test_who_joins_is_in_it_when_campaigns_decide_about_the_joining",),
    ),
)
