"""What the races of campaigns run on."""

from tests.siyu.engine.conftest import other_pool

__all__ = ["other_pool"]
