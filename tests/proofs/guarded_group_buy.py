"""The guards of the group-buy."""

from tests.proofs.guard import ENGINE, Guard

FOLDER, TESTS = "plugins/group_buy", "tests/plugins/test_group_buy"
SEATING, LEAVING, PAYING = f"{FOLDER}/seating.py", f"{FOLDER}/leaving.py", f"{FOLDER}/paying.py"
LATE, SETTLING, TEAMS = f"{FOLDER}/late.py", f"{FOLDER}/settling.py", f"{FOLDER}/teams.py"
STORIES, ORDERS, CONFIG, RACES = f"{TESTS}.py", f"{TESTS}_orders.py", f"{TESTS}_config.py", f"{TESTS}_races.py"
MODEL = f"{TESTS}_model.py::test_a_group_buy_is_what_a_clerk_would_write_down"
TIMERS = f"{STORIES}::test_defect_22_a_timer_that_fires_after_the_payment_changes_nothing"
OPTION = f"{CONFIG}::test_defects_33_and_59_every_option_has_a_behaviour"

SEAT_GUARDS = (
    Guard(
        "one seat of a team for a member",
        SEATING,
        "elif own is not None and own.status in LIVE:",
        "elif False:",
        (f"{STORIES}::test_nobody_has_two_seats_of_a_team", MODEL),
    ),
    Guard(
        "nobody joins a team that is over",
        SEATING,
        "return fact.at >= team.ends_at if team.is_open else not team.has_filled",
        "return False",
        (
            f"{STORIES}::test_the_deadline_holds_even_if_its_timer_is_late",
            f"{CONFIG}::test_a_team_that_ended_below_its_size_has_not_filled",
            MODEL,
        ),
    ),
    Guard(
        "nobody joins a full team",
        SEATING,
        "elif team.has_filled:",
        "elif False:",
        (
            f"{STORIES}::test_a_seat_that_is_not_paid_in_time_is_free_again",
            f"{RACES}::test_50_members_race_for_two_seats_and_two_get_them",
            MODEL,
        ),
    ),
    Guard(
        "seats for newcomers",
        TEAMS,
        "kept_from_them = veteran and self.veterans >= self.size - newcomer_seats",
        "kept_from_them = False",
        (
            f"{CONFIG}::test_defect_42_newcomers_seats_pass_their_truth_table[1-old-old-old-False]",
            f"{CONFIG}::test_defect_42_newcomers_seats_pass_their_truth_table[2-old-new-old-False]",
            f"{CONFIG}::test_a_newcomers_seat_that_is_given_up_is_a_newcomers_again",
            f"{OPTION}[newcomer_seats]",
            MODEL,
        ),
    ),
    Guard(
        "the most units of a seat",
        SEATING,
        "if wish.quantity > config.quantity_max:",
        "if False:",
        (f"{OPTION}[quantity_max]",),
    ),
    Guard(
        "the most seats of a member",
        SEATING,
        "if state.live >= config.seats_per_member:",
        "if False:",
        (
            f"{OPTION}[seats_per_member]",
            f"{RACES}::test_a_member_who_opens_many_times_at_once_has_one_seat",
            MODEL,
        ),
    ),
    Guard(
        "the most teams of a member",
        SEATING,
        "if view.state.opened >= most else None",
        "if False else None",
        (
            f"{OPTION}[teams_per_member]",
            f"{CONFIG}::test_who_joins_a_team_that_has_filled_may_open_another[full]",
            MODEL,
        ),
    ),
    Guard(
        "the number of seats that are taken",
        SEATING,
        "if state.taken >= SEATS_MAX else None",
        "if False else None",
        (f"{STORIES}::test_who_takes_seats_and_never_pays_may_do_so_so_often",),
    ),
    Guard(
        "the stock that a seat is taken from",
        SEATING,
        'yield Reserve("stock", wish.quantity, key=seat.key)',
        'yield Reserve("stock", 1, key=seat.key)',
        (f"{CONFIG}::test_a_member_chooses_an_item_and_pays_its_price",),
    ),
    Guard(
        "units in open teams may come back",
        SEATING,
        "if on_hold else",
        "if False else",
        (
            f"{ORDERS}::test_defect_20_the_buyer_of_the_last_unit_can_pay_for_it",
            f"{RACES}::test_the_last_units_are_never_promised_twice",
            MODEL,
        ),
    ),
)

