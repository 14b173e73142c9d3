"""JSON, CSV and XML files: nothing is dropped, nothing is made up, and what can't be read says so."""

import csv
import io
import json
from decimal import Decimal
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.realization.intake.files import FileError, Part, parts
from tests.realization_intake.builders import LINE, judge, law, wrong_fields
from workers.texts import text

BOM = b"\xef\xbb\xbf"
PRINTABLE = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=8)
VALUES = PRINTABLE | st.sampled_from(['a"b', "a;b", "a,b", "a\nb", "4.00", "<b>&amp;", " x "])
NAMES = ("DaTi", "ItCd", "Ds", "Qu", "XpRe")
ROWS = st.lists(st.fixed_dictionaries({}, optional=dict.fromkeys(NAMES, VALUES)), max_size=4)


def read(data: bytes | str, action: str = "insert") -> list[Part]:
    return parts(data.encode() if isinstance(data, str) else data, action, "R", text)


def lines(data: bytes | str) -> list[object]:
    (part,) = read(data)
    assert (part.action, part.reference) == ("insert", "R")
    return part.lines


def refused(data: bytes | str) -> str:
    with pytest.raises(FileError) as error:
        read(data)
    told = str(error.value)
    assert "; " in told
    assert "\n" not in told
    return told


def xml(*elements: str) -> str:
    return f"<PtRealization>{''.join(f'<Element>{one}</Element>' for one in elements)}</PtRealization>"


@law
@given(rows=ROWS)
def test_lines_come_out_of_json_as_they_went_in(rows: list[dict[str, str]]) -> None:
    own_body = {"PtRealization": {"Element": [{"Fields": row} for row in rows]}}
    for data in (json.dumps(rows), json.dumps(own_body), json.dumps(rows, indent=2, ensure_ascii=False)):
        assert lines(data) == rows
        assert lines(BOM + data.encode()) == rows


@law
@given(rows=ROWS, separator=st.sampled_from(",;"))
def test_filled_cells_come_out_of_csv_as_they_went_in(rows: list[dict[str, str]], separator: str) -> None:
    file = io.StringIO(newline="")
    table = csv.DictWriter(file, NAMES, delimiter=separator, quoting=csv.QUOTE_ALL)
    table.writeheader()
    table.writerows(rows)
    filled = [{name: value for name, value in row.items() if value} for row in rows]
    for data in (file.getvalue().encode(), BOM + file.getvalue().encode()):
        assert lines(data) == [row for row in filled if row]


@law
@given(rows=ROWS)
def test_lines_come_out_of_xml_as_they_went_in(rows: list[dict[str, str]]) -> None:
    fields = ["".join(f"<{name}>{escape(value)}</{name}>" for name, value in row.items()) for row in rows]
    data = xml(*(f'<Fields Action="insert">{one}</Fields>' for one in fields))
    assert lines(data) == rows
    assert lines(f'<?xml version="1.0" encoding="utf-16"?>{data}'.encode("utf-16")) == rows


def test_numbers_keep_the_digits_that_were_written() -> None:
    (line,) = lines('[{"Qu": 4.00, "AmCo": 0.1000000000000000000000001, "Id": 20200, "QuUn": 12345678901234567890.5}]')
    assert [str(value) for value in line.values()] == [  # type: ignore[attr-defined]
        "4.00",
        "0.1000000000000000000000001",
        "20200",
        "12345678901234567890.5",
    ]
    assert isinstance(line["Qu"], Decimal)  # type: ignore[index]
    (line,) = lines("DaTi,Qu\n2026-11-20,4.00\n")
    assert line == {"DaTi": "2026-11-20", "Qu": "4.00"}


def test_numbers_beyond_all_measure_make_only_their_line_invalid() -> None:
    found = lines(f'[{{"Qu": 1e{"9" * 30}}}, {{"Id": {"9" * 5000}}}, {json.dumps(LINE)}]')
    assert "Qu" in wrong_fields(judge(found[0]))
    assert not judge(found[2]).invalid


@pytest.mark.parametrize(
    "data",
    [
        '[{"DaTi": "2026-11-20", "ItCd": "1", "Qu": 1, "Qu": 2}]',
        xml('<Fields Action="insert"><DaTi>2026-11-20</DaTi><ItCd>1</ItCd><Qu>1</Qu><Qu>2</Qu></Fields>'),
        xml('<Fields Action="insert"><DaTi>2026-11-20</DaTi><ItCd>1</ItCd><Qu><b>1</b></Qu></Fields>'),
    ],
)
def test_a_field_with_two_values_makes_its_line_invalid_and_loses_none(data: str) -> None:
    assert wrong_fields(judge(lines(data)[0])) == ["Qu"]


@pytest.mark.parametrize(
    "data",
    [
        '{"PtRealization": {"Element": {"Fields": {"DaTi": "2026-11-20", "ItCd": "1"}, "Objects": []}}}',
        xml("<Fields><DaTi>2026-11-20</DaTi><ItCd>1</ItCd></Fields><Objects>x</Objects>"),
    ],
)
def test_what_stands_beside_the_fields_is_told_and_not_dropped(data: str) -> None:
    assert wrong_fields(judge(lines(data)[0])) == ["Objects"]


