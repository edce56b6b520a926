"""Fresh environments with the wheel of siyu: what somebody has who installs it, and nothing of ours."""

import subprocess
import sys
import venv
from collections.abc import Iterable
from importlib.metadata import Distribution, PathDistribution, distribution
from pathlib import Path
from zipfile import ZipFile

from packaging.requirements import Requirement

REPOSITORY = Path(__file__).parent.parent
TIMEOUT_S = 120


def build_wheel(folder: Path) -> Path:
    """The wheel, built into a folder with what is installed here."""
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder)]
    built = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
    assert built.returncode == 0, built.stdout + built.stderr
    [path] = folder.glob("*.whl")
    return path


def fresh_environment(folder: Path, wheel: Path, *others: str) -> Path:
    """The Python of a new environment with the wheel, these distributions and what they all declare."""
    venv.create(folder / "venv", with_pip=False)
    [site_packages] = (folder / "venv").glob("lib/python*/site-packages")
    ZipFile(wheel).extractall(site_packages)
    metadata = PathDistribution(next(site_packages.glob("siyu-*.dist-info")))
    assert declared(metadata.requires) == {"pluggy", "pydantic"}
    for needed in with_all_they_need([*declared(metadata.requires), *others]).values():
        copy_into(site_packages, needed)
    return folder / "venv" / "bin" / "python"


def run_alone(python: Path, *arguments: str, cwd: Path) -> "subprocess.CompletedProcess[str]":
    """Run an environment's Python, without this one's paths and variables."""
    return subprocess.run(
        [python, "-I", *arguments], cwd=cwd, capture_output=True, text=True, timeout=TIMEOUT_S, check=False
    )


def declared(requires: Iterable[str] | None) -> set[str]:
    """The names of the requirements that hold without an extra."""
    requirements = map(Requirement, requires or ())
    return {r.name for r in requirements if r.marker is None or r.marker.evaluate({"extra": ""})}


def with_all_they_need(names: Iterable[str]) -> dict[str, Distribution]:
    """The installed distributions of these names, and of all that they declare."""
    found: dict[str, Distribution] = {}
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = distribution(name)
            waiting += declared(found[name].requires)
    return found


def copy_into(folder: Path, source: Distribution) -> None:
    """Put a distribution's modules into a folder."""
    for file in source.files or ():
        if ".." not in file.parts and "__pycache__" not in file.parts:
            target = folder / file
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(Path(str(source.locate_file(file))).read_bytes())
