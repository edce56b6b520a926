"""The wheel holds `siyu` alone, and a campaign author who installs it needs nothing that it does not declare."""

from pathlib import Path
from types import ModuleType
from zipfile import ZipFile

import siyu.sdk
from api.scaffold import write_distribution
from api.scaffold.naming import Names
from siyu.sdk.testing import CHECKS
from tests.environments import REPOSITORY, fresh_environment, run_alone

A_CAMPAIGN_AUTHORS_SESSION = """
import importlib.util
from datetime import UTC, date, datetime
from uuid import UUID

import sys

import siyu.sdk
assert "siyu.sdk.testing" not in sys.modules
import siyu.sdk.testing
from siyu.sdk import *
from siyu.sdk import CampaignConfig, CampaignState, CampaignType, Fact, Grant, Progress, Text

kind = CampaignType(
    key="hello", title=Text(zh="你好", en="Hello"), sdk=">=1.0,<2", version="1", config=CampaignConfig,
    state=CampaignState, effects=frozenset({Grant}), decide=lambda fact, view: [Grant("points", 1)],
    describe=lambda config, state: Progress(0, None, Text(zh="零", en="zero")),
)
at = datetime(2026, 11, 21, tzinfo=UTC)
fact = Fact(UUID(int=1), "hello.say", UUID(int=2), at, date(2026, 11, 21), {})
print(list(kind.decide(fact, None)))
for absent in ("asyncpg", "tortoise", "redis", "strawberry", "starlette", "orjson", "api", "plugins", "pytest"):
    assert importlib.util.find_spec(absent) is None, absent
"""
# Found by the entry point of the wheel, not by a conftest.
A_TEST_WITH_THE_PLUGIN = """
from siyu_lucky_draw.campaign import CAMPAIGN, Config


def test_the_plugin_brings_a_stage(stage):
    assert stage(CAMPAIGN, Config(points=3)).act("lin", "claim").granted() == 3
"""


def test_the_wheel_holds_siyu_alone_and_all_of_it(wheel: Path) -> None:
    names = set(ZipFile(wheel).namelist())

    sources = {str(path.relative_to(REPOSITORY)) for path in (REPOSITORY / "siyu").rglob("*.py")}
    assert {name.split("/")[0] for name in names} == {"siyu", "siyu-0.1.0.dist-info"}
    assert {name for name in names if name.startswith("siyu/")} == sources | {"siyu/py.typed"}
    assert "siyu-0.1.0.dist-info/licenses/LICENSE" in names


def test_a_campaign_author_needs_only_what_the_wheel_declares(wheel: Path, tmp_path: Path) -> None:
    python = fresh_environment(tmp_path, wheel)

    session = run_alone(python, "-c", A_CAMPAIGN_AUTHORS_SESSION, cwd=tmp_path)

    assert session.returncode == 0, session.stderr
    assert session.stdout == "[Grant(unit='points', amount=1, reference=None)]\n"


def test_a_new_distribution_passes_its_tests_with_the_wheel_and_pytest_alone(wheel: Path, tmp_path: Path) -> None:
    python = fresh_environment(tmp_path, wheel, "pytest")
    write_distribution(Names("lucky_draw"), tmp_path)
    project = tmp_path / "siyu-lucky-draw"
    (project / "tests" / "test_plugin.py").write_text(A_TEST_WITH_THE_PLUGIN)

    session = run_alone(python, "-m", "pytest", "-W", "error", "-q", "-p", "no:cacheprovider", cwd=project)

    assert session.returncode == 0, session.stdout + session.stderr
    assert session.stdout.splitlines()[-1].startswith(f"{len(CHECKS) + 4} passed")


def test_the_sdk_exports_exactly_what_it_lists() -> None:
    public = {
        name for name, value in vars(siyu.sdk).items() if not name.startswith("_") and not isinstance(value, ModuleType)
    }

    assert set(siyu.sdk.__all__) == public
    assert len(siyu.sdk.__all__) == len(public)
