"""The guards of the referral, and of what commission may come by."""

from tests.proofs.guard import ENGINE, SDK, Guard

FOLDER = "plugins/referral"
INVITING, PAIRING = f"{FOLDER}/inviting.py", f"{FOLDER}/pairing.py"
ORDERING, EARNING = f"{FOLDER}/ordering.py", f"{FOLDER}/earning.py"
STORIES, RISK = "tests/plugins/test_referral.py", "tests/plugins/test_referral_risk.py"
MONEY, RACES = "tests/plugins/test_referral_commission.py", "tests/plugins/test_referral_races.py"
COMPLIANCE = "tests/siyu/campaigns/test_compliance.py"
# Of whoever names themselves, is bound, is new, has ordered, names somebody who came later.
WHO = f"{STORIES}::test_defect_42_who_may_be_brought"
LOOKED_AT = f"{RISK}::test_what_looks_wrong_is_looked_at_before_anybody_is_paid"
REJECTED = f"{RISK}::test_what_is_rejected_is_paid_to_nobody"
LIMIT = f"{STORIES}::test_beyond_the_inviters_limit_neither_side_is_rewarded"
TAKEN_BACK = f"{MONEY}::test_what_goes_back_after_the_window_is_taken_back"

BIND_GUARDS = (
    Guard(
        "nobody brings themselves",
        INVITING,
        "if inviter.id == fact.member_id:",
        "if False:",
        (f"{WHO}[True-False-True-False-False]",),
    ),
    Guard(
        "who has named an inviter has one",
        INVITING,
        "if view.state.invitation is not None:",
        "if False:",
        (f"{WHO}[False-True-True-False-False]", f"{STORIES}::test_defect_40_who_leaves_and_comes_back_adds_nothing"),
    ),
    Guard(
        "newcomers joined of late",
        INVITING,
        "if fact.at - view.member.joined_at > timedelta(days=days):",
        "if False:",
        (f"{WHO}[False-False-False-False-False]",),
    ),
    Guard(
        "newcomers have never ordered",
        INVITING,
        "if view.features.has_ordered:",
        "if False:",
        (f"{WHO}[False-False-True-True-False]",),
    ),
    Guard(
        "inviters came before",
        INVITING,
        'return None if joined_before(inviter, view.member) else Refuse("INVITER_CAME_LATER")',
        "return None",
        (f"{WHO}[False-False-True-False-True]",),
    ),
    Guard(
        "an order from before the bind",
        ORDERING,
        "if fact.at < invitation.bound_at:",
        "if False:",
        (f"{STORIES}::test_an_order_from_before_the_bind_that_is_told_late_ends_it",),
    ),
)

RISK_GUARDS = (
    Guard(
        "shared devices",
        INVITING,
        "if members > risk.device_members:",
        "if False:",
        (f"{LOOKED_AT}[registered-device]", f"{LOOKED_AT}[orders-device]"),
    ),
    Guard(
        "the inviter's own device",
        INVITING,
        '    yield Reserve("device")\n',
        "",
        (f"{RISK}::test_who_comes_from_the_inviters_own_device_is_looked_at",),
    ),
    Guard(
        "bursts",
        INVITING,
        "if len(recent) > risk.burst_invitees else {}",
        "if False else {}",
        (f"{LOOKED_AT}[registered-burst]", f"{LOOKED_AT}[orders-burst]"),
    ),
    Guard(
        "accounts of low quality",
        INVITING,
        "if tags else {}",
        "if False else {}",
        (f"{LOOKED_AT}[registered-tag of the newcomer]", f"{LOOKED_AT}[orders-tag of the inviter]"),
    ),
    Guard(
        "nothing is paid at once while somebody looks",
        PAIRING,
        "if at_once and invitation.look is not Look.OPEN:",
        "if at_once:",
        (f"{LOOKED_AT}[registered-device]",),
    ),
    Guard(
        "nothing is paid after the window while somebody looks",
        PAIRING,
        "elif invitation.status is Status.HELD and invitation.look is Look.OPEN:",
        "elif False:",
        (f"{LOOKED_AT}[orders-device]",),
    ),
    Guard(
        "what an operator rejects",
        PAIRING,
        "if not verdict.approved:",
        "if False:",
        (f"{REJECTED}[1-orders-device]", f"{REJECTED}[40-registered-device]"),
    ),
    Guard(
        "commission waits for the verdict",
        ORDERING,
        "if is_open and order.looks < LOOKS_MAX:",
        "if False:",
        (f"{RISK}::test_commission_waits_for_the_verdict_too",),
    ),
    Guard(
        "who is rejected earns nobody commission",
        ORDERING,
        "net_fen = 0 if is_rejected or is_open else order.net_fen",
        "net_fen = order.net_fen",
        (f"{REJECTED}[1-orders-device]", f"{RISK}::test_commission_does_not_wait_for_ever"),
    ),
)

