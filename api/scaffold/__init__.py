"""New campaign types, written as files whose tests pass."""

from api.scaffold.naming import check_key
from api.scaffold.writing import write_distribution, write_folder

__all__ = ["check_key", "write_distribution", "write_folder"]
