"""Only usable plugins get into the registry; each of the others is named, with a reason, and stops nobody."""

import contextlib
import logging
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from itertools import permutations
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from siyu.campaigns import AnyCampaignType, Registry, build_registry, load_registry
from siyu.sdk import (
    Action,
    CampaignState,
    Emit,
    FactData,
    Grant,
    Invite,
    Notify,
    References,
    Refund,
    Refuse,
    Review,
    Schedule,
    Text,
    hookimpl,
)
from tests.factories import SHIPPED_PLUGINS, plugin_of, shop_registry
from tests.plain_type import PLAIN_TYPE

GOOD = PLAIN_TYPE
NO = Text(zh="不", en="No")
NOTIFIES = GOOD.effects | {Notify}
REFUNDS = GOOD.effects | {Refund}
READ = References(frozenset({"order.paid"}), "order")


class NeedsAField(CampaignState):
    """A state that cannot be made from nothing."""

    colour: str


class Imagined:
    """No effect of the SDK."""


def unimportable() -> object:
    """A plugin whose import fails."""
    raise ImportError("No module named 'colours'")


def raising() -> object:
    """A plugin whose hook fails."""

    @hookimpl
    def siyu_campaign_types() -> Sequence[AnyCampaignType]:
        raise ZeroDivisionError("nothing to divide by")

    return SimpleNamespace(siyu_campaign_types=siyu_campaign_types)


def misspelt() -> object:
    """A plugin whose hook no one calls."""

    @hookimpl
    def siyu_campaign_type() -> Sequence[AnyCampaignType]:
        return [GOOD]

    return SimpleNamespace(siyu_campaign_type=siyu_campaign_type)


def another_signature() -> object:
    """A plugin whose hook wants what it does not get."""

    @hookimpl
    def siyu_campaign_types(registry: Registry) -> Sequence[AnyCampaignType]:
        return [GOOD]

    return SimpleNamespace(siyu_campaign_types=siyu_campaign_types)


def changed(**fields: Any) -> object:
    """A plugin with a type that differs from a good one in these fields."""
    return plugin_of(replace(GOOD, **{"key": "other"} | fields))


def timed(**fields: Any) -> object:
    """The same, of a type with a timer and an emitted fact."""
    own = {"timers": {"ring": FactData}, "emits": {"baton": FactData}, "effects": GOOD.effects | {Emit, Schedule}}
    return changed(**(own | fields))


