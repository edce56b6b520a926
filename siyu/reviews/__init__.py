"""Reviews: what campaigns have operators look at before they go on, and the operators' verdicts."""

from siyu.reviews.book import Review, ReviewBook, ReviewKey, Verdict
from siyu.reviews.store import FoundReview, find_reviews, load_open_reviews, write_reviews

__all__ = [
    "FoundReview",
    "Review",
    "ReviewBook",
    "ReviewKey",
    "Verdict",
    "find_reviews",
    "load_open_reviews",
    "write_reviews",
]
