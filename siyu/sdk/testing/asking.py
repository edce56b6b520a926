"""A campaign type asked for one decision: the view it is shown, and the effects it answers with."""

from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any

from siyu.sdk.effects import Effect
from siyu.sdk.facts import Fact
from siyu.sdk.model import CampaignState
from siyu.sdk.testing.limits import EFFECTS_MAX
from siyu.sdk.testing.reading import SceneReads
from siyu.sdk.testing.scene import AnyCampaignType, InvalidEffect, Scene
from siyu.sdk.view import MemberView, OrderView, View

AnyView = View[Any, Any]
# A way to ask: the campaign type, the fact and the view; what it answers is what happens.
Ask = Callable[[AnyCampaignType, Fact, AnyView], tuple[Effect, ...]]


def ask(kind: AnyCampaignType, fact: Fact, view: AnyView) -> tuple[Effect, ...]:
    """What the campaign type decides; one effect more than it may have is enough to refuse them all.

    Raises InvalidEffect for what is no effects at all: a `decide` that returns where it should yield.
    """
    decided: object = kind.decide(fact, view)
    if not isinstance(decided, Iterable):
        raise InvalidEffect(f"decide must yield effects, and returned {decided!r}")
    return tuple(islice(decided, EFFECTS_MAX + 1))


def view_of(scene: Scene, member: MemberView, order: OrderView | None) -> AnyView:
    """What the campaign sees when it decides about the scene's fact."""
    state = state_of(scene.kind, scene.shop.states.get(member.id))
    return View(scene.config, state, member, order, SceneReads(scene))


def state_of(kind: AnyCampaignType, stored: str | None) -> CampaignState:
    """The state as the database would give it back; the defaults where nothing is stored."""
    state: CampaignState = kind.state() if stored is None else kind.state.model_validate_json(stored)
    return state