@pytest.mark.parametrize(
    ("load", "reason"),
    [
        pytest.param(unimportable, "ImportError: No module named 'colours'", id="import error"),
        pytest.param(raising, "ZeroDivisionError: nothing to divide by", id="raising hook"),
        pytest.param(misspelt, "siyu_campaign_type", id="misspelt hook"),
        pytest.param(another_signature, "registry", id="another signature"),
        pytest.param(SimpleNamespace, "implements no hook", id="no hook"),
        pytest.param(lambda: plugin_of("junk"), "handed over str", id="junk"),
        pytest.param(lambda: plugin_of(replace(GOOD, key="fine"), None), "handed over NoneType", id="one is junk"),
        pytest.param(lambda: changed(sdk=">=2.0"), "needs SDK >=2.0, this is 1.0", id="SDK too new"),
        pytest.param(lambda: changed(sdk="soon"), "soon", id="no SDK range"),
        pytest.param(lambda: changed(key="check_in"), "taken already", id="duplicate key"),
        pytest.param(lambda: plugin_of(*[replace(GOOD, key="twin")] * 2), "taken already", id="duplicate in itself"),
        pytest.param(lambda: changed(key="Other"), "not short snake_case", id="capital key"),
        pytest.param(lambda: changed(key="x" * 33), "not short snake_case", id="long key"),
        pytest.param(lambda: changed(key=None), "None", id="no key"),
        pytest.param(lambda: changed(actions=(Action("sign_in", NO),)), "camelCase", id="bad action"),
        pytest.param(
            lambda: changed(actions=(Action("sign", NO), Action("sign", NO))),
            "have one name",
            id="two actions of one name",
        ),
        pytest.param(lambda: changed(refusals={"no": NO}), "UPPER_CASE: ['no']", id="bad refusal code"),
        pytest.param(lambda: changed(effects=frozenset({Grant})), "effect that refuses", id="refusals without Refuse"),
        pytest.param(lambda: changed(messages={"hello": NO}), "need each other", id="messages without Notify"),
        pytest.param(lambda: changed(effects=NOTIFIES), "need each other", id="Notify without messages"),
        pytest.param(lambda: changed(effects=NOTIFIES, messages={"Hi": NO}), "snake_case", id="bad message"),
        pytest.param(lambda: changed(effects=NOTIFIES, messages={"hi": "Hi"}), "must be Texts", id="no message"),
        pytest.param(lambda: changed(refunds={"late": NO}), "refunds and the effect Refund need", id="no Refund"),
        pytest.param(lambda: changed(effects=REFUNDS), "refunds and the effect Refund need", id="Refund for no reason"),
        pytest.param(lambda: changed(effects=REFUNDS, refunds={"Hi": NO}), "refund keys must be", id="bad reason"),
        pytest.param(lambda: changed(effects=REFUNDS, refunds={"hi": "Hi"}), "refunds must be Texts", id="no reason"),
        pytest.param(
            lambda: changed(listens=frozenset({"refund.requested"})), "no campaign hears", id="listens to a request"
        ),
        pytest.param(
            lambda: changed(settles=frozenset({"refund.requested"})), "no campaign hears", id="settles a request"
        ),
        pytest.param(lambda: changed(reviews={"photo": NO}), "need each other", id="reviews without Review"),
        pytest.param(
            lambda: changed(
                effects=frozenset({Refuse, Review}), reviews={"photo": NO}, actions=(Action("reviewed", NO),)
            ),
            "named as the fact of a verdict",
            id="an action called reviewed",
        ),
        pytest.param(lambda: changed(reads=("order",)), "reads must be", id="reads of no kind"),
        pytest.param(lambda: changed(reads=(READ,) * 17), "the 16 allowed", id="too many reads"),
        pytest.param(lambda: changed(partner=""), "a field of facts", id="partner without a name"),
        pytest.param(lambda: changed(partner="Inviter Code"), "a field of facts", id="partner that is no field"),
        pytest.param(lambda: changed(partner="x" * 65), "a field of facts", id="long partner"),
        pytest.param(lambda: changed(effects=GOOD.effects | {Invite}), "no partner who", id="Invite without a partner"),
        pytest.param(lambda: changed(effects=frozenset({Imagined, Refuse})), "do not exist", id="unknown effect"),
        pytest.param(lambda: timed(timers={"ring_it": FactData}), "timers must be camelCase", id="bad timer"),
        pytest.param(lambda: timed(emits={"Ring": FactData}), "emits must be camelCase", id="bad emitted fact"),
        pytest.param(lambda: timed(timers={"ring": dict}), "models of FactData: ['ring']", id="timer without a model"),
        pytest.param(lambda: timed(emits={"ring": FactData()}), "models of FactData", id="an instance for a model"),
        pytest.param(lambda: timed(timers={}), "Schedule are declared together", id="Schedule without timers"),
        pytest.param(lambda: timed(emits={}), "Emit are declared together", id="Emit without emits"),
        pytest.param(lambda: changed(timers={"ring": FactData}), "Schedule are declared together", id="no Schedule"),
        pytest.param(lambda: timed(emits={"sign": FactData}), "have one name", id="an action's name emitted"),
        pytest.param(lambda: timed(emits={"ring": FactData}), "have one name", id="a timer's name emitted"),
        pytest.param(lambda: timed(timers={"x" * 32: FactData}), "at most 31 characters", id="long timer"),
        pytest.param(lambda: changed(actions=(Action("x" * 32, NO),)), "at most 31 characters", id="long action"),
        pytest.param(
            lambda: timed(timers={f"n{number}": FactData for number in range(17)}), "more than 16 timers", id="many"
        ),
        pytest.param(
            lambda: timed(key="order", emits={"paid": FactData}),
            "facts of these types: ['order.paid']",
            id="the core's",
        ),
        pytest.param(lambda: changed(state=NeedsAField), "colour", id="state without defaults"),
    ],
)
def test_a_broken_plugin_is_left_out_and_named(load: Any, reason: str, caplog: pytest.LogCaptureFixture) -> None:
    registry = build_registry(
        [("good", lambda: plugin_of(GOOD)), ("broken", load), ("late", lambda: changed(key="late"))]
    )

    assert set(registry.types) == {"check_in", "late"}
    [broken] = registry.broken
    assert broken.name == "broken"
    assert reason in broken.problem
    assert [r.message for r in caplog.records if r.levelno >= logging.ERROR] == [
        f"plugin broken is left out: {broken.problem}"
    ]


def test_the_order_of_plugins_does_not_matter() -> None:
    plugins = [
        ("good", lambda: plugin_of(GOOD)),
        ("raising", raising),
        ("misspelt", misspelt),
        ("late", lambda: changed(key="late")),
    ]

    for order in permutations(plugins):
        registry = build_registry(order)
        assert registry.types == {"check_in": GOOD, "late": replace(GOOD, key="late")}
        assert {broken.name for broken in registry.broken} == {"raising", "misspelt"}


def test_the_first_of_two_with_one_key_keeps_it() -> None:
    newer = replace(GOOD, version="2.0.0")

    registry = build_registry([("first", lambda: plugin_of(GOOD)), ("second", lambda: plugin_of(newer))])

    assert registry.types["check_in"] is GOOD
    assert [broken.name for broken in registry.broken] == ["second"]


def test_a_plugin_may_hand_over_several_types() -> None:
    registry = build_registry([("pair", lambda: plugin_of(GOOD, replace(GOOD, key="other")))])

    assert set(registry.types) == {"check_in", "other"}


