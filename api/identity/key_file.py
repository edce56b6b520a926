"""The file of the keys that sign tokens."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from time import monotonic

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from api.identity.key_ring import ALWAYS, KEYS_MAX, KeyRing, TokenKey
from api.identity.ring_file import LOOK_AGAIN_S, RingFile, make_once
from api.settings import Settings, SettingsError

__all__ = ["LOOK_AGAIN_S", "KeyFile", "open_key_file"]


class KeyFile(RingFile[KeyRing]):
    """The key ring of a deployment, as it is in its file now."""

    def __init__(self, path: Path, seconds: Callable[[], float] = monotonic) -> None:
        """Raises SettingsError where the file cannot be read or holds something else."""
        super().__init__(path, KeyRing, "SIYU_TOKEN_KEY_FILE", seconds)

    def rotate(self, signs_from: datetime, now: datetime, *, drop_old: bool = False) -> TokenKey:
        """Add a new key that signs from then on, and write the file anew. Raises SettingsError."""

        def rotated(ring: KeyRing) -> KeyRing:
            ring = ring.with_new_key(signs_from, now, drop_old=drop_old)
            if len(ring.keys) > KEYS_MAX:
                raise SettingsError(
                    f"{self.path.resolve()} holds {KEYS_MAX} keys already, each of which may have signed tokens that "
                    "are still valid; rotate later, or with --drop-old, which ends every token."
                )
            return ring

        return self.replace(rotated).keys[0]


def open_key_file(settings: Settings) -> KeyFile:
    """The file of the settings, or one made in the data folder on first use. Raises SettingsError."""
    path = settings.token_key_file or settings.data / "token-key.pem"
    if settings.token_key_file is None and not path.exists():
        make_once(path, KeyRing([TokenKey(Ed25519PrivateKey.generate(), ALWAYS)]))
    return KeyFile(path)