def test_a_cell_without_a_name_is_told_and_not_dropped() -> None:
    first, second = lines("DaTi,ItCd,\n2026-11-20,1,,00\n2026-11-20,1,x\n")
    assert wrong_fields(judge(first)) == ["#4"]
    assert wrong_fields(judge(second)) == ["#3"]


def test_a_key_as_attribute_is_a_field() -> None:
    (part,) = read(
        '<PtRealization><Element Id="7"><Fields Action="update"><Qu>1</Qu></Fields></Element></PtRealization>'
    )
    assert part == ("update", "R", [{"Id": "7", "Qu": "1"}])


def test_a_file_with_several_actions_is_a_batch_an_action_inserts_first() -> None:
    found = read(
        xml(
            '<Fields Action="update"><Id>1</Id><Pr>1</Pr></Fields>',
            '<!-- afkeuren --><Fields Action="update"><Id>2</Id><DiAp>1</DiAp><DiRe>x</DiRe></Fields>',
            '<Fields Action="Delete"><Id>3</Id></Fields>',
            '<Fields Action="insert"><DaTi>2026-<!-- jaar -->11-20</DaTi></Fields>',
            '<Fields Action="update"><Id>4</Id><Qu>2</Qu></Fields>',
            # Two lines in one element.
            '<Fields Action="update"><Id>5</Id><Ap>1</Ap></Fields>'
            '<Fields Action="update"><Id>6</Id><Ap>0</Ap></Fields>',
            "<Fields><DaTi>2026-11-21</DaTi></Fields>",
        ),
    )
    assert [part.reference for part in found] == [
        "R/insert", "R/ready", "R/reject", "R/delete", "R/update", "R/approve", "R/unapprove",
    ]  # fmt: skip
    assert found[0] == ("insert", "R/insert", [{"DaTi": "2026-11-20"}, {"DaTi": "2026-11-21"}])
    assert found[3].lines == [{"Id": "3"}]
    assert sum(len(part.lines) for part in found) == 8


def test_the_action_of_the_nearest_holds() -> None:
    inner = '<Element Action="delete"><Fields Action="approve"><Id>1</Id></Fields><Fields><Id>2</Id></Fields></Element>'
    found = read(f'<PtRealization Action="ready">{inner}<Element><Fields><Id>3</Id></Fields></Element></PtRealization>')
    assert [(part.action, part.lines) for part in found] == [
        ("approve", [{"Id": "1"}]),
        ("delete", [{"Id": "2"}]),
        ("ready", [{"Id": "3"}]),
    ]


def test_a_file_with_one_action_keeps_the_reference_as_it_is() -> None:
    data = xml(
        '<Fields Action="update"><Id>1</Id><Pr>1</Pr></Fields>', '<Fields Action="update"><Id>2</Id><Pr>1</Pr></Fields>'
    )
    assert [part[:2] for part in read(data)] == [("ready", "R")]
    assert read('[{"Id": 1, "Pr": true}]', "update")[0][:2] == ("update", "R")
    assert read("<PtRealization/>", "delete") == [("delete", "R", [])]


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (f"{BOMB}<PtRealization><Element><Fields><Ds>&b;</Ds></Fields></Element></PtRealization>", "DOCTYPE"),
        ('<!DOCTYPE x SYSTEM "file:///etc/passwd"><PtRealization/>', "DOCTYPE"),
        (f'<?xml version="1.0"?>\n{BOMB}<PtRealization/>'.encode("utf-16"), "DOCTYPE"),
        ("<PtRealization><Element>", "regel 1"),
        ("<PtRealization>&b;</PtRealization>", "regel 1"),
        ("<Other/>", "PtRealization"),
        ("<PtRealization><Fields/></PtRealization>", "Element"),
        (xml('<Fields Action="upsert"/>'), '"upsert"'),
        ('<?xml version="1.0" encoding="nonsense"?><PtRealization/>', "UTF-8"),
        ('[{"Qu": 1,}]', "regel 1"),
        ('[{"Qu": NaN}]', "NaN"),
        ('{"PtRealization": []}', "Element"),
        ('{"Qu": 1}', "Element"),
        ("[" * 100_000, "Element"),
        ("", "leeg"),
        (" \n\n", "leeg"),
        ("DaTi;Qu;DaTi\n1;2;3\n", "DaTi"),
        ('DaTi,Ds\n2026-11-20,"open\n', "CSV"),
        ("DaTi,Ds\n2026-11-20,café\n".encode("cp1252"), "UTF-8"),
    ],
)
def test_a_file_that_is_no_list_of_lines_is_refused_with_its_remedy(data: bytes | str, told: str) -> None:
    assert told in refused(data)


@law
@given(data=st.binary(max_size=40) | st.text("<>[]{}\"',;:&!PtRealization \n0123").map(str.encode))
def test_any_file_is_read_or_refused_with_a_line(data: bytes) -> None:
    told = ""
    try:
        assert all(isinstance(one, Part) for one in parts(data, "insert", "R", text))
    except FileError as error:
        told = str(error)
    assert len(told.splitlines()) <= 1