PAIR_GUARDS = (
    Guard(
        "the limits of an inviter",
        PAIRING,
        "if view.left(counter.name) == 0]",
        "if False]",
        (f"{LIMIT}[caps0-INVITER_DAY_CAP]", f"{LIMIT}[caps2-INVITER_TOTAL_CAP]"),
    ),
    Guard(
        "what counts for the limits",
        PAIRING,
        "yield Reserve(counter.name)",
        "pass",
        (
            f"{LIMIT}[caps1-INVITER_MONTH_CAP]",
            f"{RACES}::test_an_inviters_limit_holds_when_many_come_at_once",
        ),
    ),
    Guard(
        "neither side where one cannot",
        PAIRING,
        "if invitation.status is Status.QUALIFIED:\n        yield from end",
        "if False:\n        yield from end",
        (f"{RACES}::test_what_the_shops_budget_refuses_one_side_the_other_does_not_get_either",),
    ),
    Guard(
        "a promise of another attempt",
        PAIRING,
        "if data.why is None:",
        "if False:",
        (f"{STORIES}::test_what_the_inviter_promised_too_late_is_taken_back",),
    ),
    Guard(
        "rewards are held until the window has closed",
        PAIRING,
        'at_once = view.config.trigger == "registered" or not view.config.refund_days',
        "at_once = True",
        (f"{STORIES}::test_both_sides_are_rewarded_for_a_first_order_when_its_refund_window_has_closed",),
    ),
    Guard(
        "a refund in the window",
        ORDERING,
        "if invitation.status in PROMISED and known.counts and not is_met(view.config, invitation):",
        "if False:",
        (
            f"{STORIES}::test_a_refund_in_the_window_takes_back_what_was_promised_to_both[10000]",
            f"{STORIES}::test_a_refund_in_the_window_takes_back_what_was_promised_to_both[1]",
        ),
    ),
    Guard(
        "so many chances",
        ORDERING,
        "if invitation.attempt >= ATTEMPTS_MAX:",
        "if False:",
        (f"{STORIES}::test_who_keeps_sending_everything_back_has_had_their_chances",),
    ),
    Guard(
        "steps that were passed",
        PAIRING,
        "if step.invitees <= verified and",
        "if step.invitees == verified and",
        (f"{STORIES}::test_defect_41_who_is_beyond_a_step_is_given_all_that_they_passed",),
    ),
    Guard(
        "a step once",
        EARNING,
        'yield Once(data.key, "GIVEN_ALREADY")',
        "pass",
        (f"{STORIES}::test_a_step_is_given_once_however_often_it_is_asked_for",),
    ),
)

