"""The commands of `python -m api`, one file each."""
