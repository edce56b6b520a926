"""What must hold of every campaign type, one function a check."""

from siyu.sdk.testing.conformance.subject import CannotCheck
from siyu.sdk.testing.conformance.suite import CHECKS, CampaignIsNotSound, Report, campaign_tests, check_campaign

__all__ = ["CHECKS", "CampaignIsNotSound", "CannotCheck", "Report", "campaign_tests", "check_campaign"]
