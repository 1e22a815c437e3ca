"""Written narrative passages with their figures and entities: the markup of `training/corpus`, read and checked.

`python -m gongkai.training.passages [FILE...]` checks files and prints how often each label occurs.
"""

from __future__ import annotations

import hashlib
import math
import re
import sys
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from gongkai.inference.results import Basis
from gongkai.model.errors import AnnotationError, GongkaiError
from gongkai.model.labels import label_set
from gongkai.training.synth.marked import Mark, MarkedText
from gongkai.training.synth.numerals import Number, value_of, whole
from gongkai.training.synth.statements import statement_key

HELD_OUT_WRITERS = ("h",)
TRAIN_WRITERS = ("a", "b", "c", "d", "e", "f", "g", "i", "j", "k", "l", "m", "n", "o", "p", "q")
SHORTEST, LONGEST = 40, 420
TWIN_LENGTH = 24
SHARE = "@"

FIGURE_CODES = {
    "rr": "requests_received",
    "ri": "requests_carried_in",
    "rh": "requests_handled",
    "ro": "requests_carried_out",
    "rg": "requests_granted",
    "rp": "requests_partially_granted",
    "rd": "requests_denied",
    "ru": "requests_unavailable",
    "rj": "requests_rejected",
    "rx": "requests_other_handling",
    "np": "requests_natural_person",
    "og": "requests_organization",
    "ch": "requests_by_channel",
    "cr": "completion_rate",
    "fe": "request_fees",
    "rv": "reviews",
    "rvu": "reviews_upheld",
    "rvc": "reviews_corrected",
    "rvo": "reviews_other",
    "rvp": "reviews_pending",
    "lt": "litigations",
    "ltu": "litigations_upheld",
    "ltc": "litigations_corrected",
    "lto": "litigations_other",
    "ltp": "litigations_pending",
    "cp": "complaints",
    "gz": "regulations",
    "nd": "normative_documents",
    "od": "other_documents",
    "ds": "disclosures",
    "ws": "website_posts",
    "wx": "wechat_posts",
    "wb": "weibo_posts",
    "nm": "new_media_posts",
    "ip": "interpretations",
    "pc": "press_conferences",
    "pr": "public_responses",
    "gb": "gazettes",
    "na": "new_media_accounts",
    "wv": "website_visits",
    "mt": "meetings_trainings",
}
ENTITY_CODES = {
    "AG": "agency",
    "RY": "report_year",
    "PD": "period",
    "ID": "issue_date",
    "DN": "document_number",
    "PH": "phone",
    "EM": "email",
    "AD": "address",
}
TOKEN = re.compile(r"\{([A-Za-z_+]+)(?:=([0-9.]+)(\*?))?:([^{}]*)\}")
_UNIT = re.compile(
    "[余多来]?(件次|人次|人[(]次[)]|条次|篇次|场次|家次|单位次|[件条宗份起例次期册篇个场封则项部批幅人元家块%\uff05通章笔本集讲轮档班遍页])"
)


@dataclass(frozen=True, slots=True)
class StatedFigure:
    """A figure of a passage: characters `start` to `end` of its text state `value` for `label`."""

    label: str
    value: Number
    unit: str | None
    start: int
    end: int
    basis: Basis


@dataclass(frozen=True, slots=True)
class StatedEntity:
    """An entity of a passage: characters `start` to `end` of its text."""

    label: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Passage:
    """One written passage. Figures on one span (a joint statement) have the same offsets."""

    id: str
    writer: str
    text: str
    figures: tuple[StatedFigure, ...]
    entities: tuple[StatedEntity, ...]

    def labels(self) -> frozenset[str]:
        """The labels of its figures."""
        return frozenset(figure.label for figure in self.figures)

    def marked(self) -> MarkedText:
        """The text with one mark per span: joint statements under their joint class, values and bases in the keys."""
        spans: dict[tuple[int, int], list[StatedFigure]] = {}
        for figure in self.figures:
            spans.setdefault((figure.start, figure.end), []).append(figure)
        marks = [
            Mark(start, end, label_set().class_of(f.label for f in stated), statement_key(stated[0].value, stated[0].basis))
            for (start, end), stated in spans.items()
        ]
        marks += [Mark(entity.start, entity.end, entity.label) for entity in self.entities]
        return MarkedText(self.text, tuple(sorted(marks, key=lambda mark: mark.start)))


