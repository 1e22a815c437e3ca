"""One document that a command line names: a page to be read, or one of the results that were written before."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from gongkai.inference.extract import Extractor
from gongkai.inference.read.sources import STDIN, Source, find_documents
from gongkai.inference.results import Extraction
from gongkai.inference.stored.results import all_extractions, holds_results
from gongkai.model.errors import BadRecordError, UnreadableError

_MOST_NAMED = 6
_SEVERAL = 1000  # documents that are looked through for the names in a message

T = TypeVar("T", Source, Extraction)


@dataclass(slots=True)
class Named:
    """Gives the extractions of documents by name. `open_extractor` is called when the first page is to be read, and only then."""

    open_extractor: Callable[[], Extractor]
    _extractor: Extractor | None = field(default=None, init=False)

    def extraction(self, name: str) -> Extraction:
        """The document `name`: PATH, or PATH#WHICH where the path holds several.

        WHICH is the source of a document; of results also its organ, its year, or ORGAN@YEAR. Raises DocumentError if there is none
        of that name, or if there are several.
        """
        path, which = _split(name)
        if path != STDIN and holds_results(Path(path)):
            return _only(name, which, all_extractions(Path(path)))
        source = _only(name, which, find_documents([path]))
        self._extractor = self._extractor or self.open_extractor()
        return self._extractor.extract(source.load())


def _split(name: str) -> tuple[str, str]:
    """The path and what follows its last `#`; a path that is there has nothing that follows."""
    if name == STDIN or Path(name).exists():
        return name, ""
    path, _, which = name.rpartition("#")
    if not path or not Path(path).exists():
        raise UnreadableError(f"{path or name}: not there; check the name")
    return path, which


def _only(name: str, which: str, found: Iterable[T]) -> T:
    known: list[T] = []
    fitting: list[T] = []
    for one in found:
        known += [one] if len(known) < _SEVERAL else []
        fitting += [one] if not which or which in _names(one) else []
        if len(fitting) > _SEVERAL:
            break
    if len(fitting) == 1:
        return fitting[0]
    if not known:
        raise BadRecordError(f"{name}: holds no document")
    way_out = f"name one with {_split(name)[0]}#WHICH: {_listed(fitting or known)}"
    if not fitting:
        raise BadRecordError(f"{name}: no document of that name; {way_out}")
    many = str(len(fitting)) if len(fitting) <= _SEVERAL else f"more than {_SEVERAL:,}"
    raise BadRecordError(f"{name}: {many} documents; {way_out}")


def _listed(several: Iterable[T]) -> str:
    """Some of the names by which the documents can be told apart."""
    documents = list(several)
    names = [_names(one) for one in documents]
    common = [name for one in names for name in one]
    telling = dict.fromkeys(next((name for name in one if common.count(name) == 1), one[0]) for one in names[:_MOST_NAMED])
    return ", ".join(telling) + (", …" if len(documents) > _MOST_NAMED else "")


def _names(one: Source | Extraction) -> tuple[str, ...]:
    """What the document may be called, the most telling first."""
    if isinstance(one, Source):
        return (one.name,)
    year = str(one.report_year) if one.report_year else ""
    organ = one.agency or ""
    return tuple(name for name in (f"{organ}@{year}" if organ and year else "", one.source, organ, year) if name)
