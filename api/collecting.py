"""How often Python's garbage collector looks at a process of ours."""

import gc

COLLECTOR_THRESHOLDS = (50_000, 20, 100)


def collect_seldom() -> None:
    """Let the collector look less often; measured, it took a sixth of a start, which makes little garbage."""
    gc.set_threshold(*COLLECTOR_THRESHOLDS)


def spare_the_collector() -> None:
    """Let the garbage collector leave alone what lives as long as the process, and look at the rest less often.

    Facts and their rows are freed by reference counts; measured, the collector took a fifth of the engine's time.
    """
    gc.collect()
    gc.freeze()
    collect_seldom()
