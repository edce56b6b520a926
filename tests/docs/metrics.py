"""The table of docs/metrics.md, written from the definitions; `make docs` writes it."""

import re

from siyu.metrics.catalogue import ALL
from siyu.metrics.definition import Definition
from tests.docs.pages import ROOT

PAGE = ROOT / "docs" / "metrics.md"
PLACE = re.compile(
    r"(?<=<!-- metrics: python -m tests.docs.metrics -->\n).*?(?=<!-- end of the metrics -->)", re.DOTALL
)


def with_table(page: str) -> str:
    """The page with the table as it has to be."""
    head = ["Level", "Metric", "", "Formula", "Unit", "Healthy", "Below", "Above", "From"]
    lines = [head, ["---"] * len(head), *(_row(each) for each in ALL)]
    table = "".join(f"| {' | '.join(line)} |\n" for line in lines)
    return PLACE.sub(lambda _: f"\n{table}\n", page)


def _row(each: Definition) -> list[str]:
    return [
        each.level.value,
        f"`{each.key.upper()}`",
        f"{each.title.zh} {each.title.en}",
        each.formula.en,
        each.unit.value,
        _healthy(each),
        each.low_advice.en if _has_low(each) else "–",
        each.high_advice.en if _has_high(each) else "–",
        each.source,
    ]


def _has_low(each: Definition) -> bool:
    return each.healthy.low is not None or each.healthy.growth is not None


def _has_high(each: Definition) -> bool:
    return each.healthy.high is not None or each.high_share_of is not None


def _healthy(each: Definition) -> str:
    told = [] if each.healthy.low is None else [f"≥ {each.healthy.low:g}"]
    told += [] if each.healthy.high is None else [f"≤ {each.healthy.high:g}"]
    told += [] if each.healthy.growth is None else [f"up {each.healthy.growth:.0%} on the period before"]
    told += [] if each.high_share_of is None else [f"≤ `{each.high_share_of.upper()}` ÷ 3"]
    return ", ".join(told) or "–"


if __name__ == "__main__":
    PAGE.write_text(with_table(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
