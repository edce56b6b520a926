"""Every guard that campaigns and facts are held by, each with the tests that fail without it."""

from tests.proofs.guard import CAMPAIGNS, ENGINE, SDK, Guard
from tests.proofs.guarded_attribution import ATTRIBUTION_GUARDS
from tests.proofs.guarded_audit import AUDIT_GUARDS
from tests.proofs.guarded_check_in import CHECK_IN_GUARDS
from tests.proofs.guarded_coupons import COUPON_GUARDS
from tests.proofs.guarded_fields import FIELD_GUARDS
from tests.proofs.guarded_flash_sale import FLASH_SALE_GUARDS
from tests.proofs.guarded_group_buy import GROUP_BUY_GUARDS
from tests.proofs.guarded_groups import GROUP_GUARDS
from tests.proofs.guarded_hints import HINT_GUARDS
from tests.proofs.guarded_identity import IDENTITY_GUARDS
from tests.proofs.guarded_invitations import INVITATION_GUARDS
from tests.proofs.guarded_lines import LINE_GUARDS
from tests.proofs.guarded_live import LIVE_GUARDS
from tests.proofs.guarded_lots import LOT_GUARDS
from tests.proofs.guarded_merges import MEMBER_GUARDS
from tests.proofs.guarded_metrics import METRIC_GUARDS
from tests.proofs.guarded_numbers import CAP_GUARDS, NUMBER_GUARDS
from tests.proofs.guarded_observing import OBSERVING_GUARDS
from tests.proofs.guarded_privacy import PRIVACY_GUARDS
from tests.proofs.guarded_referral import REFERRAL_GUARDS
from tests.proofs.guarded_refunds import REFUND_GUARDS
from tests.proofs.guarded_reviews import REVIEW_GUARDS
from tests.proofs.guarded_rewards import REWARD_GUARDS
from tests.proofs.guarded_rules import RULE_GUARDS
from tests.proofs.guarded_talk import TALK_GUARDS
from tests.proofs.guarded_tiers import TIER_GUARDS
from tests.proofs.guarded_wallets import WALLET_GUARDS

LANES = "tests/siyu/engine/test_lanes.py"
FAULTS = "tests/siyu/engine/test_faults.py"
SUBMIT = "tests/siyu/engine/test_submit.py"
EFFECTS_OF = "tests/siyu/engine/test_effects_of.py"
COMPLIANCE = "tests/siyu/campaigns/test_compliance.py"
TAKEN = "id = ANY($1::uuid[]) AND (campaign_id = ANY($2::uuid[]) OR type = ANY($3::text[]))"
RULE = f"{COMPLIANCE}::test_each_rule_is_told_by_its_name"


def rule(name: str, function: str, *tests: str) -> Guard:
    """A rule of compliance, taken out of the table of rules."""
    return Guard(name, f"{SDK}/rewarding_rules.py", f'    "{name}": {function},\n', "", tests)


LANE_GUARDS = (
    Guard(
        "the shop's order of lanes",
        f"{CAMPAIGNS}/routes.py",
        'places.get(lane or "", len(places))',
        "0",
        (f"{LANES}::test_lanes_follow_one_another_as_the_shop_orders_them",),
    ),
    Guard(
        "priority within a lane",
        f"{CAMPAIGNS}/routes.py",
        ", -priority, campaign.id",
        ", 0, campaign.id",
        (f"{LANES}::test_the_higher_priority_goes_first_and_of_equal_ones_the_older",),
    ),
    Guard(
        "an order that is not that of registration",
        f"{CAMPAIGNS}/routes.py",
        "tuple(sorted(campaigns, key=order))",
        "tuple(campaigns)",
        (f"{LANES}::test_the_order_of_registration_changes_nothing",),
    ),
    Guard(
        "one reward a lane",
        f"{ENGINE}/lanes.py",
        "elif lane is not None and lane in taken:",
        "elif False:",
        (
            f"{LANES}::test_one_campaign_of_a_lane_rewards",
            f"{LANES}::test_who_kept_it_from_rewarding_is_told",
            f"{LANES}::test_in_no_lane_two_campaigns_reward_and_nobody_after_a_stop",
        ),
    ),
    Guard(
        "stop further",
        f"{ENGINE}/lanes.py",
        "if stopper is not None:",
        "if False:",
        (f"{LANES}::test_in_no_lane_two_campaigns_reward_and_nobody_after_a_stop",),
    ),
)

