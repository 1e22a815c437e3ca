"""Which stretch of the page is which statutory table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from operator import sub

from gongkai.inference.assemble.copies import copies_of
from gongkai.inference.assemble.titles import similarities
from gongkai.inference.assemble.tokens import Kind, Token
from gongkai.inference.forms import Block, forms

TABLES = ("proactive", "requests", "review_litigation")
OUTSIDE = "outside"
_OTHER_SECTIONS = ("一、总体情况", "五、存在的主要问题及改进情况", "六、其他需要报告的事项")
_STATES = (*TABLES, OUTSIDE)
_FAMILIAR = 0.6
_SWITCH = 0.45
_BACK = 0.89  # less than twice a switch: a title of the last table is no way out of it
_SECTION_COUNTS = 3.0
_UNANNOUNCED = 0.02
_NOTHING_SAID = -0.005
_PROSE = 160
_REMEMBERED = 8192


@dataclass(frozen=True, slots=True)
class Region:
    """One printed table: its key and its tokens in order, without the title of its section."""

    table: str
    tokens: tuple[Token, ...]
    start: int
    end: int

    def titles(self) -> tuple[Token, ...]:
        """The titles among the tokens."""
        return tuple(token for token in self.tokens if token.kind is Kind.TITLE)


def find_regions(tokens: Sequence[Token]) -> tuple[Region, ...]:
    """The printed tables in the order of the page. A table printed twice gives two regions.

    Every title votes for the tables whose wording it resembles; the most likely sequence of tables is taken (Viterbi, with a
    price on every change). Prose longer than a note ends a table.
    """
    titles = [token for token in tokens if token.kind is Kind.TITLE]
    regions: list[Region] = []
    printed = ((table, copy) for table, run in _runs(tokens, _most_likely(titles)) for copy in copies_of(table, run))
    for table, run in printed:
        body = tuple(token for token in run if token.label != "section" or not _names_section(token, table))
        if table != OUTSIDE and _is_table(body):
            regions.append(Region(table, body, body[0].start, body[-1].end))
    return tuple(regions)


@cache
def _wordings(table: str) -> tuple[str, ...]:
    if table == OUTSIDE:
        return _OTHER_SECTIONS
    found: list[str] = []
    for form in forms().values():
        statutory = form.table(table)
        found += (statutory.section, *(word for block in statutory.blocks for word in block_wordings(block)))
    return tuple(dict.fromkeys(found))


def block_wordings(block: Block) -> Iterable[str]:
    """Every title that a block prints."""
    yield from filter(None, (block.title, block.corner))
    for line in block.column_headings:
        yield from line
    for titled in (*block.columns, *block.rows):
        yield from titled.wordings()
    for row in block.rows:
        yield from row.headings


def _most_likely(titles: Sequence[Token]) -> list[str]:
    if not titles:
        return []
    first, *others = [_emissions(title.text, title.label == "section") for title in titles]
    layers = [[own - (_SWITCH if state != OUTSIDE else 0.0) for state, own in zip(_STATES, first, strict=True)]]
    announced, unannounced = _switching()
    prices = [announced if title.label == "section" else unannounced for title in titles[1:]]
    for switching, emissions in zip(prices, others, strict=True):
        a, b, c, d = layers[-1]  # by state, as the prices of going on from each are
        layers.append([max(a - w, b - x, c - y, d - z) + own for (w, x, y, z), own in zip(switching, emissions, strict=True)])
    state = layers[-1].index(max(layers[-1]))
    found = [state]
    for switching, layer in zip(reversed(prices), layers[-2::-1], strict=True):
        paths = list(map(sub, layer, switching[state]))
        state = paths.index(max(paths))
        found.append(state)
    return [_STATES[index] for index in reversed(found)]


@cache
def _switching() -> tuple[list[list[float]], list[list[float]]]:
    """The price of going to each state from each other one, at the title of a section and at another title.

    Back to an earlier table is dearer than on.
    """

    def price(before: int, state: int) -> float:
        if before == state:
            return 0.0
        return _BACK if state < before < len(TABLES) else _SWITCH

    places = range(len(_STATES))
    announced = [[price(before, state) for before in places] for state in places]
    return announced, [[price + _UNANNOUNCED if price else 0.0 for price in prices] for prices in announced]


@lru_cache(_REMEMBERED)
def _emissions(title: str, is_section: bool) -> tuple[float, ...]:
    """What a title says for each state: its likeness to the likest wording. The same few hundred stand on most pages."""
    likeness = [float(similarities([title], _wordings(state)).max()) for state in _STATES]
    votes = [alike - _FAMILIAR if alike >= _FAMILIAR else 0.0 for alike in likeness[:-1]]
    votes.append(0.8 if likeness[-1] >= 0.8 else _NOTHING_SAID)
    return tuple(vote * (_SECTION_COUNTS if is_section else 1.0) if vote > 0 else vote for vote in votes)


def _runs(tokens: Sequence[Token], states: Sequence[str]) -> Iterable[tuple[str, list[Token]]]:
    """Tokens of one state together, given the states of the titles in order; a cell has that of what stands before it."""
    run: list[Token] = []
    current = OUTSIDE
    of_titles = iter(states)
    for token in tokens:
        state = next(of_titles) if token.kind is Kind.TITLE else current
        broken = bool(run) and token.start - run[-1].end > _PROSE
        restarts = bool(run) and token.label == "section" and state == current and _names_section(token, state)
        if state != current or broken or restarts:
            if run:
                yield current, run
            run, current = [], state if token.kind is Kind.TITLE else OUTSIDE
        run.append(token)
    if run:
        yield current, run


@cache
def _section_titles(table: str) -> tuple[str, ...]:
    return tuple({form.table(table).section for form in forms().values()})


def _names_section(token: Token, table: str) -> bool:
    if table == OUTSIDE:
        return False
    return bool(similarities([token.text], _section_titles(table)).max() >= _FAMILIAR)


def _is_table(tokens: Sequence[Token]) -> bool:
    """Whether titles of rows and columns, or cells behind a title, stand there; titles of sections alone are prose."""
    titles = sum(token.kind is Kind.TITLE for token in tokens)
    return any(token.label != "section" for token in tokens) and (titles >= 2 or (len(tokens) > 1 and tokens[0].kind is Kind.TITLE))