ORDER_GUARDS = (
    Guard(
        "the amount of the seat",
        PAYING,
        "if order.amount_fen != seat.amount_fen:",
        "if False:",
        (
            *(
                f"{ORDERS}::test_a_wrong_amount_goes_back_and_the_right_one_can_still_be_paid[{fen}]"
                for fen in (1, 899, 901, 1800, 700)
            ),
            MODEL,
        ),
    ),
    Guard(
        "a seat is paid once",
        PAYING,
        "if seat.status in WITH_MONEY:",
        "if False:",
        (
            f"{ORDERS}::test_a_second_order_for_one_seat_goes_back[open]",
            f"{ORDERS}::test_a_second_order_for_one_seat_goes_back[succeeded]",
        ),
    ),
    Guard(
        "the number of late orders that wait",
        PAYING,
        'return "late" if len(seat.late) >= LATE_MAX else None',
        "return None",
        (f"{ORDERS}::test_more_late_orders_than_are_looked_at_at_once_go_back",),
    ),
    Guard(
        "a late payer needs a free seat",
        TEAMS,
        "return self.is_open and not self.has_filled and not kept_from_them",
        "return not kept_from_them",
        (
            *(
                f"{ORDERS}::test_defect_18_a_late_payer_of_a_team_that_is_over_is_refunded[{how}]"
                for how in ("full", "succeeded", "failed")
            ),
            f"{ORDERS}::test_defect_21_of_two_late_payers_for_the_last_seat_one_gets_it",
            f"{RACES}::test_defect_21_of_late_payers_for_the_last_seat_one_gets_it",
            MODEL,
        ),
    ),
    Guard(
        "of many late orders one buys",
        LATE,
        "if seat.status in LIVE and not ending:",
        "if False:",
        (f"{RACES}::test_many_late_orders_at_once_buy_one_seat",),
    ),
    Guard(
        "a late payer has the limit of any member",
        LATE,
        "state.live - ending < config.seats_per_member and",
        "",
        (f"{ORDERS}::test_a_late_payer_who_cannot_have_a_new_team_is_refunded[has another seat]",),
    ),
    Guard(
        "a late payer has taken seats before",
        LATE,
        "and state.taken < SEATS_MAX",
        "",
        (f"{ORDERS}::test_a_late_payer_who_cannot_have_a_new_team_is_refunded[has had too many]",),
    ),
    Guard(
        "a late payer of what is gone",
        LATE,
        'and wish.quantity <= (view.left("stock") or 0)',
        "",
        (f"{ORDERS}::test_a_late_payer_who_cannot_have_a_new_team_is_refunded[sold out]",),
    ),
    Guard(
        "a late payer of what costs more now",
        LATE,
        "and costs_fen(wish, view) == amount_fen",
        "",
        (f"{ORDERS}::test_a_late_payer_who_cannot_have_a_new_team_is_refunded[dearer]",),
    ),
    Guard(
        "a late order whose money is back",
        LEAVING,
        "if seat is None and state.waited_for(order.number) is not None:",
        "if False:",
        (f"{RACES}::test_an_order_whose_money_is_back_before_it_is_looked_at_again_seats_nobody",),
    ),
    Guard(
        "a part of the money frees no seat",
        LEAVING,
        "or order.refunded_fen < order.amount_fen:",
        "or False:",
        (
            f"{ORDERS}::test_a_part_of_the_money_frees_nothing_until_all_of_it_is_back",
            f"{ORDERS}::test_the_difference_that_goes_back_does_not_end_what_was_bought",
            MODEL,
        ),
    ),
    Guard(
        "a refunded member frees the seat",
        LEAVING,
        "yield from vacate(seat, Status.REFUNDED, team, view)\n        return",
        "return",
        (
            f"{ORDERS}::test_defect_23_a_refunded_member_frees_the_seat_and_does_not_count",
            f"{STORIES}::test_defect_24_a_leader_who_goes_hands_over_and_the_deadline_stays[order.refunded]",
            MODEL,
        ),
    ),
    Guard(
        "what a success sold stays sold",
        LEAVING,
        'yield Confirm(seat.key, "SEAT_OVER") if succeeded else Release(seat.key)',
        "yield Release(seat.key)",
        (f"{RACES}::test_money_that_is_back_as_the_team_succeeds_leaves_the_units_sold",),
    ),
    Guard(
        "orders of teams are settled after the end",
        f"{FOLDER}/campaign.py",
        'settles=frozenset({"order.paid", "order.cancelled", "order.refunded"}),',
        'listens=frozenset({"order.paid", "order.cancelled", "order.refunded"}),',
        (
            f"{ORDERS}::test_defect_19_a_campaign_that_is_over_settles_its_orders[paused]",
            f"{ORDERS}::test_defect_19_a_campaign_that_is_over_settles_its_orders[ended]",
        ),
    ),
    Guard(
        "an order is paid once",
        "siyu/orders/book.py",
        "if number in self._orders:",
        "if False:",
        (f"{RACES}::test_defect_50_copies_of_a_payment_notice_pay_once",),
    ),
    Guard(
        "a plugin that fails loses no order",
        f"{ENGINE}/deciding.py",
        "        return _fail(world, arrived, scene, error)\n",
        "        raise\n",
        (f"{RACES}::test_defect_51_a_payment_that_the_plugin_fails_at_is_not_lost",),
    ),
)

