"""Files turned into rows, whatever their encoding, delimiter and damage."""

from pathlib import Path

import pytest

from api.imports.columns import Column
from api.imports.encoding import LINE_BYTES_MAX
from api.imports.errors import CannotImport
from api.imports.reading import ROW_LINES_MAX, Row, open_table

COLUMNS = (Column("id", ("编号",)), Column("name", ("名称",), required=False))


def rows_of(path: Path) -> list[Row]:
    with open_table(path, COLUMNS) as table:
        return list(table.rows())


def read(tmp_path: Path, content: bytes) -> list[tuple[int, list[str], str | None]]:
    """Line, cells and the code of the problem of each row of a file with this content."""
    path = tmp_path / "file.csv"
    path.write_bytes(content)
    return [(row.line, list(row.cells), row.problem[0] if row.problem else None) for row in rows_of(path)]


def refusal(tmp_path: Path, content: bytes) -> str:
    with pytest.raises(CannotImport) as caught:
        read(tmp_path, content)
    return str(caught.value)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_encodings_and_line_ends_of_excel_are_read(tmp_path: Path, encoding: str, end: str) -> None:
    content = end.join(["编号,名称", "1,小红", "2,𠮷田", ""]).encode(encoding)

    assert read(tmp_path, content) == [(2, ["1", "小红"], None), (3, ["2", "𠮷田"], None)]


def test_a_file_whose_last_line_alone_is_gb18030_is_gb18030(tmp_path: Path) -> None:
    content = b"id,name\n" + (b"1," + b"x" * 97 + b"\n") * 20_000 + "2,小红\n".encode("gb18030")
    path = tmp_path / "file.csv"
    path.write_bytes(content)

    assert rows_of(path)[-1].cells == ["2", "小红"]


def test_a_damaged_line_costs_that_row_alone(tmp_path: Path) -> None:
    content = "编号,名称\n1,小红\n2,".encode() + b"\xff\xfe" + "\n3,小明\n".encode()

    assert [(line, problem) for line, _, problem in read(tmp_path, content)] == [
        (2, None),
        (3, "UNDECODABLE"),
        (4, None),
    ]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_header_tells_the_delimiter(tmp_path: Path, delimiter: str) -> None:
    content = f"id{delimiter}name\n1{delimiter}a.b\n".encode()

    assert read(tmp_path, content) == [(2, ["1", "a.b"], None)]


def test_quoted_cells_may_hold_delimiters_quotes_and_line_ends(tmp_path: Path) -> None:
    content = b'id,name\n1,"a,""b""\nc"\n2,d\n'

    assert read(tmp_path, content) == [(2, ["1", 'a,"b"\nc'], None), (4, ["2", "d"], None)]


@pytest.mark.parametrize("rows_after", [1, ROW_LINES_MAX * 3])
def test_a_quote_that_is_never_closed_costs_its_own_line_alone(tmp_path: Path, rows_after: int) -> None:
    content = b'id,name\n1,"a\n' + b"2,b\n" * rows_after

    rows = read(tmp_path, content)

    assert rows[0] == (2, ["1", '"a'], "BAD_QUOTES")
    assert rows[1:] == [(line, ["2", "b"], None) for line in range(3, 3 + rows_after)]


def test_too_few_and_too_many_columns_are_told(tmp_path: Path) -> None:
    content = b"id,name\n1\n2,b,c\n3,d\n"

    assert [problem for _, _, problem in read(tmp_path, content)] == ["WRONG_COLUMN_COUNT", "WRONG_COLUMN_COUNT", None]


def test_empty_rows_are_no_rows(tmp_path: Path) -> None:
    assert read(tmp_path, b"id,name\n\n,\n,,,\n1,a\n") == [(5, ["1", "a"], None)]


def test_an_endless_line_is_cut_and_told(tmp_path: Path) -> None:
    content = b"id,name\n1," + b"x" * (3 * LINE_BYTES_MAX) + b"\n2,b\n"

    rows = read(tmp_path, content)

    assert [(line, problem) for line, _, problem in rows] == [(2, "LINE_TOO_LONG"), (3, None)]
    assert len(rows[0][1][1]) < LINE_BYTES_MAX


def test_a_header_alone_is_an_empty_table(tmp_path: Path) -> None:
    assert read(tmp_path, "编号\n".encode()) == []


def test_the_last_row_ends_where_the_file_ends(tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes("\ufeff编号,名称\n1,小红\n2,小明".encode())

    assert rows_of(path)[-1].end_byte == path.stat().st_size


def test_an_unknown_column_is_named_with_those_expected(tmp_path: Path) -> None:
    text = refusal(tmp_path, b"id,price\n")

    assert "unknown column “price”" in text
    assert "id (编号); name (名称), optional" in text


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    assert "no column id" in refusal(tmp_path, "名称\n".encode())


def test_a_column_that_comes_twice_is_named(tmp_path: Path) -> None:
    assert "the column id twice" in refusal(tmp_path, "id,编号\n".encode())


def test_an_empty_file_and_other_kinds_of_file_are_told(tmp_path: Path) -> None:
    assert "is empty" in refusal(tmp_path, b"")
    assert "UTF-16" in refusal(tmp_path, "id,name\n".encode("utf-16"))
    assert "header" in refusal(tmp_path, b'"id,name\n')


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(CannotImport, match=r"cannot be read: No such file"):
        rows_of(tmp_path / "nothing.csv")
    with pytest.raises(CannotImport, match=r"cannot be read: Is a directory"):
        rows_of(tmp_path)
