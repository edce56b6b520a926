"""Puts the servers that siyu is compared with into the user's cache folder, at first use: npm's, and ariadne."""

import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import click

NODE_FOLDER = Path(__file__).parent / "node"
CACHE = Path.home() / ".cache" / "siyu-benchmarks"
# With what siyu has installed it lacks nothing.
ARIADNE = "ariadne==1.1.1"
INSTALL_TIMEOUT_S = 600


def installed_for_node() -> Path:
    """A folder with the programs for Node and what they import. Raises ClickException where that cannot be."""
    for program in ("node", "npm"):
        if shutil.which(program) is None:
            raise click.ClickException(
                f"{program} is missing, and Apollo, Yoga and mercurius run on Node: install Node 20 or later with npm."
            )
    manifest = NODE_FOLDER / "package.json"
    folder = _folder("node", manifest.read_text(encoding="utf-8"))
    if not _is_whole(folder):
        click.echo("Installing Apollo, Yoga and mercurius with npm; the first time takes half a minute.", err=True)
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(manifest, folder)
        _install("npm", "install", "--no-package-lock", "--no-fund", "--no-audit", "--prefix", str(folder))
        _note_whole(folder)
    for script in NODE_FOLDER.glob("*.mjs"):
        shutil.copy(script, folder)
    return folder


def installed_for_python() -> Path:
    """A folder to import ariadne from. Raises ClickException where pip cannot fetch it."""
    folder = _folder("python", ARIADNE)
    if not _is_whole(folder):
        click.echo(f"Installing {ARIADNE} with pip.", err=True)
        _install(sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(folder), ARIADNE)
        _note_whole(folder)
    return folder


def _folder(language: str, pinned: str) -> Path:
    """What is pinned names the folder, so that another version never finds the old one."""
    return CACHE / f"{language}-{sha256(pinned.encode()).hexdigest()[:12]}"


def _is_whole(folder: Path) -> bool:
    return (folder / "installed").exists()


def _note_whole(folder: Path) -> None:
    (folder / "installed").touch()


def _install(*command: str) -> None:
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=INSTALL_TIMEOUT_S)  # noqa: S603 - our own words
    except subprocess.CalledProcessError as error:
        told = error.stderr.decode(errors="replace").strip()
        raise click.ClickException(f"{command[0]} could not install what siyu is compared with: {told}") from error
    except subprocess.TimeoutExpired as error:
        raise click.ClickException(f"{command[0]} took longer than {INSTALL_TIMEOUT_S} s.") from error
