"""What holds of every campaign type that siyu ships."""

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from siyu.campaigns import AnyCampaignType
from siyu.sdk import Effect, OrderView, Progress, Refuse, Text
from tests.factories import SHIPPED_PLUGINS, shop_registry
from tests.plugins.stage import Stage

TYPES = shop_registry().types
DAYS = (date(2026, 11, 27), date(2026, 11, 28), date(2026, 11, 28), date(2025, 1, 1), date(2026, 12, 1))
EVERY_TYPE = pytest.mark.parametrize("kind", TYPES.values(), ids=TYPES)


def fact_types(kind: AnyCampaignType) -> list[str]:
    """Every type of fact it decides about."""
    return sorted({kind.fact_type(action) for action in kind.actions} | kind.listens | kind.settles)


def a_life(kind: AnyCampaignType) -> list[list[Effect]]:
    """What it decides, with its default config, about facts of all its types on several days."""
    stage = Stage(kind, kind.config())
    return [stage.decide(*fact) for fact in some_facts(kind)]


def some_facts(kind: AnyCampaignType) -> Iterator[tuple[str, date, OrderView | None]]:
    """A fact of each type on each day, about the day's order."""
    for number, day in enumerate(DAYS):
        paid_at = datetime(2026, 11, 27, tzinfo=UTC)
        for fact_type in fact_types(kind):
            refunded_fen = 500 if fact_type == "order.refunded" else 0
            order = OrderView(f"A{number}", 1_234, refunded_fen, paid_at) if fact_type.startswith("order.") else None
            yield fact_type, day, order


def every_text(kind: AnyCampaignType) -> Iterator[Text]:
    """What members and operators read of it."""
    yield kind.title
    yield from kind.refusals.values()
    yield from (action.title for action in kind.actions)
    yield kind.describe(kind.config(), kind.state()).text


def test_every_folder_is_a_campaign_type() -> None:
    folders = {path.parent.name for path in SHIPPED_PLUGINS.glob("*/__init__.py")}

    assert folders == set(TYPES)


@EVERY_TYPE
def test_config_and_state_survive_json(kind: AnyCampaignType) -> None:
    config, state = kind.config(), a_stage_after_a_life(kind).state

    assert kind.config.model_validate_json(config.model_dump_json()) == config
    assert kind.state.model_validate_json(state.model_dump_json()) == state
    assert kind.state.model_validate_json(kind.state().model_dump_json()) == kind.state()
    assert kind.config.model_json_schema()["additionalProperties"] is False


def a_stage_after_a_life(kind: AnyCampaignType) -> Stage:
    """A member to whom things have happened."""
    stage = Stage(kind, kind.config())
    for fact in some_facts(kind):
        stage.decide(*fact)
    assert stage.state != kind.state()
    return stage


@EVERY_TYPE
def test_it_decides_by_what_it_is_given_alone(kind: AnyCampaignType, monkeypatch: pytest.MonkeyPatch) -> None:
    lives = []
    for seed in range(3):
        random.seed(seed)
        monkeypatch.setattr("time.time", lambda seed=seed: 86_400.0 * 366 * seed)
        lives.append(a_life(kind))

    assert lives[0] == lives[1] == lives[2]
    assert any(lives[0])


@EVERY_TYPE
def test_it_never_reaches_for_a_clock_a_generator_or_a_file(kind: AnyCampaignType) -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in Path(SHIPPED_PLUGINS, kind.key).rglob("*.py"))

    for impure in (".now(", ".utcnow(", ".today(", "import random", "import time", "import os", "open(", "uuid4("):
        assert impure not in source


@EVERY_TYPE
def test_its_effects_are_those_it_declares_and_it_uses_them_all(kind: AnyCampaignType) -> None:
    used = {type(effect) for effects in a_life(kind) for effect in effects}

    assert used == set(kind.effects)


@EVERY_TYPE
def test_it_refuses_with_nothing_beside_and_codes_it_explains(kind: AnyCampaignType) -> None:
    for effects in a_life(kind):
        for refusal in (effect for effect in effects if isinstance(effect, Refuse)):
            assert effects == [refusal]
            text = kind.refusals[refusal.code]
            assert "{" not in text.zh.format(**refusal.missing) + text.en.format(**refusal.missing)


@EVERY_TYPE
def test_it_can_describe_a_member_who_has_done_nothing(kind: AnyCampaignType) -> None:
    progress = kind.describe(kind.config(), kind.state())

    assert isinstance(progress, Progress)
    assert progress.current == 0


@EVERY_TYPE
def test_everything_it_says_is_said_in_both_languages(kind: AnyCampaignType) -> None:
    for text in every_text(kind):
        assert any("\u4e00" <= character <= "\u9fff" for character in text.zh)
        assert text.en.strip()
        assert text.en.isascii()


@EVERY_TYPE
@pytest.mark.parametrize("fact_type", ["order.shipped", "member.joined"])
def test_a_fact_it_knows_nothing_of_reaches_no_campaign(kind: AnyCampaignType, fact_type: str) -> None:
    assert fact_type not in kind.listens | kind.settles


def test_purchase_has_no_effect_without_an_order() -> None:
    stage: Any = Stage(TYPES["purchase"], TYPES["purchase"].config())

    assert stage.decide("order.shipped", DAYS[0], None) == []
    assert stage.decide("order.shipped", DAYS[0], OrderView("A1", 100, 0, datetime(2026, 1, 1, tzinfo=UTC))) == []
