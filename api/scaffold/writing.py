"""The files of a new campaign type, filled from the templates beside this module."""

from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from string import Template

from api.errors import SetupError
from api.scaffold.naming import Names

TEMPLATES = Path(__file__).parent / "templates"
# What a module takes from the package, by its template.
TAKEN = {"init.py.tmpl": "CAMPAIGN", "test.py.tmpl": "CAMPAIGN, State"}


def write_folder(names: Names, root: Path) -> list[Path]:
    """A plugin folder and its tests in a checkout; the files written. Raises SetupError where one exists."""
    plugin = root / "plugins" / names.key
    _refuse_existing(plugin)
    files = {
        plugin / "__init__.py": "init.py.tmpl",
        plugin / "campaign.py": "campaign.py.tmpl",
        root / "tests" / "plugins" / f"test_{names.key}.py": "test.py.tmpl",
    }
    return _write(files, names, f"plugins.{names.key}")


def write_distribution(names: Names, into: Path) -> list[Path]:
    """A distribution of its own below `into`; the files written. Raises SetupError where it exists."""
    root = into / names.distribution
    _refuse_existing(root)
    package = root / "src" / names.module
    files = {
        root / "pyproject.toml": "pyproject.toml.tmpl",
        root / "README.md": "README.md.tmpl",
        package / "__init__.py": "init.py.tmpl",
        package / "campaign.py": "campaign.py.tmpl",
        package / "py.typed": "py.typed.tmpl",
        root / "tests" / f"test_{names.key}.py": "test.py.tmpl",
    }
    return _write(files, names, names.module)


def _refuse_existing(path: Path) -> None:
    if path.exists():
        raise SetupError(f"{path} exists already: remove it, or take another key.")


def _write(files: Mapping[Path, str], names: Names, package: str) -> list[Path]:
    for path in files:
        _refuse_existing(path)
    words = {
        "key": names.key,
        "title": names.title,
        "distribution": names.distribution,
        "module": names.module,
        "siyu_version": version("siyu"),
    }
    for path, template in files.items():
        text = (TEMPLATES / template).read_text(encoding="utf-8")
        imports = _imports(package, template)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(Template(text).substitute(words | imports), encoding="utf-8")
        except OSError as error:
            raise SetupError(f"{path} cannot be written: {error.strerror}. Name another folder with --into.") from error
    return list(files)


def _imports(package: str, template: str) -> dict[str, str]:
    """The import of what is taken from the package: sorted, `plugins` comes before siyu and `siyu_…` after it."""
    line = f"from {package}.campaign import {TAKEN[template]}\n" if template in TAKEN else ""
    return {"before_siyu": line if package < "siyu" else "", "after_siyu": "" if package < "siyu" else line}
