"""Lines out of XML in the form of AFAS's own example files. A document type is refused, so no entity can be a bomb."""

from collections.abc import Iterable, Iterator
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, XMLParser

CONNECTOR = "PtRealization"
_MARKS = (b"\xff\xfe", b"\xfe\xff")  #: UTF-16, which only XML may be


class Told(Exception):  # noqa: N818 - it becomes FileError, with words
    """Raised inside the readers: the key of the text that tells why a file can't be read, and what that text needs."""

    def __init__(self, key: str, **places: object) -> None:
        super().__init__(key)
        self.key = key
        self.places = places


class _Plain(TreeBuilder):
    """A tree of a document without document type: that alone can define entities."""

    def doctype(self, *_: object) -> None:
        """Refuses the document before anything of it is read."""
        raise Told("realization.file.doctype")


def is_markup(data: bytes) -> bool:
    """Whether a file is XML by how it begins."""
    return data.startswith(_MARKS) or data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"<"


def lines(data: bytes) -> list[tuple[str, dict[str, object]]]:
    """Every line's attribute Action ("" without one) and fields, all text. Raises Told."""
    parser = XMLParser(target=_Plain())  # noqa: S314 - see _Plain
    try:
        parser.feed(data)
        root: Element = parser.close()
    except ParseError as error:
        line, column = error.position
        raise Told("realization.file.xml", line=line, column=column + 1) from None
    except (LookupError, ValueError):
        raise Told("realization.file.encoding") from None
    if _name(root) != CONNECTOR or any(_name(one) != "Element" for one in root):
        raise Told("realization.file.root")
    return [line for element in root for line in _of_element(element, root.get("Action", ""))]


def together(pairs: Iterable[tuple[str, object]]) -> dict[str, object]:
    """Names with their values; a name that comes twice has the list of all its values, which no field can hold."""
    result: dict[str, object] = {}
    for name, value in pairs:
        result[name] = [result[name], value] if name in result else value
    return result


def _of_element(element: Element, default: str) -> Iterator[tuple[str, dict[str, object]]]:
    """The lines of one element; what stands beside Fields belongs to each of them, and is judged as a field."""
    beside = [(_name(one), "".join(one.itertext()).strip()) for one in element if _name(one) != "Fields"]
    for fields in [one for one in element if _name(one) == "Fields"] or [Element("Fields")]:
        action = fields.get("Action") or element.get("Action") or default
        named = [*_attributes(element), *_attributes(fields), *((_name(one), _value(one)) for one in fields), *beside]
        yield action, together(named)


def _attributes(element: Element) -> Iterator[tuple[str, str]]:
    """Attributes stand for fields, but for Action and those of another namespace."""
    return ((name, value) for name, value in element.items() if name != "Action" and not name.startswith("{"))


def _value(field: Element) -> object:
    return [_name(one) for one in field] if len(field) else field.text or ""


def _name(element: Element) -> str:
    return element.tag.rpartition("}")[2]