ONCE_GUARDS = (
    Guard(
        "the constraint of Once",
        "migrations/0002_constraints.py",
        "CREATE UNIQUE INDEX IF NOT EXISTS decision_once",
        "CREATE INDEX IF NOT EXISTS decision_once",
        (f"{SUBMIT}::test_the_database_refuses_a_second_day_even_when_the_state_was_lost",),
    ),
    Guard(
        "idempotency",
        f"{ENGINE}/transaction.py",
        "fresh = [fact for fact in known if idempotency_key(fact) not in answers]",
        "fresh = known",
        (f"{SUBMIT}::test_a_repeated_key_gets_the_first_answer",),
    ),
    Guard(
        "another body under a used key",
        f"{ENGINE}/transaction.py",
        "return outcome if fingerprint == fact.fingerprint else IdempotencyConflict(fact.new.idempotency_key)",
        "return outcome",
        (f"{SUBMIT}::test_a_key_with_another_body_is_a_conflict",),
    ),
    Guard(
        "a timer is taken by one",
        f"{CAMPAIGNS}/pending_store.py",
        f"DELETE FROM pending_fact WHERE {TAKEN}\nRETURNING id",
        f"SELECT id FROM pending_fact WHERE {TAKEN}",
        ("tests/siyu/engine/test_timers.py::test_a_timer_fires_once_and_only_when_it_is_due",),
    ),
    Guard(
        "the depth of what follows",
        f"{ENGINE}/scheduling.py",
        "return depth <= EMIT_DEPTH_MAX",
        "return True",
        ("tests/siyu/engine/test_emit.py::test_a_chain_of_facts_ends_at_its_depth",),
    ),
    Guard(
        "timers without a pause count as following",
        f"{ENGINE}/scheduling.py",
        "return 0 if is_pause else depth_of(scene) + 1",
        "return 0",
        ("tests/siyu/engine/test_emit.py::test_timers_without_a_pause_end_like_emitted_facts",),
    ),
)

PLUGIN_GUARDS = (
    Guard(
        "the deadline of a decision",
        f"{ENGINE}/deciding.py",
        "            DEADLINE.arm()\n",
        "            pass\n",
        (f"{FAULTS}::test_a_decision_is_watched_over_whenever_it_comes",),
    ),
    Guard(
        "the deadline's timer",
        "siyu/deadline.py",
        "            self.armed = True\n            signal.setitimer(signal.ITIMER_REAL, TICK_S)\n",
        "            self.armed = True\n",
        (f"{FAULTS}::test_a_failed_decision_says_how_it_failed_and_leaves_no_trace[loops]",),
    ),
    Guard(
        "the deadline's interruption",
        "siyu/deadline.py",
        'raise Overran("it did not come back in time")',
        "return",
        (f"{FAULTS}::test_a_failed_decision_says_how_it_failed_and_leaves_no_trace[loops]",),
    ),
    Guard(
        "declared effects",
        f"{ENGINE}/effects.py",
        "if kind not in declared:",
        "if False:",
        ("tests/siyu/engine/test_failing_campaigns.py::test_a_misbehaving_campaign_fails_alone[undeclared]",),
    ),
    Guard(
        "the effects of the config",
        f"{ENGINE}/deciding.py",
        "plan_of(campaign.effects, ",
        "plan_of(campaign.type.effects, ",
        (f"{EFFECTS_OF}::test_an_effect_that_the_config_does_not_have_fails_the_decision",),
    ),
    Guard(
        "the review of a verdict, whatever the config",
        f"{ENGINE}/value_loading.py",
        " or (campaign.type.reviews and new.type == campaign.verdict_fact)",
        "",
        (f"{EFFECTS_OF}::test_a_verdict_finds_its_review_when_the_config_asks_for_no_more",),
    ),
    Guard(
        "declared reads",
        f"{ENGINE}/reads.py",
        "if not scene.is_readable(reference):",
        "if False:",
        ("tests/siyu/engine/test_reads.py::test_what_is_not_declared_cannot_be_read[granted]",),
    ),
    Guard(
        "a config that cannot be changed in place",
        f"{ENGINE}/deciding.py",
        "if campaign.copies_config:",
        "if False:",
        (f"{FAULTS}::test_what_a_campaign_changes_in_place_is_its_own_copy",),
    ),
    Guard(
        "a fact that cannot be changed in place",
        f"{ENGINE}/deciding.py",
        "read_only(new.data)",
        "new.data",
        (f"{FAULTS}::test_a_failed_decision_says_how_it_failed_and_leaves_no_trace[changes the fact]",),
    ),
    Guard(
        "the pause of a campaign that fails",
        f"{ENGINE}/deciding.py",
        "if campaign.suspended or campaign.id in world.faults.suspended:",
        "if False:",
        (f"{FAULTS}::test_a_failing_campaign_is_paused_for_every_process_until_it_is_resumed",),
    ),
)

