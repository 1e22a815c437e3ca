"""`gongkai compare`: two reports side by side."""

from __future__ import annotations

import io
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from gongkai.inference.commands.named import Named
from gongkai.inference.commands.options import Model
from gongkai.inference.commands.streams import emit
from gongkai.inference.compare.compare import Comparison
from gongkai.inference.compare.compare import compare as compared
from gongkai.inference.compare.differences import Difference
from gongkai.inference.compare.output import to_csv, to_json
from gongkai.inference.compare.terminal import render
from gongkai.inference.extract import Extractor
from gongkai.inference.write import CSV_MARK, prepare_folder, write_whole

_HELP = "A page, or a file of results; of several documents one is named after #: results.jsonl#甲县人民政府@2022, or #SOURCE."
_FILE_WIDTH = 100


class Format(StrEnum):
    """How a comparison is written."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


def compare(
    a: Annotated[str, typer.Argument(metavar="A", help=_HELP)],
    b: Annotated[str, typer.Argument(metavar="B", help="The other; of one organ the later year.")],
    format: Annotated[Format, typer.Option(help="How to write.")] = Format.TABLE,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Write there instead of stdout.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Also cells in which neither report has a number other than zero.")] = False,
    same_organ: Annotated[bool, typer.Option("--same-organ", help="Check across years whatever organs the two name.")] = False,
    model: Model = None,
) -> None:
    """Hold report B against report A: differences cell by cell, and what B must repeat of the year before."""
    if out is not None:
        prepare_folder(out.parent)
    named = Named(lambda: Extractor.from_pretrained(model))
    found = compared(named.extraction(a), named.extraction(b), same_organ)
    shown = [one for one in found.differences if every or one.says_something]
    text = _written(found, shown, format, _FILE_WIDTH if out else None)
    if out is None:
        emit(text)
    else:
        write_whole(out, CSV_MARK + text if format is Format.CSV else text)


def _written(found: Comparison, shown: list[Difference], format: Format, width: int | None) -> str:
    if format is Format.JSON:
        return to_json(found, shown)
    if format is Format.CSV:
        return to_csv(found, shown)
    return render(found, shown, io.StringIO() if width else None, width)