def parse_passage(line: str, name: str, writer: str) -> Passage:
    """The passage that one line of markup states.

    Raises AnnotationError for an unknown label, a number that cannot be read, stray braces, or a length out of bounds.
    """
    source = line.replace("\\n", "\n")
    pieces: list[str] = []
    figures: list[StatedFigure] = []
    entities: list[StatedEntity] = []
    position = length = 0
    for token in TOKEN.finditer(source):
        pieces += (source[position : token.start()], token[4])
        start = length + token.start() - position
        length, position = start + len(token[4]), token.end()
        for code in token[1].split("+"):
            if code in ENTITY_CODES:
                entities.append(StatedEntity(ENTITY_CODES[code], start, length))
            else:
                figures.append(_figure(code, token, start, source[position : position + 14]))
    text = "".join((*pieces, source[position:]))
    _check_text(text, [*((f.start, f.end) for f in figures), *((e.start, e.end) for e in entities)])
    return Passage(name, writer, text, tuple(figures), tuple(entities))


def _figure(code: str, token: re.Match[str], start: int, after: str) -> StatedFigure:
    label = FIGURE_CODES.get(code)
    if label is None:
        raise AnnotationError(f"{token[0]}: unknown code {code!r}; known are {', '.join((*FIGURE_CODES, *ENTITY_CODES))}")
    text, end = token[4], start + len(token[4])
    if token[2] is None:
        unit = _UNIT.match(re.sub(r"\s", "", after))
        return StatedFigure(label, _printed_value(token), "%" if text.startswith("百分之") else unit and unit[1], start, end, Basis.PRINTED)
    value = whole(float(token[2]))
    if value and not token[3]:
        raise AnnotationError(
            f"{token[0]}: a wording without * must mean 0, this one says {value}; write ={value}* for a universal statement"
        )
    return StatedFigure(label, value, None, start, end, Basis.ALL if token[3] else Basis.ZERO)


def _printed_value(token: re.Match[str]) -> Number:
    try:
        return value_of(token[4])
    except ValueError as error:
        raise AnnotationError(f"{token[0]}: {error}; a wording needs its value: {{{token[1]}=0:{token[4]}}}") from error


def _check_text(text: str, spans: Iterable[tuple[int, int]]) -> None:
    if "{" in text or "}" in text:
        raise AnnotationError("a brace is left over: check that every {code:text} is closed and not nested")
    for start, end in spans:
        if not text[start:end] or text[start:end] != text[start:end].strip():
            raise AnnotationError(f"span {text[start:end]!r} at {start} is empty or has blank ends")
    if not SHORTEST <= len(text) <= LONGEST:
        raise AnnotationError(f"{len(text)} characters; a passage has {SHORTEST} to {LONGEST}")


class TwinIndex:
    """Remembers every run of 24 characters of the passages it was given, to find near-duplicates."""

    def __init__(self) -> None:
        self._runs: dict[str, str] = {}

    def twin_of(self, passage: Passage) -> str | None:
        """The id of an earlier passage that shares 24 characters in a row, or None; then `passage` is remembered."""
        runs = {passage.text[i : i + TWIN_LENGTH] for i in range(len(passage.text) - TWIN_LENGTH + 1)}
        twin = next((self._runs[run] for run in sorted(runs) if run in self._runs), None)
        if twin is None:
            self._runs.update(dict.fromkeys(runs, passage.id))
        return twin


def read_passages(text: str, name: str, twins: TwinIndex | None = None) -> Iterator[Passage | AnnotationError]:
    """The passages of one file, in order; for a line that is wrong the error, with file and line.

    `name` is the file name; its stem is the writer. Empty lines and lines that begin with # are comments.
    """
    writer = Path(name).stem
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        try:
            passage = parse_passage(line, f"{writer}-{number:04d}", writer)
            twin = twins.twin_of(passage) if twins else None
            if twin:
                raise AnnotationError(f"shares {TWIN_LENGTH} characters with {twin}: reword or remove one of them")
        except AnnotationError as error:
            yield AnnotationError(f"{name}:{number}: {error}")
        else:
            yield passage


