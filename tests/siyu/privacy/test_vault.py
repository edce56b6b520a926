"""What is encrypted opens where it was put, and nowhere else."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siyu.ids import new_id
from siyu.privacy import NoPersonalKeys, PersonalField, PersonalKey, PersonalKeys, Purpose, Unreadable, Vault
from siyu.privacy.keys import ALWAYS, KEYS_MAX
from siyu.privacy.vault import Sealed

NOW = datetime(2026, 11, 21, 4, tzinfo=UTC)
PHONE, NAME = PersonalField.PHONE, PersonalField.REAL_NAME
NUMBER = "+8613812345678"


def vault(keys: PersonalKeys, later: PersonalKeys | None = None) -> Vault:
    """A process that has read these keys; looking at once, it finds the later ones."""
    return Vault(lambda at_once: later if at_once and later is not None else keys, lambda: NOW)


@given(st.uuids(), st.text(min_size=1, max_size=64))
def test_what_was_sealed_opens_for_its_field_and_member_alone(member_id: UUID, text: str) -> None:
    mine = vault(KEYS)
    sealed = mine.seal(NAME, member_id, text)

    assert mine.open(NAME, member_id, sealed) == text
    assert text.encode() not in sealed.cipher or len(text) < 4
    for field, other in ((PHONE, member_id), (NAME, new_id())):
        with pytest.raises(Unreadable):
            mine.open(field, other, sealed)


KEYS = PersonalKeys.new()


def test_a_changed_cipher_and_another_key_open_nothing() -> None:
    member_id, mine = new_id(), vault(KEYS)
    sealed = mine.seal(PHONE, member_id, NUMBER)
    for place in range(len(sealed.cipher)):
        damaged = bytearray(sealed.cipher)
        damaged[place] ^= 1
        with pytest.raises(Unreadable) as told:
            mine.open(PHONE, member_id, Sealed(sealed.key_id, bytes(damaged)))
        assert NUMBER not in str(told.value)
    with pytest.raises(Unreadable, match="is not in the file"):
        vault(PersonalKeys.new()).open(PHONE, member_id, sealed)


def test_a_text_is_encrypted_otherwise_each_time_and_indexed_the_same() -> None:
    member_id, mine = new_id(), vault(KEYS)

    assert mine.seal(PHONE, member_id, NUMBER).cipher != mine.seal(PHONE, member_id, NUMBER).cipher
    assert mine.index(PHONE, NUMBER) == mine.index(PHONE, NUMBER)
    assert mine.index(PHONE, NUMBER).value != mine.index(NAME, NUMBER).value


def test_cipher_keys_leave_the_index_as_it_is() -> None:
    rotated = KEYS.with_new(Purpose.CIPHER, NOW)

    assert vault(rotated).index(PHONE, NUMBER) == vault(KEYS).index(PHONE, NUMBER)
    assert vault(rotated).seal(PHONE, new_id(), NUMBER).key_id == rotated.of(Purpose.CIPHER)[0].id


def test_a_key_that_another_process_began_with_is_looked_for() -> None:
    member_id, rotated = new_id(), KEYS.with_new(Purpose.CIPHER, NOW)
    sealed = vault(rotated).seal(PHONE, member_id, NUMBER)

    assert vault(KEYS, later=rotated).open(PHONE, member_id, sealed) == NUMBER


def test_a_key_is_used_once_it_has_begun_and_an_index_is_looked_for_before() -> None:
    keys = KEYS.with_new(Purpose.CIPHER, NOW + timedelta(hours=1)).with_new(Purpose.INDEX, NOW + timedelta(hours=1))
    mine = vault(keys)

    assert mine.seal(PHONE, new_id(), NUMBER).key_id == KEYS.of(Purpose.CIPHER)[0].id
    assert mine.index(PHONE, NUMBER) == vault(KEYS).index(PHONE, NUMBER)
    assert len(mine.indexes(PHONE, NUMBER)) == 2


def test_a_file_is_read_as_it_was_written() -> None:
    keys = KEYS.with_new(Purpose.CIPHER, NOW)

    assert PersonalKeys.read(keys.written()).keys == keys.keys
    assert "secret" not in repr(keys.keys[0])


def damaged_files() -> list[str]:
    """Texts that are no keys."""
    text = KEYS.written()
    cipher, index = text.splitlines()[1:]
    many = "".join(PersonalKey.new(Purpose.CIPHER, ALWAYS).written() for _ in range(KEYS_MAX))
    return ["", "x", cipher, index, text.replace(cipher.split()[1], "0" * 16), text + many, text.replace("+00:00", "")]


@pytest.mark.parametrize("place", range(7))
def test_a_damaged_file_is_told_without_its_keys(place: int) -> None:
    with pytest.raises(NoPersonalKeys) as told:
        PersonalKeys.read(damaged_files()[place])

    assert not any(line.split()[-1] in str(told.value) for line in KEYS.written().splitlines()[1:])
