"""A plugin that ends the process where it is imported."""

import sys

sys.exit("I am leaving")
