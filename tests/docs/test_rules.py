"""The page about rules lists every feature, preset and code, and its rule is one."""

import re

from siyu.rules import MEMBER_FEATURES, RuleCode, rule_problems
from siyu.rules.parser import DEPTH_MAX, LIST_ITEMS_MAX, NODES_MAX, RULE_LENGTH_MAX
from siyu.rules.tokens import TEXT_LENGTH_MAX
from siyu.segments.presets import PRESETS
from tests.docs.pages import ROOT, blocks

PAGE = ROOT / "docs" / "rules.md"
TEXT = PAGE.read_text(encoding="utf-8")
FIRST_COLUMN = re.compile(r"^\| `([^`]+)` \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
WRITTEN = re.compile(r"^\| ((?:`[^`]+`(?:, )?)+) \|", re.MULTILINE)


def test_the_page_lists_every_feature_with_its_type() -> None:
    listed = [row for row in FIRST_COLUMN.findall(TEXT) if row[0].startswith("member.")]

    assert listed == [
        (feature.name, f"`{feature.type.value}`", "perhaps" if feature.nullable else "always", feature.title.en)
        for feature in MEMBER_FEATURES.by_name.values()
    ]


def test_the_page_lists_every_preset_with_its_rule() -> None:
    for family, presets in PRESETS.items():
        for preset in presets:
            rule = preset.rule.text.replace("|", "\\|")
            assert f"| `{family}/{preset.key}` | {preset.title.en} | `{rule}` |" in TEXT


def test_the_page_lists_every_code_and_bound() -> None:
    codes = {code for row in WRITTEN.findall(TEXT) for code in re.findall(r"`(RULE_\w+)`", row)}

    assert codes == {code.value for code in RuleCode}
    for bound in (f"{RULE_LENGTH_MAX:,} characters", f"{NODES_MAX} parts", f"nested {DEPTH_MAX} deep"):
        assert bound in TEXT
    assert f"a list {LIST_ITEMS_MAX} items; a text {TEXT_LENGTH_MAX} characters" in TEXT


def test_the_rule_of_the_page_is_one() -> None:
    [block] = [block for block in blocks(PAGE) if block.language == "cel"]

    assert rule_problems(block.text) == ()
