"""Looks at every document before it is validated: how large, how deep, how dear; what is too much is refused there."""

from api.guard.documents import DocumentGuard
from api.guard.extension import GuardedDocument
from api.guard.known import Asked, Known, hash_of
from api.guard.limits import LIMITS, DocumentLimits, Refused

__all__ = ["LIMITS", "Asked", "DocumentGuard", "DocumentLimits", "GuardedDocument", "Known", "Refused", "hash_of"]
