"""What the shop's figures can fail of."""

from siyu.errors import DomainError


class AnalyticsUnavailable(DomainError):
    """What analytics works with is not there: a library, or a snapshot. The text says what to do."""

    code = "ANALYTICS_UNAVAILABLE"
