"""The database's schema, step by step; `python -m api migrate` applies what is missing."""