OUTCOME_GUARDS = (
    Guard(
        "the query that finds what is in no path",
        "docs/campaigns/group-buy.md",
        "AND state->>'outcome' = 'succeeded'",
        "",
        (f"{RACES}::test_defect_25_the_query_finds_a_paid_seat_that_is_in_no_path",),
    ),
    Guard(
        "a team is decided once",
        SETTLING,
        "if team is not None and team.is_open:\n        yield from decide_team",
        "if team is not None:\n        yield from decide_team",
        (TIMERS,),
    ),
    Guard(
        "a seat is settled once",
        SETTLING,
        "elif seat.status is Status.PAID and team.outcome is Outcome.SUCCEEDED:",
        "elif team.outcome is Outcome.SUCCEEDED:",
        (TIMERS,),
    ),
    Guard(
        "a team that is open settles nothing",
        SETTLING,
        "if team is None or seat is None or team.is_open:",
        "if team is None or seat is None:",
        (TIMERS,),
    ),
    Guard(
        "a paid seat does not expire",
        LEAVING,
        "seat is not None and seat.status is Status.HELD and team.is_open:",
        "seat is not None and team.is_open:",
        (TIMERS,),
    ),
    Guard(
        "the last payment completes the team",
        SETTLING,
        "if team.is_open and team.paid == team.size:",
        "if False:",
        (
            f"{STORIES}::test_a_team_whose_last_seat_is_paid_has_succeeded_at_the_price_of_its_size",
            MODEL,
        ),
    ),
    Guard(
        "a failure refunds everybody",
        SETTLING,
        'yield from pay_back(seat.order or "", seat.amount_fen, "team_failed")',
        "pass",
        (f"{STORIES}::test_a_team_that_too_few_paid_for_fails_and_everybody_is_refunded", MODEL),
    ),
    Guard(
        "the price is that of the step",
        SETTLING,
        'yield Refund(seat.order or "", back_fen, "price_step")\n',
        "pass\n",
        (
            f"{STORIES}::test_a_team_whose_last_seat_is_paid_has_succeeded_at_the_price_of_its_size",
            f"{CONFIG}::test_a_team_keeps_the_terms_that_it_was_opened_with",
            MODEL,
        ),
    ),
    Guard(
        "what is bought is sold",
        SETTLING,
        'yield Confirm(seat.key, "SEAT_OVER")',
        "pass",
        (f"{STORIES}::test_a_lower_step_is_a_success_too_once_the_time_is_up", MODEL),
    ),
    Guard(
        "nobody leaves a team that is over",
        LEAVING,
        "elif not team.is_open or is_over(team, fact):",
        "elif False:",
        (
            *(
                f"{STORIES}::test_nobody_leaves_a_team_that_is_over[{how}]"
                for how in ("filled", "too late", "deadline passed, timer late")
            ),
            MODEL,
        ),
    ),
    Guard(
        "the next in line leads",
        TEAMS,
        "leader = seats[0].member if self.leader == member else self.leader",
        "leader = self.leader",
        (
            *(
                f"{STORIES}::test_defect_24_a_leader_who_goes_hands_over_and_the_deadline_stays[{how}]"
                for how in ("leave", "order.cancelled", "order.refunded", "expire")
            ),
            MODEL,
        ),
    ),
    Guard(
        "a team of nobody has failed",
        TEAMS,
        "return self.with_(seats=(), veterans=0, outcome=Outcome.FAILED)",
        "return self.with_(seats=(), veterans=0)",
        (f"{STORIES}::test_defect_24_a_team_that_nobody_is_left_in_has_failed", MODEL),
    ),
    Guard(
        "one who paid leads in the end",
        TEAMS,
        "leader = self.leader if self.leader in payers else payers[0]",
        "leader = self.leader",
        (f"{CONFIG}::test_of_a_lower_step_one_who_paid_leads",),
    ),
    Guard(
        "the perk is given while the order stands",
        SETTLING,
        "if team is None or seat is None or seat.status is not Status.BOUGHT:",
        "if team is None or seat is None:",
        (f"{CONFIG}::test_a_perk_that_comes_after_the_refund_is_not_given",),
    ),
    Guard(
        "the perk is taken back with the order",
        LEAVING,
        "if granted is not None:",
        "if False:",
        (f"{CONFIG}::test_the_leader_of_a_success_has_the_perk_and_loses_it_with_the_order",),
    ),
    Guard(
        "the perk is no part of the sale",
        SETTLING,
        'yield Emit("perk", {"team": seat.team})',
        'yield Grant("points", team.perk.points, reference=seat.order)',
        (f"{RACES}::test_a_cap_refuses_the_perk_and_nothing_else",),
    ),
)

GROUP_BUY_GUARDS = (*SEAT_GUARDS, *ORDER_GUARDS, *OUTCOME_GUARDS)
