"""Word documents (.docx): paragraphs, text boxes and tables in the order of the document."""

from __future__ import annotations

import io
from collections.abc import Iterator
from html import escape
from typing import TYPE_CHECKING

from gongkai.inference.read.archive import check_archive
from gongkai.inference.read.grid import MAX_SPAN
from gongkai.inference.read.marked_up import MarkedUp, WrittenCell, table
from gongkai.model.errors import BrokenFileError, MissingExtraError, UnreadableError

if TYPE_CHECKING:
    from docx.oxml.xmlchemy import BaseOxmlElement as Element

_WRAPPERS = frozenset({"sdt", "sdtContent", "ins", "moveTo", "customXml", "smartTag", "hyperlink", "fldSimple", "bdo", "dir", "rubyBase"})
"""Elements that hold paragraphs, rows, cells or runs without being any; what was deleted or moved away is not among them."""
_PICTURES = frozenset({"drawing", "pict", "object"})
_STANDS_FOR = {"tab": " ", "ptab": " ", "br": "<br>", "cr": "<br>", "noBreakHyphen": "-"}
_OFF = frozenset({"0", "false", "off"})


def docx_markup(name: str, data: bytes) -> MarkedUp:
    """The body of the document; headers, footers, notes, tracked deletions and hidden text are left out.

    Raises UnreadableError without the packages of the `files` extra, BrokenFileError for a damaged or locked file, and TooLargeError.
    """
    check_archive(name, data)
    out: list[str] = []
    _blocks(_body(name, data), out)
    return MarkedUp("".join(out))


def _body(name: str, data: bytes) -> Element:
    try:
        import docx
    except ImportError as error:
        raise UnreadableError(str(MissingExtraError(f"{name}: reading a Word document", "files"))) from error
    from docx.opc.exceptions import OpcError

    try:
        body: Element = docx.Document(io.BytesIO(data)).element.body
    except (OpcError, KeyError, ValueError, AttributeError, SyntaxError) as error:  # the parser's errors are SyntaxErrors
        raise BrokenFileError(f"{name}: no Word document that can be opened ({error}); save it as .docx in an office program") from error
    return body


def _local(element: Element) -> str:
    """The name of an element without its namespace; comments have none."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _child(element: Element | None, *path: str) -> Element | None:
    """The first descendant along a path of names."""
    for name in path:
        element = next((child for child in element if _local(child) == name), None) if element is not None else None
    return element


def _value(element: Element | None, default: str = "") -> str:
    """The `val` attribute."""
    found = (value for key, value in element.attrib.items() if key.endswith("}val")) if element is not None else iter(())
    return str(next(found, default))


def _is_on(element: Element | None) -> bool:
    """Whether a switch is there and not switched off."""
    return element is not None and _value(element).lower() not in _OFF


def _members(element: Element, name: str) -> Iterator[Element]:
    """The children called `name`, also through wrappers."""
    for child in element:
        if _local(child) == name:
            yield child
        elif _local(child) in _WRAPPERS:
            yield from _members(child, name)


def _blocks(parent: Element, out: list[str]) -> None:
    """Write the paragraphs and tables in `parent`."""
    for child in parent:
        kind = _local(child)
        if kind == "p":
            _paragraph(child, out)
        elif kind == "tbl":
            out.append(table(_rows(child)))
        elif kind in _WRAPPERS:
            _blocks(child, out)


def _paragraph(element: Element, out: list[str]) -> None:
    """Write a paragraph, and behind it the text boxes that are anchored in it."""
    boxes: list[Element] = []
    out.append("<p>")
    _runs(element, out, boxes)
    out.append("</p>\n")
    for box in boxes:
        _blocks(box, out)


def _runs(parent: Element, out: list[str], boxes: list[Element]) -> None:
    for child in parent:
        kind = _local(child)
        if kind == "t":
            out.append(escape(child.text or "", quote=False))
        elif kind in _STANDS_FOR:
            out.append(_STANDS_FOR[kind])
        elif kind == "AlternateContent":
            _runs(next(iter(child), child), out, boxes)  # the same thing for older programs follows it
        elif kind in _PICTURES:
            boxes += _text_boxes(child)
        elif kind in _WRAPPERS or kind == "ruby" or (kind == "r" and not _is_on(_child(child, "rPr", "vanish"))):
            _runs(child, out, boxes)


def _text_boxes(picture: Element) -> Iterator[Element]:
    """The contents of the outermost text boxes of a drawing."""
    for child in picture:
        if _local(child) == "txbxContent":
            yield child
        elif _local(child) == "AlternateContent":
            yield from _text_boxes(next(iter(child), child))
        else:
            yield from _text_boxes(child)


def _rows(element: Element) -> list[list[WrittenCell]]:
    """The cells of a table row by row, a cell merged downwards once, with the rows that it covers."""
    rows: list[list[WrittenCell]] = []
    above: dict[int, WrittenCell] = {}
    for row in _members(element, "tr"):
        properties = _child(row, "trPr")
        if _child(properties, "del") is None and not _is_on(_child(properties, "hidden")):
            cells, above = _row_cells(row, above)
            rows.append(cells)
    return rows


def _row_cells(row: Element, above: dict[int, WrittenCell]) -> tuple[list[WrittenCell], dict[int, WrittenCell]]:
    """The cells that begin in `row`, and by column those that may go on below; `above` are those of the row above."""
    before = _number(_child(row, "trPr", "gridBefore"), 0)
    cells = [WrittenCell("", colspan=before)] if before else []
    column, going_on = before, dict[int, WrittenCell]()
    for element in _members(row, "tc"):
        properties = _child(element, "tcPr")
        width = max(1, _number(_child(properties, "gridSpan"), 1))
        merged = _child(properties, "vMerge")
        if cells and _goes_on(_child(properties, "hMerge")):
            cells[-1].colspan += width
        elif _goes_on(merged) and column in above:
            above[column].rowspan += 1
            going_on[column] = above[column]
        else:
            cells.append(WrittenCell(_content(element), colspan=width))
            if merged is not None:
                going_on[column] = cells[-1]
        column += width
    return cells, going_on


def _goes_on(merge: Element | None) -> bool:
    """Whether a cell is the continuation of one above it or beside it."""
    return merge is not None and _value(merge, "continue") == "continue"


def _content(cell: Element) -> str:
    out: list[str] = []
    _blocks(cell, out)
    return "".join(out)


def _number(element: Element | None, default: int) -> int:
    text = _value(element)
    return min(int(text), MAX_SPAN) if text.isascii() and text.isdecimal() and len(text) < 9 else default
