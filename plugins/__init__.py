"""The campaign types that siyu ships: one folder each, written with `siyu.sdk` alone."""
