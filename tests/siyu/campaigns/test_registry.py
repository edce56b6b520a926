"""Only usable plugins get into the registry; each of the others is named, with a reason, and stops nobody."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from itertools import permutations
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from siyu.campaigns import AnyCampaignType, Registry, build_registry, load_registry
from siyu.sdk import Action, CampaignState, Grant, Notify, References, Refuse, Text, hookimpl
from tests.factories import shop_registry

GOOD = shop_registry().types["check_in"]
NO = Text(zh="不", en="No")
NOTIFIES = GOOD.effects | {Notify}
READ = References(frozenset({"order.paid"}), "order")


class NeedsAField(CampaignState):
    """A state that cannot be made from nothing."""

    colour: str


class Imagined:
    """No effect of the SDK."""


def plugin(*handed_over: object) -> object:
    """A plugin that hands these over."""

    @hookimpl
    def siyu_campaign_types() -> Sequence[object]:
        return handed_over

    return SimpleNamespace(siyu_campaign_types=siyu_campaign_types)


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
    return plugin(replace(GOOD, **{"key": "other"} | fields))


@pytest.mark.parametrize(
    ("load", "reason"),
    [
        pytest.param(unimportable, "ImportError: No module named 'colours'", id="import error"),
        pytest.param(raising, "ZeroDivisionError: nothing to divide by", id="raising hook"),
        pytest.param(misspelt, "siyu_campaign_type", id="misspelt hook"),
        pytest.param(another_signature, "registry", id="another signature"),
        pytest.param(SimpleNamespace, "implements no hook", id="no hook"),
        pytest.param(lambda: plugin("junk"), "handed over str", id="junk"),
        pytest.param(lambda: plugin(replace(GOOD, key="fine"), None), "handed over NoneType", id="one is junk"),
        pytest.param(lambda: changed(sdk=">=2.0"), "needs SDK >=2.0, this is 1.0", id="SDK too new"),
        pytest.param(lambda: changed(sdk="soon"), "soon", id="no SDK range"),
        pytest.param(lambda: changed(key="check_in"), "taken already", id="duplicate key"),
        pytest.param(lambda: plugin(*[replace(GOOD, key="twin")] * 2), "taken already", id="duplicate in itself"),
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
        pytest.param(lambda: changed(reads=("order",)), "reads must be", id="reads of no kind"),
        pytest.param(lambda: changed(reads=(READ,) * 17), "the 16 allowed", id="too many reads"),
        pytest.param(lambda: changed(effects=frozenset({Imagined, Refuse})), "do not exist", id="unknown effect"),
        pytest.param(lambda: changed(state=NeedsAField), "colour", id="state without defaults"),
    ],
)
def test_a_broken_plugin_is_left_out_and_named(load: Any, reason: str, caplog: pytest.LogCaptureFixture) -> None:
    registry = build_registry([("good", lambda: plugin(GOOD)), ("broken", load), ("late", lambda: changed(key="late"))])

    assert set(registry.types) == {"check_in", "late"}
    [broken] = registry.broken
    assert broken.name == "broken"
    assert reason in broken.problem
    assert [r.message for r in caplog.records if r.levelno >= logging.ERROR] == [
        f"plugin broken is left out: {broken.problem}"
    ]


def test_the_order_of_plugins_does_not_matter() -> None:
    plugins = [
        ("good", lambda: plugin(GOOD)),
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

    registry = build_registry([("first", lambda: plugin(GOOD)), ("second", lambda: plugin(newer))])

    assert registry.types["check_in"] is GOOD
    assert [broken.name for broken in registry.broken] == ["second"]


def test_a_plugin_may_hand_over_several_types() -> None:
    registry = build_registry([("pair", lambda: plugin(GOOD, replace(GOOD, key="other")))])

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


def test_nothing_that_siyu_ships_is_broken() -> None:
    assert shop_registry().broken == ()