MONEY_GUARDS = (
    Guard(
        "commission waits for the refund window",
        ORDERING,
        "window = max(timedelta(days=config.refund_days), WINDOW_MIN)",
        "window = WINDOW_MIN",
        (f"{MONEY}::test_defect_36_commission_is_promised_until_the_refund_window_has_closed",),
    ),
    Guard(
        "commission of what is left",
        ORDERING,
        'known.model_copy(update={"refunded_fen": order.refunded_fen})',
        "known",
        (f"{MONEY}::test_what_goes_back_in_the_window_pays_nothing",),
    ),
    Guard(
        "commission is taken back",
        EARNING,
        'yield Reverse("commission", excess_fen, data.order)',
        "pass",
        (f"{TAKEN_BACK}[refunds0-0]", f"{TAKEN_BACK}[refunds1-998]"),
    ),
    Guard(
        "what was spent is owed",
        EARNING,
        'if missing_fen and (terms is None or terms.spent == "owe"):',
        "if False:",
        (f"{MONEY}::test_defect_38_what_was_spent_is_owed_and_taken_from_the_next_commission",),
    ),
    Guard(
        "what is owed already is not asked for twice",
        EARNING,
        "standing_fen = granted.amount - owed_fen",
        "standing_fen = granted.amount",
        (f"{MONEY}::test_a_debt_grows_by_what_else_goes_back_of_the_order",),
    ),
    Guard(
        "refunds end where commission does",
        EARNING,
        "data.level < LEVELS_MAX",
        "True",
        (f"{MONEY}::test_a_refund_goes_no_further_up_than_commission_does",),
    ),
    Guard(
        "the second level was there before the order",
        EARNING,
        "and own.bound_at <= data.paid_at",
        "and True",
        (f"{MONEY}::test_who_was_bound_after_the_order_earns_nothing_by_it",),
    ),
    Guard(
        "a promise with the key of what was granted",
        EARNING,
        'yield Hold("commission", data.fen, data.key, "PROMISED_ALREADY", reference=data.order)\n'
        "        yield Settle(data.key)",
        'yield Grant("commission", data.fen, reference=data.order)',
        (f"{MONEY}::test_commission_that_was_granted_already_is_not_promised_any_more",),
    ),
    Guard(
        "so many promises",
        EARNING,
        "if data.fen and state.commissions_open < COMMISSIONS_OPEN_MAX:",
        "if data.fen:",
        (f"{MONEY}::test_beyond_what_can_be_promised_commission_is_granted_all_the_same",),
    ),
)

COMMISSION_GUARDS = (
    Guard(
        "what commission comes by",
        f"{SDK}/rewarding_rules.py",
        "elif isinstance(effect, Emit | Schedule) and fact_type not in self.causes.get(effect.type, (fact_type,)):",
        "elif False:",
        (
            f"{COMPLIANCE}::test_a_fact_that_pays_commission_follows_from_paid_orders_alone[effect0-causes0]",
            f"{COMPLIANCE}::test_a_fact_that_pays_commission_follows_from_paid_orders_alone[effect1-causes1]",
            f"{COMPLIANCE}::test_a_decision_that_would_pay_commission_for_recruiting_fails",
        ),
    ),
    Guard(
        "commission comes by the campaign's own facts",
        f"{SDK}/rewarding_rules.py",
        "if fact not in _followers(saved.kind):",
        "if False:",
        (f"{COMPLIANCE}::test_each_rule_is_told_by_its_name[by others' facts]",),
    ),
    Guard(
        "commission is declared",
        f"{SDK}/rewarding_rules.py",
        "return unit != COMMISSION or kind.rewards is not None",
        "return True",
        (
            f"{COMPLIANCE}::test_who_declares_nothing_gives_no_commission[declared0-CAMPAIGN_FAILED-effect0]",
            f"{COMPLIANCE}::test_who_declares_nothing_gives_no_commission[declared0-CAMPAIGN_FAILED-effect1]",
        ),
    ),
    Guard(
        "commission is on no board",
        f"{ENGINE}/followers.py",
        "and transfer.unit == RANKED",
        "",
        ("tests/siyu/engine/test_commission.py::test_commission_is_on_no_board",),
    ),
)

REFERRAL_GUARDS = (*BIND_GUARDS, *RISK_GUARDS, *PAIR_GUARDS, *MONEY_GUARDS, *COMMISSION_GUARDS)