@cache
def _corpus() -> tuple[Passage, ...]:
    folder = files("gongkai.training") / "corpus"
    twins = TwinIndex()
    passages: list[Passage] = []
    for source in sorted((item for item in folder.iterdir() if item.name.endswith(".txt")), key=lambda item: item.name):
        for item in read_passages(source.read_text(encoding="utf-8"), source.name, twins):
            if isinstance(item, AnnotationError):
                raise item
            passages.append(item)
    return tuple(passages)


def load_passages(writers: Collection[str] | None = None) -> tuple[Passage, ...]:
    """The passages of `writers` (file stems of the corpus), or of all, in the order of the files.

    A writer's name may carry a share (`a@0.25`): then only that part of the passages, the same ones every time, and those of a
    smaller share among those of a larger one.

    Raises AnnotationError, naming file and line, if the corpus is broken or has no such writer.
    """
    passages = _corpus()
    if writers is None:
        return passages
    shares = dict(map(_share_of, writers))
    by_writer: dict[str, list[Passage]] = {passage.writer: [] for passage in passages}
    for passage in passages:
        by_writer[passage.writer].append(passage)
    if unknown := shares.keys() - by_writer.keys():
        raise AnnotationError(
            f"no writer {', '.join(sorted(unknown))} in training/corpus; there are {', '.join((*TRAIN_WRITERS, *HELD_OUT_WRITERS))}"
        )
    return tuple(passage for writer, own in by_writer.items() if writer in shares for passage in _part(own, shares[writer]))


def shared(writers: Iterable[str], share: float) -> tuple[str, ...]:
    """The names under which `load_passages` gives `share` of what each of `writers` wrote."""
    return tuple(writers) if share == 1 else tuple(f"{writer}{SHARE}{share!r}" for writer in writers)


def _share_of(name: str) -> tuple[str, float]:
    writer, _, share = name.partition(SHARE)
    return writer, float(share or 1)


def _part(passages: Sequence[Passage], share: float) -> Sequence[Passage]:
    """So many of `passages`, in their order; which ones, the digests of their texts say."""
    ranked = sorted(passages, key=lambda passage: hashlib.sha256(passage.text.encode()).digest())
    kept = {passage.id for passage in ranked[: math.ceil(share * len(passages))]}
    return [passage for passage in passages if passage.id in kept]


def _summary(passages: Sequence[Passage]) -> str:
    figures = Counter(figure.label for passage in passages for figure in passage.figures)
    entities = Counter(entity.label for passage in passages for entity in passage.entities)
    bases = Counter(str(figure.basis) for passage in passages for figure in passage.figures)
    lines = [f"{len(passages)} passages, {sum(not passage.figures for passage in passages)} without a figure"]
    lines += ["figures by basis: " + ", ".join(f"{name} {count}" for name, count in bases.most_common())]
    lines += [f"{count:6} {label}" for label, count in (figures + entities).most_common()]
    return "\n".join(lines)


def main(argv: Sequence[str] | None = None) -> int:
    """Check the files (or the corpus of the project) and print counts by label; 1 if a line is wrong."""
    paths = [Path(name) for name in (sys.argv[1:] if argv is None else argv)]
    twins = TwinIndex()
    items: list[Passage | AnnotationError] = []
    try:
        for path in paths:
            items += read_passages(path.read_text(encoding="utf-8"), path.name, twins)
        items += () if paths else load_passages()
    except (OSError, UnicodeDecodeError, GongkaiError) as error:
        print(error, file=sys.stderr)
        return 1
    errors = [item for item in items if isinstance(item, AnnotationError)]
    for wrong in errors:
        print(wrong, file=sys.stderr)
    print(_summary([item for item in items if isinstance(item, Passage)]))
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
