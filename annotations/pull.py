"""Corrected pages from Label Studio to gold on disk, beside it what does not fit and what was changed.

The server has the last word on every page that it holds; pages of the file that it does not hold stay. So a second pull writes
the same bytes, several projects can be pulled into one file, and tasks deleted on the server lose nothing here.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from gongkai.annotations.changes import Kind, changes, count_kinds
from gongkai.annotations.gold import GoldPage, read_gold_pages, write_gold_pages
from gongkai.annotations.records import parsed, read_text
from gongkai.annotations.returned import Left, LeftOut, Outcome, Place, Refused, Returned, is_pushed, read_record
from gongkai.annotations.tasks import digest
from gongkai.inference.write import write_whole
from gongkai.model.errors import BadRecordError, OutputError, StudioProjectError

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Files:
    """What a pull writes: the gold, and beside it `<stem>.quarantine.jsonl` and `<stem>.changes.jsonl`."""

    gold: Path

    @property
    def quarantine(self) -> Path:
        """Tasks that were refused, one a line; not there if there are none."""
        return self.gold.with_suffix(".quarantine.jsonl")

    @property
    def changes(self) -> Path:
        """What people changed of what the model said, one span a line."""
        return self.gold.with_suffix(".changes.jsonl")


@dataclass(frozen=True, slots=True)
class Pulled:
    """What a pull found: corrected pages, refused tasks, how many were left out and why, pages of the file from elsewhere or gone."""

    returned: tuple[Returned, ...]
    refused: tuple[Refused, ...]
    left: Counter[Left]
    kept: int
    removed: int
    foreign: int

    @property
    def kinds(self) -> Counter[Kind]:
        """How many spans were kept, relabelled, moved, added and deleted."""
        return sum((count_kinds(_changes_of(page)) for page in self.returned), Counter())


def read_export(path: Path) -> Sequence[Json]:
    """The tasks of a file that was exported from Label Studio as JSON. Raises BadRecordError if it is something else."""
    way_out = "export the project again, in the format JSON"
    try:
        records = parsed(read_text(path), str(path))
    except BadRecordError as error:
        raise BadRecordError(f"{error}; {way_out}") from error
    if not isinstance(records, list) or not all(isinstance(record, dict) and "annotations" in record for record in records):
        raise BadRecordError(f"{path}: no list of tasks with annotations; {way_out} (not JSON-MIN)")
    return records


def pull(records: Sequence[Json], place: Place, gold: Path, source: str) -> Pulled:
    """Write what `records` hold into `gold` and the files beside it.

    Raises StudioProjectError if no task is one that was pushed (`source` names the project or file), BadRecordError if the gold file
    that is there cannot be read, OutputError if the disk does not take it. In every case, the files are as they were.
    """
    pushed = [record for record in records if is_pushed(record)]
    if records and not pushed:
        raise StudioProjectError(
            f"{source}: none of its {len(records)} tasks was pushed by gongkai (their data lack text, doc_id or sha256); "
            "is it the export of another project?"
        )
    outcomes = [read_record(record, place) for record in pushed]
    files = Files(gold)
    before = read_gold_pages(gold) if gold.exists() else []
    result = _pulled(outcomes, before, {record["data"]["sha256"] for record in pushed}, len(records) - len(pushed))
    _write(files, result, before, {record["data"]["sha256"] for record in pushed})
    return result


def _pulled(outcomes: Sequence[Outcome], before: Sequence[GoldPage], held: set[str], foreign: int) -> Pulled:
    returned = _unique(outcome for outcome in outcomes if isinstance(outcome, Returned))
    now = {digest(page.gold.page.page.text) for page in returned}
    old = [digest(gold.page.page.text) for gold in before]
    return Pulled(
        returned=returned,
        refused=tuple(outcome for outcome in outcomes if isinstance(outcome, Refused)),
        left=Counter(outcome.why for outcome in outcomes if isinstance(outcome, LeftOut)),
        kept=sum(sha not in held for sha in old),
        removed=sum(sha in held and sha not in now for sha in old),
        foreign=foreign,
    )


def _unique(pages: Iterable[Returned]) -> tuple[Returned, ...]:
    """One page for each text: that which was labelled last."""
    newest: dict[str, Returned] = {}
    for page in sorted(pages, key=lambda page: page.gold.origin.at if page.gold.origin else ""):
        newest[digest(page.gold.page.page.text)] = page
    return tuple(sorted(newest.values(), key=lambda page: _order(page.gold)))


def _order(gold: GoldPage) -> tuple[str, str]:
    return gold.page.page.id, digest(gold.page.page.text)


def _write(files: Files, result: Pulled, before: Sequence[GoldPage], held: set[str]) -> None:
    """The gold last: whoever sees it new sees the others new, too."""
    try:
        files.gold.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{files.gold.parent}: cannot be made ({error.strerror}); choose another file with --out") from error
    _write_lines(files.quarantine, (asdict(refused) for refused in result.refused))
    _write_lines(files.changes, (line for page in result.returned for line in _change_lines(page)))
    kept = [gold for gold in before if digest(gold.page.page.text) not in held]
    write_gold_pages(files.gold, sorted((*kept, *(page.gold for page in result.returned)), key=_order))


def _write_lines(path: Path, records: Iterable[Json]) -> None:
    text = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)
    if text or path.exists():
        write_whole(path, text)
    if not text:
        path.unlink(missing_ok=True)


def _changes_of(page: Returned) -> Sequence[Any]:
    return changes(page.predicted, page.gold.page.spans) if page.predicted is not None else ()


def _change_lines(page: Returned) -> Iterable[Json]:
    origin, gold = page.gold.origin, page.gold.page
    for change in _changes_of(page):
        if change.kind is not Kind.KEPT:
            yield {"id": gold.page.id, "task": origin.task if origin else None, **change.as_json(gold.page.text)}