def test_a_folder_that_cannot_be_imported_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "shop_plugins"
    for name, text in {"": "", "torn": "import nowhere_to_be_found", "empty": ""}.items():
        (package / name).mkdir()
        (package / name / "__init__.py").write_text(text)
    (package / "no_package").mkdir()
    monkeypatch.syspath_prepend(tmp_path)

    registry = load_registry(package, "shop_plugins")

    assert registry.types == {}
    assert [broken.name for broken in registry.broken] == ["shop_plugins.empty", "shop_plugins.torn"]


def test_timers_and_emitted_facts_are_welcome() -> None:
    registry = build_registry([("timed", timed)])

    assert registry.broken == ()
    assert registry.types["other"].own_facts() == {"other.sign", "other.makeUp", "other.ring", "other.baton"}


def test_a_partner_who_invites_or_does_not_is_welcome() -> None:
    inviting = partial(changed, partner="inviter", effects=GOOD.effects | {Invite})

    assert build_registry([("looks", partial(changed, partner="friend"))]).broken == ()
    assert build_registry([("invites", inviting)]).types["other"].partner == "inviter"


def test_nothing_that_siyu_ships_is_broken() -> None:
    assert shop_registry().broken == ()


def leaving() -> object:
    """A plugin that ends the process where it is imported."""
    raise SystemExit("enough")


def looping() -> object:
    """A plugin whose import never ends, and that catches what would end it."""
    while True:
        with contextlib.suppress(Exception):
            time.sleep(30)


class Mute(Exception):
    """An error whose words are an error."""

    def __str__(self) -> str:
        raise RuntimeError


def mute() -> object:
    """A plugin that fails and cannot say why."""
    raise Mute


def test_a_plugin_can_neither_end_nor_hold_up_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("siyu.campaigns.registry.LOADING_S", 0.5)

    registry = build_registry(
        [("leaving", leaving), ("looping", looping), ("mute", mute), ("good", lambda: plugin_of(GOOD))]
    )

    assert set(registry.types) == {"check_in"}
    problems = {broken.name: broken.problem for broken in registry.broken}
    assert problems["leaving"] == "GaveNoAnswer: SystemExit: enough"
    assert "Overran" in problems["looping"]
    assert problems["mute"] == "Mute: it cannot say why"


def test_of_two_with_one_key_both_are_named() -> None:
    registry = build_registry([("first", lambda: plugin_of(GOOD)), ("second", lambda: plugin_of(GOOD, replace(GOOD)))])

    [broken] = registry.broken
    assert broken.name == "second"
    assert "'check_in' is taken already by first" in broken.problem


def install(site: Path, distribution: str, version: str, plugin_name: str, source: str) -> None:
    """A distribution with one plugin."""
    module = f"{distribution.replace('-', '_')}_{plugin_name}"
    info = site / f"{distribution}-{version}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: {version}\n")
    (info / "entry_points.txt").write_text(f"[siyu.campaigns]\n{plugin_name} = {module}\n")
    (site / f"{module}.py").write_text(source)


def handing_over(version: str) -> str:
    """The source of a plugin that hands over a good type called `lottery`."""
    return (
        "from dataclasses import replace\n"
        "from plugins.check_in.campaign import CHECK_IN\n"
        "from siyu.sdk import hookimpl\n"
        "@hookimpl\n"
        "def siyu_campaign_types():\n"
        f"    return [replace(CHECK_IN, key='lottery', version='{version}')]\n"
    )


@pytest.mark.parametrize("installed_first", ["a-shop", "b-shop"])
def test_what_is_loaded_does_not_depend_on_the_order_of_installation(
    installed_first: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in sorted(["a-shop", "b-shop"], reverse=installed_first == "b-shop"):
        site = tmp_path / name
        site.mkdir()
        install(site, name, "1.0", "draw", handing_over(name))
        monkeypatch.syspath_prepend(site)

    registry = load_registry(SHIPPED_PLUGINS)

    assert registry.types["lottery"].version == "a-shop"
    [broken] = registry.broken
    assert (broken.name, broken.distribution) == ("draw", ("b-shop", "1.0"))
    assert registry.distributions == {"lottery": ("a-shop", "1.0")}
    for name in ("a_shop_draw", "b_shop_draw"):
        sys.modules.pop(name, None)


def test_only_the_plugins_that_are_allowed_are_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path, "trap", "1.0", "trap", "raise AssertionError('imported')")
    monkeypatch.syspath_prepend(tmp_path)

    registry = load_registry(SHIPPED_PLUGINS, allowed={"plugins.check_in", "lottery"})

    assert set(registry.types) == {"check_in"}
    [broken] = registry.broken
    assert broken.name == "lottery"
    assert broken.problem == "UnusablePlugin: SIYU_PLUGINS names it, but it is not installed"
    assert "trap_trap" not in sys.modules
