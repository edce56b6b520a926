"""Reviews: what campaigns have operators look at before they go on, and the operators' verdicts."""

from siyu.reviews.book import Review, ReviewBook, ReviewKey, Verdict
from siyu.reviews.store import LockedReview, load_open_reviews, lock_reviews, write_reviews

__all__ = [
    "LockedReview",
    "Review",
    "ReviewBook",
    "ReviewKey",
    "Verdict",
    "load_open_reviews",
    "lock_reviews",
    "write_reviews",
]
