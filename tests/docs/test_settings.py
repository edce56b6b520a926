"""docs/settings.md lists exactly the settings there are."""

import re

from api.settings import PREFIX, Settings
from tests.docs.pages import ROOT

ROW = re.compile(r"^\| `(SIYU_\w+)` \| (.*?) \| (.*?) \|$", re.MULTILINE)


def test_the_page_and_the_settings_are_the_same() -> None:
    listed = ROW.findall((ROOT / "docs" / "settings.md").read_text(encoding="utf-8"))

    assert listed == [
        (f"{PREFIX}{name.upper()}", "–" if field.default is None else f"`{field.default}`", field.description)
        for name, field in Settings.model_fields.items()
    ]
