"""Coupons: templates and their terms, codes to claim them with, quotes for carts, and what becomes of each coupon."""

from siyu.coupons.book import CouponBook
from siyu.coupons.expiry import run_coupons
from siyu.coupons.refusals import COUPON_REFUSALS, CouponRefusal
from siyu.coupons.store import Wanted, load_coupons, write_coupons

__all__ = [
    "COUPON_REFUSALS",
    "CouponBook",
    "CouponRefusal",
    "Wanted",
    "load_coupons",
    "run_coupons",
    "write_coupons",
]
