"""Tags that follow from rules: given while the rule holds for a member, and taken when it no longer does."""

from siyu.tag_rules.keeping import follow_features, run_tag_rules, settle_everything

__all__ = ["follow_features", "run_tag_rules", "settle_everything"]
