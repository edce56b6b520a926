"""Settings: what is wrong with one is a sentence that names it, and the manual lists them all."""

import re
from pathlib import Path
from typing import Any

import pytest

from api.settings import PREFIX, Settings, SettingsError, load_settings
from tests.api.processes import ROOT

PAGE = ROOT / "docs" / "settings.md"
ROW = re.compile(r"^\| *`(SIYU_\w+)` *\| *(.*?) *\| *(.*?) *\|$", re.MULTILINE)


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Neither the surroundings' settings nor a `.env` of the checkout."""
    for name in Settings.model_fields:
        monkeypatch.delenv(PREFIX + name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://localhost/shop"),
        ("DATABASE_URL", "localhost"),
        ("DATABASE_URL", "postgresql://localhost:port/shop"),
        ("REDIS_URL", "http://localhost"),
        ("REDIS_URL", "redis://localhost:99999"),
        ("ENVIRONMENT", "staging"),
        ("PORT", "-1"),
        ("PORT", "65536"),
        ("PORT", "http"),
        ("TIME_ZONE", "Asia/Nowhere"),
        ("TIME_ZONE", "../etc/passwd"),
        ("TIME_ZONE", ""),
        ("TOKEN_ISSUER", ""),
        ("TOKEN_AUDIENCE", ""),
        ("DATABASE_POOL_MAX", "3"),
        ("DATABASE_POOL_MAX", "many"),
        ("BATCH_FACTS_MAX", "0"),
        ("BATCH_DELAY_MS", "-1"),
        ("BATCH_DELAY_MS", "nan"),
        ("BATCHES_IN_FLIGHT_MAX", "17"),
        ("QUEUE_FACTS_MAX", "0"),
        ("BODY_BYTES_MAX", "1"),
        ("REQUEST_TIMEOUT_S", "0"),
        ("RATE_POINTS", "999"),
        ("CORS_ORIGINS", "*"),
        ("CORS_ORIGINS", "https://shop.example/path"),
        ("CORS_ORIGINS", "shop.example"),
        ("DOCUMENTS", "some"),
    ],
)
def test_a_wrong_value_is_one_sentence_that_names_it(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(PREFIX + name, value)

    with pytest.raises(SettingsError) as caught:
        load_settings()

    assert str(caught.value).startswith(f"SIYU_{name}: ")
    assert "\n" not in str(caught.value)


def test_every_wrong_value_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIYU_PORT", "http")
    monkeypatch.setenv("SIYU_TIME_ZONE", "Nowhere")

    with pytest.raises(SettingsError, match=r"SIYU_PORT: .*; SIYU_TIME_ZONE: "):
        load_settings()


def test_connections_must_suffice_for_the_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIYU_DATABASE_POOL_MAX", "4")
    monkeypatch.setenv("SIYU_BATCHES_IN_FLIGHT_MAX", "4")

    with pytest.raises(SettingsError, match="SIYU_DATABASE_POOL_MAX must be greater than SIYU_BATCHES_IN_FLIGHT_MAX"):
        load_settings()


def test_trusted_documents_must_come_from_somewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIYU_DOCUMENTS", "trusted")

    with pytest.raises(SettingsError, match="SIYU_DOCUMENTS=trusted needs SIYU_TRUSTED_DOCUMENTS"):
        load_settings()


def test_a_dot_env_is_read_and_a_variable_wins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("SIYU_PORT=9001\nSIYU_TIME_ZONE=Europe/Paris\nOTHER=1\n", encoding="utf-8")
    monkeypatch.setenv("SIYU_TIME_ZONE", "Asia/Tokyo")

    settings = load_settings(host="::1", port=None)

    assert (settings.port, settings.time_zone, settings.host) == (9001, "Asia/Tokyo", "::1")


def shown(value: Any) -> str:
    """A default as the manual writes it; the cell of a setting without one is empty or a dash."""
    return "" if value is None else str(value)


def test_the_manual_lists_every_setting_and_no_other() -> None:
    rows = ROW.findall(PAGE.read_text(encoding="utf-8"))

    listed = {name: (default.strip("`–- "), meaning) for name, default, meaning in rows}
    assert listed == {
        PREFIX + name.upper(): (shown(field.default), field.description)
        for name, field in Settings.model_fields.items()
    }
    assert len(rows) == len(listed)
