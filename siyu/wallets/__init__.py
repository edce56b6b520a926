"""What members and operators do with wallets: holds of own value, adjustments, payouts and freezes."""

from siyu.wallets.book import WalletBook
from siyu.wallets.records import Adjustment, Freeze, Payout, ValueHold
from siyu.wallets.store import Asked, load_frozen, load_wallets, write_wallets

__all__ = [
    "Adjustment",
    "Asked",
    "Freeze",
    "Payout",
    "ValueHold",
    "WalletBook",
    "load_frozen",
    "load_wallets",
    "write_wallets",
]
