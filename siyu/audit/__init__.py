"""The audit log: what operators and commands change, each entry chained to the one before."""

from siyu.audit.chain import canonical_json
from siyu.audit.cleaning import HIDDEN, cleaned
from siyu.audit.keeping import ARGUMENTS_BYTES_MAX, Ended, Intent, keep_intents, keep_outcomes
from siyu.audit.verifying import Verdict, verify_chain

__all__ = [
    "ARGUMENTS_BYTES_MAX",
    "HIDDEN",
    "Ended",
    "Intent",
    "Verdict",
    "canonical_json",
    "cleaned",
    "keep_intents",
    "keep_outcomes",
    "verify_chain",
]
