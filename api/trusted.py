"""Trusted documents: what the shop's own front ends may send, by the manifests that their builds wrote."""

from pathlib import Path

import orjson

from api.guard import hash_of
from api.settings import SettingsError

# Old mini programs live for months: a manifest a release, all of them side by side.
MANIFESTS_MAX = 200
MANIFEST_BYTES_MAX = 8 * 1024 * 1024
DOCUMENTS_MAX = 5_000
PREFIX = "sha256:"


def load_trusted(folder: Path | None) -> dict[str, str]:
    """The documents of every manifest `*.json` in a folder, by their hashes. Raises SettingsError for a bad one."""
    if folder is None:
        return {}
    if not folder.is_dir():
        raise _wrong(f"{folder} is no folder")
    paths = sorted(folder.glob("*.json"))
    if len(paths) > MANIFESTS_MAX:
        raise _wrong(f"{folder} has more than {MANIFESTS_MAX} manifests")
    documents: dict[str, str] = {}
    for path in paths:
        documents |= _documents(path)
    if len(documents) > DOCUMENTS_MAX:
        raise _wrong(f"the manifests in {folder} have more than {DOCUMENTS_MAX} documents")
    return documents


def _documents(path: Path) -> dict[str, str]:
    """One manifest: an object from hash to text, as graphql-codegen writes it."""
    if path.stat().st_size > MANIFEST_BYTES_MAX:
        raise _wrong(f"{path} is larger than {MANIFEST_BYTES_MAX} bytes")
    try:
        content = orjson.loads(path.read_bytes())
    except (OSError, orjson.JSONDecodeError) as error:
        raise _wrong(f"{path} cannot be read as JSON: {error}") from error
    if not isinstance(content, dict) or not all(isinstance(text, str) for text in content.values()):
        raise _wrong(f"{path} is no object from hashes to documents")
    documents = {key.removeprefix(PREFIX).lower(): text for key, text in content.items()}
    for key, text in documents.items():
        if key != hash_of(text):
            raise _wrong(f"{path}: {key[:80]} is not the SHA-256 of its document")
    return documents


def _wrong(message: str) -> SettingsError:
    return SettingsError(f"SIYU_TRUSTED_DOCUMENTS: {message}")
