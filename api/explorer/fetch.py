"""`python -m api.explorer.fetch`: lets npm fetch GraphiQL and bundles it into api/explorer/assets/.

The bundle is optional: wherever npm or the network is missing, the explorer shows our own page, so this command
prints one line and never fails a set-up. npm works in a temporary folder, because its 220 MB make 7 MB of assets.
"""

import hashlib
import shutil
import subprocess
import tempfile
from pathlib import Path

from api.explorer import ASSETS, GRAPHIQL_PAGE, PAGE

SOURCE = Path(__file__).parent / "graphiql"
STAMP = "built-from.txt"
NPM_TIMEOUT_S = 300
NPM_STEPS = (("ci",), ("run", "build"))


def fetch_graphiql(assets: Path = ASSETS) -> str:
    """Make `assets` hold GraphiQL built from what is committed here; return one line that tells what happened."""
    digest = _digest_of_sources()
    if (assets / GRAPHIQL_PAGE).is_file() and (assets / STAMP).read_text() == digest:
        return "GraphiQL is up to date."
    npm = shutil.which("npm")
    if npm is None:
        return f"npm is not installed: {_instead(assets)}."
    with tempfile.TemporaryDirectory(prefix="siyu-graphiql-") as folder:
        try:
            built = _build(npm, Path(folder))
        except subprocess.TimeoutExpired:
            return f"npm took longer than {NPM_TIMEOUT_S} seconds: {_instead(assets)}."
        except subprocess.CalledProcessError as error:
            return f"npm could not fetch GraphiQL ({_first_error(error)}): {_instead(assets)}."
        (built / STAMP).write_text(digest)
        _publish(built, assets)
    return "GraphiQL is fetched: the explorer will show it."


def _instead(assets: Path) -> str:
    if (assets / GRAPHIQL_PAGE).is_file():
        return "the explorer keeps the GraphiQL fetched before"
    return "the explorer will show siyu's own small page"


def _digest_of_sources() -> str:
    digest = hashlib.sha256()
    for file in sorted([*SOURCE.iterdir(), *PAGE.iterdir()]):
        if file.is_file():
            digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


def _build(npm: str, folder: Path) -> Path:
    work = folder / SOURCE.name
    shutil.copytree(SOURCE, work, ignore=shutil.ignore_patterns("node_modules"))
    shutil.copytree(PAGE, folder / PAGE.name)  # graphiql.js imports ../page/*.js
    for step in NPM_STEPS:
        subprocess.run(  # noqa: S603 - fixed arguments, no shell
            [npm, *step],
            cwd=work,
            check=True,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=NPM_TIMEOUT_S,
        )
    return work / "assets"


def _first_error(failure: subprocess.CalledProcessError) -> str:
    lines: list[str] = failure.stderr.splitlines()
    return next((line.strip() for line in lines if "error" in line.lower()), f"exit code {failure.returncode}")


def _publish(built: Path, assets: Path) -> None:
    """Replace `assets` with `built`; the page goes first and comes last, so that it never lacks one of its files."""
    (assets / GRAPHIQL_PAGE).unlink(missing_ok=True)
    if assets.exists():
        shutil.rmtree(assets)
    shutil.copytree(built, assets, ignore=shutil.ignore_patterns(GRAPHIQL_PAGE))
    shutil.copy(built / GRAPHIQL_PAGE, assets)


if __name__ == "__main__":
    print(fetch_graphiql())
