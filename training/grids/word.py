"""Reports as Word documents, with the merged cells that Word writes."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

from gongkai.training.grids.filed import FiledReport
from gongkai.training.synth.grid import Grid, GridRow

if TYPE_CHECKING:
    from docx.document import Document
    from docx.table import _Cell

    Holder = Document | _Cell


@dataclass(frozen=True, slots=True)
class Damage:
    """How tables are put into a document, and what is done to the whole of it then."""

    place: Callable[[Holder, Grid, Random], None]
    finish: Callable[[Document, FiledReport, Random], None] = lambda document, report, rng: None


def write_word(report: FiledReport, damage: str, rng: Random) -> bytes:
    """A .docx with one of the kinds of DAMAGES."""
    import docx

    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = "内部资料 2020"
    document.sections[0].footer.paragraphs[0].text = "第 3 页"
    for part in report.parts:
        if isinstance(part, str):
            document.add_paragraph(part)
        else:
            DAMAGES[damage].place(document, part, rng)
    DAMAGES[damage].finish(document, report, rng)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def _merged(holder: Holder, grid: Grid, _: Random) -> None:
    """Merged cells (gridSpan and vMerge) as the law's form has them."""
    _fill(holder, grid, grid.rows)


def _fill(holder: Holder, grid: Grid, rows: tuple[GridRow, ...]) -> None:
    """A table of `rows`, every cell in the first free place of its row."""
    table = holder.add_table(len(rows), grid.width)
    cells = [list(row.cells) for row in table.rows]
    taken: set[tuple[int, int]] = set()
    for number, row in enumerate(rows):
        column = 0
        for piece in row.pieces:
            while (number, column) in taken:
                column += 1
            down, across = min(piece.rowspan, len(rows) - number), min(piece.colspan, grid.width - column)
            taken |= {(number + i, column + j) for i in range(down) for j in range(across)}
            merged = (
                cells[number][column].merge(cells[number + down - 1][column + across - 1]) if down * across > 1 else cells[number][column]
            )
            merged.text = piece.text
            column += across


def _in_two(holder: Holder, grid: Grid, rng: Random) -> None:
    """Two tables with an empty paragraph between, cut between two rows of numbers."""
    places = [n for n in range(1, len(grid.rows)) if grid.rows[n].kind == grid.rows[n - 1].kind == "data"]
    place = rng.choice(places) if places else len(grid.rows)
    _fill(holder, grid, grid.rows[:place])
    if places:
        holder.add_paragraph("")
        _fill(holder, grid, grid.rows[place:])


def _nested(holder: Holder, grid: Grid, rng: Random) -> None:
    """The table in the only cell of another one."""
    _merged(holder.add_table(1, 1).cell(0, 0), grid, rng)


def _revised(document: Document, report: FiledReport, rng: Random) -> None:
    """Some numbers of the tables become insertions, beside older ones as tracked deletions."""
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls, qn

    tables = [part for part in report.parts if isinstance(part, Grid)]
    numbers = {piece.text for table in tables for piece in table.pieces() if not piece.is_title and piece.text}
    for cell in document.element.body.iter(qn("w:tc")):
        paragraph = cell.p_lst[0]
        if paragraph.text in numbers and rng.random() < 0.5:
            inserted = parse_xml(f'<w:ins {nsdecls("w")} w:id="2" w:author="a"/>')
            inserted.extend(list(paragraph.r_lst))
            paragraph.append(parse_xml(f'<w:del {nsdecls("w")} w:id="1" w:author="a"><w:r><w:delText>99</w:delText></w:r></w:del>'))
            paragraph.append(inserted)


DAMAGES: Mapping[str, Damage] = {
    "none": Damage(_merged),
    "in two": Damage(_in_two),
    "nested": Damage(_nested),
    "revised": Damage(_merged, _revised),
}
"""How the tables of a document are written."""
