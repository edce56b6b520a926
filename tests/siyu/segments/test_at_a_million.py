"""What the segments of a large shop cost."""

import pytest

from benchmarks.rules import run

MEMBERS = 1_000_000
ROUNDS = 3
COUNT_S_MAX = 2.0
MEMBERS_PER_S_MIN = 150_000


@pytest.mark.prove
def test_a_million_members_are_counted_in_two_seconds_and_a_closure_judges_150_000_a_second() -> None:
    measured = run(ROUNDS, MEMBERS)

    counts = measured["counts"]
    assert isinstance(counts, dict)
    assert {name: each["seconds"] for name, each in counts.items() if each["seconds"] > COUNT_S_MAX} == {}
    for name in ("typical", "selective tag", "selective spend", "recent buyers", "layer"):
        assert not any("Seq Scan" in step for step in counts[name]["plan"]), name
    judged = measured["closure_members_per_s"]
    assert isinstance(judged, int)
    assert judged >= MEMBERS_PER_S_MIN
