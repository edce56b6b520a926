"""The pages about the check-in name what it has, in both languages."""

import pytest

from plugins.check_in.campaign import CHECK_IN
from plugins.check_in.config import CheckInConfig, MakeUp
from plugins.check_in.state import CheckInState
from tests.docs.pages import ROOT


@pytest.mark.parametrize("name", ["check-in.md", "check-in.zh-CN.md"])
def test_the_page_has_every_field_and_code(name: str) -> None:
    page = (ROOT / "docs" / "campaigns" / name).read_text(encoding="utf-8")
    models = (CheckInConfig, MakeUp, CheckInState)
    fields = [name for model in models for name in model.model_fields]

    assert [word for word in (*fields, *CHECK_IN.refusals) if f"`{word}`" not in page] == []
