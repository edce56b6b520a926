"""All that is held about one member, part by part."""

from siyu.dossier.parts import EXCUSED, Part, parts_of_database
from siyu.dossier.reading import ShownPart, person_of, read_some, rows_of_part

__all__ = ["EXCUSED", "Part", "ShownPart", "parts_of_database", "person_of", "read_some", "rows_of_part"]
