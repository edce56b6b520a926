"""Reviews on a stage."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from plugins.purchase.campaign import PURCHASE
from siyu.sdk import Action, Effect, Emit, Fact, FactData, Grant, Refuse, Review, Reviewed, Text
from siyu.sdk.judging import type_problems
from siyu.sdk.testing import (
    CampaignIsNotSound,
    Crowd,
    Given,
    InvalidEffect,
    NotHeard,
    OpenReview,
    Played,
    Stage,
    check_campaign,
    play,
)
from siyu.sdk.testing.asking import AnyView
from siyu.sdk.testing.crowd import MEMBERS, NTH_MAX, tell
from siyu.sdk.testing.limits import REVIEWS_OPEN_MAX
from siyu.sdk.testing.scene import AnyCampaignType

LOOK = Text(zh="请看一下", en="Have a look")
KIND = replace(
    PURCHASE,
    key="looked",
    effects=frozenset({Grant, Refuse, Review}),
    reviews={"photo": LOOK},
    refusals={"NO": Text(zh="不", en="No")},
)


class Looking:
    """A stage on which every order, and every verdict, does what the test says."""

    def __init__(self, kind: AnyCampaignType = KIND) -> None:
        self.next: Sequence[Effect] = ()
        self.stage: Stage[Any, Any] = Stage(replace(kind, decide=lambda fact, view: self.next))
        self.orders = 0

    def order(self, *effects: Effect) -> Played:
        """An order of Lin's."""
        self.next, self.orders = effects, self.orders + 1
        return self.stage.fact("lin", "order.paid", order=f"A-{self.orders}", amount_fen=100)


def test_what_is_asked_waits_with_its_evidence() -> None:
    shop = Looking()

    played = shop.order(Review("a", "photo", {"url": "https://example.com/1", "n": 3, "note": ""}))

    asked_at = shop.stage.now
    assert shop.stage.reviews("lin") == {
        "a": OpenReview("photo", {"url": "https://example.com/1", "n": 3, "note": ""}, asked_at)
    }
    assert shop.stage.reviews("wang") == {}
    assert played.log == ({"kind": "review", "key": "a", "reason": "photo"},)


def test_the_verdict_is_a_fact_about_the_member_and_counts_once() -> None:
    shop = Looking()
    shop.order(Review("a", "photo"))
    shop.next = [Grant("points", 5)]

    played = shop.stage.review("lin", "a", approved=True, note="fine")

    assert (played.fact.type, played.fact.at) == ("looked.reviewed", shop.stage.now)
    assert Reviewed.model_validate(played.fact.data) == Reviewed(key="a", approved=True, note="fine")
    assert shop.stage.balance("lin") == 5
    assert shop.stage.reviews("lin") == {}
    with pytest.raises(NotHeard, match="no review 'a' of lin is open; open: none"):
        shop.stage.review("lin", "a", approved=False)
    assert shop.stage.fact("lin", "looked.reviewed", key="a", approved=True).effects == ()
    assert shop.stage.balance("lin") == 5


@pytest.mark.parametrize("has_verdict", [False, True])
def test_a_key_is_asked_about_once_whatever_became_of_it(has_verdict: bool) -> None:
    shop = Looking()
    shop.order(Review("a", "photo", {"n": 1}), Review("a", "photo", {"n": 2}))
    if has_verdict:
        shop.next = [Review("a", "photo", {"n": 3})]
        shop.stage.review("lin", "a", approved=False)

    shop.order(Review("a", "photo", {"n": 4}))

    assert [review.evidence for review in shop.stage.reviews("lin").values()] == ([] if has_verdict else [{"n": 1}])


def test_a_verdict_is_decided_after_the_end() -> None:
    shop = Looking()
    shop.order(Review("a", "photo"))
    shop.stage.running, shop.next = False, [Grant("points", 5)]

    assert shop.stage.review("lin", "a", approved=True).granted() == 5


def test_a_decision_that_refuses_has_decided() -> None:
    shop = Looking()
    shop.order(Review("a", "photo"))
    shop.next = [Refuse("NO")]

    assert shop.stage.review("lin", "a", approved=True).refusal == "NO"
    assert shop.stage.reviews("lin") == {}


def test_a_decision_that_fails_leaves_the_review_open() -> None:
    shop = Looking()
    shop.order(Review("a", "photo"))
    shop.next = [Grant("gold", 5)]

    with pytest.raises(InvalidEffect):
        shop.stage.review("lin", "a", approved=True)
    shop.next = [Grant("points", 5)]

    assert shop.stage.review("lin", "a", approved=True).granted() == 5


def test_what_follows_from_a_verdict_follows() -> None:
    emitting = replace(KIND, effects=KIND.effects | {Emit}, emits={"done": FactData})
    shop = Looking(emitting)
    shop.order(Review("a", "photo"))

    def decide(fact: Fact, view: AnyView) -> Iterator[Effect]:
        yield Grant("points", 1) if fact.type == "looked.done" else Emit("done")

    shop.stage.kind = replace(emitting, decide=decide)
    assert [played.granted() for played in shop.stage.review("lin", "a", approved=True).followed] == [1]


def test_a_member_has_so_many_open_reviews_and_no_more() -> None:
    shop = Looking()
    for start in range(0, REVIEWS_OPEN_MAX, 32):
        shop.order(*(Review(f"k{start + n}", "photo") for n in range(32)))

    with pytest.raises(InvalidEffect, match="has 256 open reviews already"):
        shop.order(Review("one too many", "photo"))
    shop.next = []
    shop.stage.review("lin", "k0", approved=True)
    shop.order(Review("in its place", "photo"))

    assert len(shop.stage.reviews("lin")) == REVIEWS_OPEN_MAX


