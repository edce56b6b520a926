"""A second pool on the test's own database, as another process has one."""

from tests.siyu.engine.conftest import other_pool

__all__ = ["other_pool"]
