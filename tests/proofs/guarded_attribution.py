"""The guards of touches, attribution and experiments."""

from tests.proofs.guard import Guard

TOUCHES = "siyu/touches"
ATTRIBUTION = "siyu/attribution"
ARRIVAL = "tests/siyu/touches/test_arrival.py"
REVENUE = "tests/siyu/attribution/test_revenue.py"
EXPERIMENTS = "tests/siyu/attribution/test_experiments.py"
PERSONS = "tests/siyu/attribution/test_persons.py"
GRAPHQL = "tests/schema/test_attribution.py"

ATTRIBUTION_GUARDS = (
    Guard(
        "the grace of an arrival",
        f"{TOUCHES}/arrival.py",
        "touch.at <= member.joined_at + $3::interval",
        "$3::interval IS NOT NULL",
        (f"{ARRIVAL}::test_a_touch_after_the_grace_is_no_arrival",),
    ),
    Guard(
        "an arrival that is settled stays",
        f"{TOUCHES}/arrival.py",
        "$2::timestamptz <= member.joined_at + $4::interval",
        "$2::timestamptz IS NOT NULL AND $4::interval IS NOT NULL",
        (f"{ARRIVAL}::test_once_its_time_is_over_an_arrival_stays_but_one_that_is_not_known_is_filled_in",),
    ),
    Guard(
        "so many reports an hour",
        f"{TOUCHES}/queries.py",
        "count(*) >= $3 AND",
        "count(*) < 0 * $3 AND",
        (f"{GRAPHQL}::test_a_report_of_nothing_and_one_too_many_are_refused_but_a_repeat_is_not",),
    ),
    Guard(
        "a repeated report is none of too many",
        f"{TOUCHES}/queries.py",
        "NOT EXISTS (SELECT FROM fact WHERE idempotency_key = $4)",
        "$4::text IS NOT NULL",
        (f"{GRAPHQL}::test_a_report_of_nothing_and_one_too_many_are_refused_but_a_repeat_is_not",),
    ),
    Guard(
        "the arm that is played prevails",
        f"{TOUCHES}/exposures.py",
        "DO UPDATE SET played = EXCLUDED.played",
        "DO NOTHING",
        (f"{EXPERIMENTS}::test_who_plays_by_another_arm_than_the_link_had_drawn_counts_where_they_play",),
    ),
    Guard(
        "what happens at the moment of paying has not led to it",
        f"{ATTRIBUTION}/revenue.py",
        "at < paid_at\n              AND campaign_id IS NOT NULL",
        "at <= paid_at\n              AND campaign_id IS NOT NULL",
        (f"{REVENUE}::test_the_window_holds_the_moment_it_begins_and_not_the_moment_of_paying",),
    ),
    Guard(
        "even parts add up",
        f"{ATTRIBUTION}/revenue.py",
        " + (first_place <= net_fen % sharers)::int",
        "",
        (f"{REVENUE}::test_even_shares_give_the_fen_that_are_left_to_those_met_first",),
    ),
    Guard(
        "refunds lower what is put down to campaigns",
        f"{ATTRIBUTION}/revenue.py",
        "amount_fen - refunded_fen AS net_fen",
        "amount_fen AS net_fen",
        (f"{REVENUE}::test_refunds_lower_the_revenue_whenever_they_come_and_whole_ones_end_the_order",),
    ),
    Guard(
        "sizes that do not fit silence an experiment",
        f"{ATTRIBUTION}/experiments.py",
        "if not is_sound:",
        "if False:",
        (f"{EXPERIMENTS}::test_sizes_that_do_not_fit_the_weights_silence_everything_else",),
    ),
    Guard(
        "sizes are held against the weights of their time",
        f"{ATTRIBUTION}/experiments.py",
        "thresholds = [began for began, _ in periods[1:]]",
        "thresholds: list[datetime] = []",
        (f"{EXPERIMENTS}::test_sizes_are_held_against_the_weights_of_their_own_time",),
    ),
    Guard(
        "an experiment is read by the goal that is asked for",
        f"{ATTRIBUTION}/experiments.py",
        "ARMS_BY_GOAL[asked.goal]",
        "ARMS_BY_GOAL[Goal.PAYMENT]",
        (f"{EXPERIMENTS}::test_each_goal_counts_what_it_names_within_the_window_and_nothing_else",),
    ),
    Guard(
        "of a person who was two members one is new",
        f"{ATTRIBUTION}/reach.py",
        "at >= $2 AND at < $3 AND stands\n",
        "at >= $2 AND at < $3\n",
        (f"{PERSONS}::test_of_two_invited_members_who_are_one_person_one_counts",),
    ),
)
