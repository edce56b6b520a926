"""Personal data: encrypted at rest, found by blind indexes, masked unless somebody says why they have to see it."""

from siyu.privacy.fields import PersonalField, masked, normalised
from siyu.privacy.keys import NoPersonalKeys, PersonalKey, PersonalKeys, Purpose
from siyu.privacy.store import PHONE_KIND, PhoneTaken, find_by_index, lock_phones, personal_of, seal_phones
from siyu.privacy.vault import Unreadable, Vault

__all__ = [
    "PHONE_KIND",
    "NoPersonalKeys",
    "PersonalField",
    "PersonalKey",
    "PersonalKeys",
    "PhoneTaken",
    "Purpose",
    "Unreadable",
    "Vault",
    "find_by_index",
    "lock_phones",
    "masked",
    "normalised",
    "personal_of",
    "seal_phones",
]
