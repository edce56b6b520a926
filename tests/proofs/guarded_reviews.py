"""The guards of reviews."""

from tests.proofs.guard import ENGINE, Guard

REVIEWS = "tests/siyu/engine/test_reviews.py"

REVIEW_GUARDS = (
    Guard(
        "the first verdict",
        f"{ENGINE}/verdicts.py",
        "if is_second or not review.is_open:",
        "if False:",
        (
            f"{REVIEWS}::test_the_first_verdict_counts",
            f"{REVIEWS}::test_of_many_verdicts_at_once_one_counts",
        ),
    ),
    Guard(
        "one verdict a batch",
        f"{ENGINE}/verdicts.py",
        "met.add(review_id)",
        "pass",
        (f"{REVIEWS}::test_of_two_verdicts_in_one_batch_the_second_is_late",),
    ),
    Guard(
        "a key is asked about once",
        "siyu/reviews/store.py",
        " ON CONFLICT (campaign_id, member_id, key) DO NOTHING",
        "",
        (f"{REVIEWS}::test_a_key_is_asked_about_once_whatever_became_of_it[True]",),
    ),
    Guard(
        "a failed decision leaves the review open",
        f"{ENGINE}/reviewing.py",
        "if refusal is not None and refusal.code == CAMPAIGN_FAILED:",
        "if False:",
        (
            f"{REVIEWS}::test_a_decision_that_fails_leaves_the_review_open_and_tells[raised]",
            f"{REVIEWS}::test_a_decision_that_fails_leaves_the_review_open_and_tells[invalid]",
        ),
    ),
    Guard(
        "a campaign that cannot decide now",
        f"{ENGINE}/verdicts.py",
        "if campaign is None or campaign.suspended:",
        "if False:",
        (
            f"{REVIEWS}::test_while_the_campaign_cannot_decide_a_review_stays_open[config]",
            f"{REVIEWS}::test_while_the_campaign_cannot_decide_a_review_stays_open[suspended]",
        ),
    ),
    Guard(
        "the most open reviews of a member",
        f"{ENGINE}/reviewing.py",
        "and scene.world.reviews.open_count(campaign.id, scene.fact.member_id) < REVIEWS_OPEN_MAX",
        "",
        (f"{REVIEWS}::test_a_member_has_so_many_open_reviews_and_no_more",),
    ),
    Guard(
        "evidence for the shop alone",
        "schema/types/review.py",
        "return None if _is_member(info) else JSON(dict(self.row.evidence))",
        "return JSON(dict(self.row.evidence))",
        ("tests/schema/test_reviews.py::test_members_see_that_theirs_waits_and_no_more",),
    ),
)
