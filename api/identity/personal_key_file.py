"""The file of the keys of personal data, and the vault that they open."""

from datetime import datetime
from pathlib import Path

from api.identity.ring_file import RingFile, make_once
from api.settings import Settings, SettingsError
from siyu.clock import Clock, utc_now
from siyu.privacy import PersonalKey, PersonalKeys, Purpose, Vault
from siyu.privacy.keys import KEYS_MAX

NAME = "personal-keys.txt"


class PersonalKeyFile(RingFile[PersonalKeys]):
    """The keys of personal data of a deployment, as they are in their file now."""

    def __init__(self, path: Path) -> None:
        """Raises SettingsError where the file cannot be read or holds something else."""
        super().__init__(path, PersonalKeys, "SIYU_PERSONAL_KEYS_FILE")

    def vault(self, clock: Clock = utc_now) -> Vault:
        """What encrypts and indexes by the keys of the file, as they are at each moment."""
        return Vault(lambda at_once: self.ring(at_once=at_once), clock)

    def add(self, purpose: Purpose, begins_at: datetime) -> PersonalKey:
        """Add a key that is used from then on. Raises SettingsError."""

        def added(keys: PersonalKeys) -> PersonalKeys:
            if len(keys.of(purpose)) >= KEYS_MAX:
                raise SettingsError(
                    f"{self.path.resolve()} holds {KEYS_MAX} keys of that kind already: `keys drop` takes out those "
                    "that nothing needs any more."
                )
            return keys.with_new(purpose, begins_at)

        return self.replace(added).of(purpose)[0]

    def drop(self, key_ids: set[str]) -> None:
        """Take these keys out of the file; what only they can read is lost. Raises SettingsError."""
        self.replace(lambda keys: keys.without(key_ids))


def open_personal_keys(settings: Settings) -> PersonalKeyFile:
    """The file of the settings, or one made in the data folder on first use. Raises SettingsError."""
    path = settings.personal_keys_file or settings.data / NAME
    if settings.personal_keys_file is None and not path.exists():
        make_once(path, PersonalKeys.new())
    return PersonalKeyFile(path)