@pytest.mark.parametrize(
    ("effect", "problem"),
    [
        (Review("", "photo"), "key must be a text of 1 to 64 characters"),
        (Review("x" * 65, "photo"), "key must be a text of 1 to 64 characters"),
        (Review("a", "undeclared"), "no review 'undeclared'; it has: photo"),
        (Review("a", "photo", {f"n{n}": n for n in range(17)}), "are at most 16, and these are 17"),
        (Review("a", "photo", {"": 1}), "the name of a piece of evidence must be"),
        (Review("a", "photo", {"n": "x" * 501}), "text of at most 500 characters"),
        (Review("a", "photo", {"n": True}), "whole number of 64 bits"),
        (Review("a", "photo", {"n": 2**63}), "whole number of 64 bits"),
    ],
)
def test_what_cannot_be_asked_is_invalid(effect: Review, problem: str) -> None:
    with pytest.raises(InvalidEffect, match=f"impossible Review: .*{problem}"):
        Looking().order(effect)


def test_a_story_tells_of_verdicts() -> None:
    shop = Looking()
    shop.order(Review("a", "photo"))
    shop.next = [Grant("points", 5)]

    Given(shop.stage).when_reviewed("lin", "a", approved=True).then(Grant("points", 5)).then_balance("lin", 5)


def test_a_verdict_no_operator_could_give_is_refused() -> None:
    shop = Looking()
    shop.order(Review("a", "photo"))

    with pytest.raises(ValueError, match="note"):
        shop.stage.review("lin", "a", approved=True, note="x" * 501)


def asks_and_pays(fact: Fact, view: AnyView) -> Iterator[Effect]:
    """An order is looked at; what is approved is paid."""
    if fact.type == "looked.reviewed":
        if fact.data["approved"]:
            yield Grant("points", 1, reference=fact.data["key"])
        else:
            yield Refuse("NO")
    elif view.order is not None:
        yield Review(view.order.number, "photo", {"fen": view.order.amount_fen})


def raises_on_rejection(fact: Fact, view: AnyView) -> Iterator[Effect]:
    """Its author has never seen a rejection."""
    if fact.type == "looked.reviewed" and not fact.data["approved"]:
        raise ZeroDivisionError
    yield from asks_and_pays(fact, view)


def test_a_crowd_gives_verdicts_of_both_kinds_on_what_waits() -> None:
    kind = replace(KIND, decide=asks_and_pays)
    stage: Stage[Any, Any] = Stage(kind)
    crowd = Crowd(kind, Random(7))  # noqa: S311 - to be the same again is its purpose
    verdicts = []
    for _ in range(200):
        step = crowd.step()
        waited = sum(len(stage.reviews(name)) for name in MEMBERS)
        played = play(stage, step)
        if step.type == "looked.reviewed":
            verdicts.append((step.data["approved"], bool(waited), bool(played.effects or played.refusal)))

    assert "looked.reviewed" in crowd.types
    assert crowd.unplayed == []
    # Where something waited, it was decided about; both ways were seen.
    assert {approved for approved, waited, _ in verdicts if waited} == {True, False}
    assert all(waited == decided for _, waited, decided in verdicts)


def test_a_verdict_of_the_crowd_finds_any_place() -> None:
    shop = Looking(replace(KIND, decide=asks_and_pays))
    crowd = Crowd(shop.stage.kind, Random(1))  # noqa: S311 - as above
    step = next(step for step in iter(crowd.step, None) if step.type == "looked.reviewed")
    shop.order(*(Review(key, "photo") for key in ("a", "b", "c")))
    shop.next = []

    played = tell(shop.stage, step._replace(data={**step.data, "key": str(NTH_MAX)}))

    assert played.fact.data["key"] == ("a", "b", "c")[NTH_MAX % 3]


def test_the_suite_plays_verdicts() -> None:
    plain = replace(PURCHASE, key="looked", refusals=KIND.refusals, reviews=KIND.reviews, effects=KIND.effects)

    check_campaign(replace(plain, decide=asks_and_pays))
    with pytest.raises(CampaignIsNotSound, match=r"never_raises: looked\.reviewed .*ZeroDivisionError"):
        check_campaign(replace(plain, decide=raises_on_rejection))


def test_reasons_are_told_in_both_languages() -> None:
    kind = replace(KIND, decide=asks_and_pays, reviews={"photo": Text(zh="Look", en="Look")})

    with pytest.raises(CampaignIsNotSound, match="the reason to review photo: zh is not Chinese"):
        check_campaign(kind)


@pytest.mark.parametrize(
    ("kind", "problem"),
    [
        (replace(KIND, reviews={}), "reviews and the effect Review need each other"),
        (replace(KIND, effects=KIND.effects - {Review}), "reviews and the effect Review need each other"),
        (replace(KIND, reviews={"Photo": LOOK}), "review keys must be short snake_case"),
        (replace(KIND, reviews={"photo": "Look"}), "its reviews must be Texts"),
        (replace(KIND, actions=(Action("reviewed", LOOK),)), "named as the fact of a verdict on its reviews is"),
        (replace(KIND, effects=KIND.effects | {Emit}, emits={"reviewed": FactData}), "named as the fact of a verdict"),
    ],
)
def test_what_is_declared_wrongly_is_told(kind: AnyCampaignType, problem: str) -> None:
    assert any(problem in told for told in type_problems(kind))
    assert not list(type_problems(KIND))


def test_a_type_without_reviews_may_call_an_action_so() -> None:
    kind = replace(PURCHASE, actions=(Action("reviewed", LOOK),))

    assert not list(type_problems(kind))
    assert Stage(kind).act("lin", "reviewed").fact.type == "purchase.reviewed"
