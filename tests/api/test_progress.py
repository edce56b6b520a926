"""Progress told where there is no terminal to draw on."""

import pytest

from api import progress


def test_without_a_terminal_progress_is_told_in_lines(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "SECONDS_BETWEEN_LINES", 0.0)

    with progress.showing_progress("orders.csv") as report:
        report(50, 200, 1_000)

    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith("orders.csv: 25%, 1,000 rows, ")


def test_lines_are_seconds_apart(capsys: pytest.CaptureFixture[str]) -> None:
    with progress.showing_progress("orders.csv") as report:
        for done in range(100):
            report(done, 100, done)

    assert capsys.readouterr().err == ""