WHOM_GUARDS = (
    Guard(
        "the audience",
        f"{ENGINE}/deciding.py",
        "if missing is not None:",
        "if False:",
        (
            "tests/siyu/engine/test_audience.py::test_two_first_orders_that_are_decided_together_are_one",
            "tests/siyu/engine/test_audience.py::test_what_the_shop_knows_is_read_from_the_member",
        ),
    ),
    Guard(
        "the window and the state",
        f"{ENGINE}/deciding.py",
        "if not campaign.is_open(fact.at):",
        "if False:",
        (f"{SUBMIT}::test_a_campaign_that_is_not_running_refuses[paused-CAMPAIGN_NOT_OPEN]",),
    ),
)

COMPLIANCE_GUARDS = (
    rule("COMMISSION_LEVELS", "_levels", f"{RULE}[two levels by default]", f"{RULE}[three]", f"{RULE}[no level]"),
    rule("COMMISSION_ONLY_ON_PAID_ORDERS", "_only_on_paid_orders", f"{RULE}[for playing]", f"{RULE}[for joining]"),
    rule(
        "COMMISSION_IS_TAKEN_BACK",
        "_taken_back",
        f"{COMPLIANCE}::test_commission_is_taken_back_or_not_given[fields0]",
        f"{COMPLIANCE}::test_commission_is_taken_back_or_not_given[fields1]",
    ),
    rule("NO_REWARD_FOR_RECRUITING", "_never_for_recruiting", f"{RULE}[for recruiting]", f"{RULE}[for joining]"),
    rule("NO_REWARD_FOR_SHARING", "_never_for_sharing", f"{RULE}[points for sharing]", f"{RULE}[an honest name]"),
    Guard(
        "sharing is not rewarded when it happens",
        f"{SDK}/rewarding_rules.py",
        "if fact_type in self.never:",
        "if False:",
        (
            f"{COMPLIANCE}::test_the_act_of_sharing_is_never_rewarded_whatever_the_type_declares[paying.handOut]",
            f"{COMPLIANCE}::test_the_act_of_sharing_is_never_rewarded_whatever_the_type_declares[wx.share]",
        ),
    ),
    Guard(
        "nothing but the declared rewards",
        f"{SDK}/rewarding_rules.py",
        "if not self.permits(unit, fact_type):",
        "if False:",
        (
            f"{COMPLIANCE}::test_what_is_not_declared_is_not_given",
            f"{COMPLIANCE}::test_a_reward_with_a_name_is_none_for_sharing_either",
        ),
    ),
    Guard(
        "rewards with a name are rewards",
        f"{SDK}/rewarding_rules.py",
        "if isinstance(effect, Grant | Hold | Issue):",
        "if isinstance(effect, Grant | Hold):",
        (f"{COMPLIANCE}::test_a_reward_with_a_name_is_none_for_sharing_either",),
    ),
)

GUARDS = (
    *AUDIT_GUARDS,
    *LANE_GUARDS,
    *NUMBER_GUARDS,
    *CAP_GUARDS,
    *ONCE_GUARDS,
    *REVIEW_GUARDS,
    *PLUGIN_GUARDS,
    *WHOM_GUARDS,
    *COMPLIANCE_GUARDS,
    *CHECK_IN_GUARDS,
    *FIELD_GUARDS,
    *FLASH_SALE_GUARDS,
    *GROUP_BUY_GUARDS,
    *HINT_GUARDS,
    *IDENTITY_GUARDS,
    *INVITATION_GUARDS,
    *OBSERVING_GUARDS,
    *REFERRAL_GUARDS,
    *LINE_GUARDS,
    *LIVE_GUARDS,
    *REFUND_GUARDS,
    *LOT_GUARDS,
    *WALLET_GUARDS,
    *MEMBER_GUARDS,
    *METRIC_GUARDS,
    *PRIVACY_GUARDS,
    *ATTRIBUTION_GUARDS,
    *REWARD_GUARDS,
    *COUPON_GUARDS,
    *TIER_GUARDS,
    *GROUP_GUARDS,
    *RULE_GUARDS,
    *TALK_GUARDS,
)
