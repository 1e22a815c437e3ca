"""An exact solver that decides as the assembler says it does, knowing only what each doubt costs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import Any, Protocol

import pytest
from ortools.sat.python import cp_model

from gongkai.inference.assemble import candidates, glued, requests, review, sums
from gongkai.inference.assemble.decide import MARGIN
from gongkai.inference.assemble.layout import Slots
from gongkai.inference.assemble.reading import PrintedRow, TableReading
from gongkai.inference.forms import Block, forms
from gongkai.inference.numbers import read_cell

State = int | str
Facts = Mapping[str, int]
Key = tuple[str, int]
Differences = tuple[list[str], ...]
_MOST = 10**6
_TENTHS = 10


class Seen(Protocol):
    """What the assembler made of a table."""

    reading: TableReading
    rows: Mapping[str, PrintedRow]
    columns: Sequence[str]
    exact: bool
    keeps_blanks: bool
    glued: bool
    deduplicated: bool

    def said(self, key: str, column: int) -> State | None:
        """The number of a cell, `blank`, `open` if several are possible, or None if nothing can be said."""


def block_of(form: str) -> Block:
    """The block of the requests table."""
    return forms()[form].table("requests").blocks[0]


@dataclass(slots=True)
class Choice:
    """A line whose cells may stand in several ways. `columns[c]`: what may stand in column c, with the literal that says so.

    `gone[c]` is 1 where no cell of the line stands in column c and what stood there is lost; else such a column is blank.
    """

    columns: Sequence[Sequence[tuple[State, Any]]]
    gone: Sequence[Any]

    def number(self, column: int) -> Any:
        """The number in a column, 0 if there is none."""
        return sum(state * here for state, here in self.columns[column] if isinstance(state, int))

    def printed(self, column: int) -> Any:
        """Whether a number stands in a column."""
        return sum(here for state, here in self.columns[column] if isinstance(state, int))

    def unknown(self, column: int) -> Any:
        """Whether a column may hold anything."""
        return self.gone[column] + sum(here for state, here in self.columns[column] if state == "unreadable")

    def says(self, column: int, state: State) -> Any:
        """Whether a column says `state`."""
        if state == "lost":
            return self.gone[column]
        said = sum(here for other, here in self.columns[column] if other == state)
        return said + 1 - sum(here for _, here in self.columns[column]) - self.gone[column] if state == "blank" else said


def settled(states: Sequence[State]) -> Choice:
    """A line that can be read in one way only."""
    return Choice([[(state, 1)] if state != "lost" else [] for state in states], [int(state == "lost") for state in states])


def state_of(text: str) -> State:
    read = read_cell(text, signed=False, decimal=False)
    return int(read.value) if read is not None else "unreadable"


class Model:
    """Every way in which printed cells may stand in a table, and what each costs, in tenths."""

    def __init__(self) -> None:
        self.model = cp_model.CpModel()
        self.choices: dict[str, Choice] = {}
        self.costs: list[Any] = []
        self.breaches: list[Any] = []

    def price(self, cost: float, breach: bool = True) -> Any:
        """A literal that costs so much when it is true. A `breach` is against the sums or the narrative; others are mere doubt."""
        paid = self.model.new_bool_var("")
        self.costs.append(round(cost * _TENTHS) * paid)
        if breach:
            self.breaches.append(paid)
        return paid

    def when(self, conditions: Iterable[Any], rule: Any) -> None:
        """`rule` holds where all `conditions` do."""
        self.model.add(rule).only_enforce_if(*conditions)

    def is_true(self, expression: Any) -> Any:
        """A literal for an expression that is 0 or 1."""
        literal = self.model.new_bool_var("")
        self.model.add(literal == expression)
        return literal

    def ordered(self, cells: Sequence[State], columns: int, missing: str, usual: bool = False) -> Choice:
        """Cells that keep their order. `missing` stands where none does; if `usual`, they most likely stand in the first columns,
        what is missing being blank, and anything else means that a cell was lost.
        """
        free = columns - len(cells)
        if not free or (usual and not cells):
            return settled([*cells, *["blank"] * free])
        if not cells:
            return settled([missing] * columns)
        here = [{column: self.model.new_bool_var("") for column in range(k, k + free + 1)} for k in range(len(cells))]
        for own in here:
            self.model.add_exactly_one(own.values())
        for before, after in pairwise(here):
            for column in after:  # no cell stands farther left than the one before it
                self.model.add(sum(x for c, x in after.items() if c <= column) <= sum(x for c, x in before.items() if c < column))
        found = [[(state, own[column]) for state, own in zip(cells, here, strict=True) if column in own] for column in range(columns)]
        empty = [1 - sum(x for _, x in own) for own in found]
        if usual:
            return Choice(found, self.lost_unless([own[k] for k, own in enumerate(here)], empty))
        return Choice(found, empty if missing == "lost" else [0] * columns)

    def lost_unless(self, usual: Sequence[Any], empty: Sequence[Any]) -> list[Any]:
        """Whether each `empty` column lost its cell, which costs, and which none did if every cell is where it `usual`ly is."""
        unusual = self.price(candidates._LOST_CELL, breach=False)
        self.model.add_bool_and(usual).only_enforce_if(~unusual)
        self.model.add_bool_or(~there for there in usual).only_enforce_if(unusual)
        gone = [self.model.new_bool_var("") for _ in empty]
        for lost, is_empty in zip(gone, empty, strict=True):
            self.when([unusual], lost == is_empty)
            self.when([~unusual], lost == 0)
        return gone

    def one_of(self, ways: Sequence[Sequence[State]]) -> Choice:
        """Full lines of which one is meant."""
        if len(ways) == 1:
            return settled(ways[0])
        taken = [self.model.new_bool_var("") for _ in ways]
        self.model.add_exactly_one(taken)
        columns = [[(way[c], use) for way, use in zip(ways, taken, strict=True)] for c in range(len(ways[0]))]
        return Choice(columns, [0] * len(columns))

    def free_number(self, may_be: Any) -> Any:
        """Any number from 0 on where `may_be` is 1, else 0."""
        if isinstance(may_be, int) and not may_be:
            return 0
        number = self.model.new_int_var(0, _MOST, "")
        self.model.add(number <= _MOST * may_be)
        return number


def is_settled(*choices: Choice) -> bool:
    return all(isinstance(here, int) for choice in choices for column in choice.columns for _, here in column)


def add_sum(model: Model, line: Choice, parts: Sequence[int], total: int) -> None:
    """The parts of a line add up to its total. Where one of them is unknown, they may only not be more."""
    whole, summed = line.number(total), sum(line.number(part) for part in parts)
    stated, unknown = sum(line.printed(part) for part in parts), sum(line.unknown(part) for part in parts)
    has_total, known = model.is_true(line.printed(total)), model.model.new_bool_var("")
    model.when([~known], unknown >= 1)
    broken, alone = model.price(sums.BROKEN), model.price(sums.ONLY_TOTAL, breach=False)
    model.when([alone], stated == 0)
    model.when([has_total, ~broken, ~alone], summed <= whole)
    model.when([has_total, known, ~broken, ~alone], summed >= whole)
    blank, zero = model.price(sums.TOTAL_BLANK), model.price(sums.ZERO_TOTAL_BLANK, breach=False)
    model.when([~has_total, known, ~blank], summed == 0)
    model.when([~has_total, known, ~blank, ~zero], stated == 0)


def add_balance(model: Model, column: int, results: Sequence[str]) -> None:
    """What came in, less what is carried out, is the total handled, and so are the results. Lost cells may be any number."""
    lines = model.choices
    handled = lines["handled_total"]

    def there(key: str) -> Any:
        return lines[key].number(column) + model.free_number(lines[key].unknown(column))

    def came_in() -> Any:
        return there("new_received") + there("carried_in") - there("carried_out")

    stated, is_blank = model.is_true(handled.printed(column)), model.is_true(handled.says(column, "blank"))
    broken, unstated, overdrawn = model.price(requests._COLUMN_SUM), model.price(requests._SUM_OF_BLANK), model.price(requests._COLUMN_SUM)
    supply = came_in()
    model.when([stated, ~broken], supply == handled.number(column))
    model.when([is_blank, ~unstated], supply <= 0)
    spent = sum(there(key) for key in results)
    model.when([stated, ~overdrawn], spent == handled.number(column))
    model.when([~stated, ~overdrawn], spent == came_in())


def add_narrative(model: Model, line: Choice, facts: Facts) -> None:
    """What the narrative says of the requests received."""
    against = (
        ("requests_natural_person", (0,), requests._AGAINST_NARRATIVE),
        ("requests_organization", range(1, 6), requests._AGAINST_NARRATIVE),
        ("requests_received", (6,), sums.ONLY_TOTAL),
    )
    for label, columns, price in against:
        if label in facts:
            known, ignored = model.model.new_bool_var(""), model.price(price)
            unknown = sum(line.unknown(column) for column in columns)
            model.when([~known], unknown >= 1)
            model.when([known, ~ignored], sum(line.number(column) for column in columns) == facts[label])


def line_of(model: Model, slots: Slots, seen: Seen, zeros: bool) -> Choice:
    """The ways in which a printed line may be read."""
    width = len(seen.columns)
    cells = [state_of(slot.token.text) if slot.token and not slot.printed_blank else "blank" for slot in slots.slots]
    lost = settled(["lost"] * width)
    if seen.deduplicated and len(cells) != width:
        return lost
    if seen.glued and cells:
        ways = cut("".join(slot.token.text for slot in slots.slots if slot.token), width, zeros)
        return model.one_of(ways) if 0 < len(ways) <= glued._MOST_CUTS else lost
    shown = [slot.token is not None for slot in slots.slots]
    while len(cells) > width and not (shown[0] and shown[-1]):
        kept = slice(1, None) if shown[-1] else slice(-1)
        cells, shown = cells[kept], shown[kept]
    if len(cells) > width:
        ways = without_a_page_number(cells) if width == 7 else []
        return model.one_of(ways) if ways else lost
    usual = seen.keeps_blanks and slots.open_end
    return model.ordered(cells, width, "lost" if seen.keeps_blanks else "blank", usual)


def without_a_page_number(cells: Sequence[State]) -> list[Sequence[State]]:
    """The rows of a row of eight numbers without one of them that add up."""
    if len(cells) != 8 or any(isinstance(cell, str) for cell in cells):
        return []
    rows = [[int(cell) for cell in (*cells[:place], *cells[place + 1 :])] for place in range(8)]
    return [row for row in rows if sum(row[:6]) == row[6]]


def cut(digits: str, width: int, zeros: bool) -> list[Sequence[State]]:
    """All cuts of digits into `width` numbers without leading zeros; none if blanks may hide between fewer numbers."""
    fewest = len(digits) - len(digits.lstrip("0")) + bool(digits.strip("0"))
    if not digits.isdigit() or (fewest < width and not zeros):
        return []
    cuts = ((0, *places, len(digits)) for places in combinations(range(1, len(digits)), width - 1))
    pieces = ([digits[a:b] for a, b in pairwise(places)] for places in cuts)
    return [[int(piece) for piece in own] for own in pieces if all(piece == "0" or piece[0] != "0" for piece in own)]


def prints_zeros(seen: Seen) -> bool:
    """Whether some glued row is all zeros, and every row can be cut so that it adds up."""
    runs = ["".join(slot.token.text for slot in row.slots.slots if slot.token) for row in seen.rows.values()]
    runs = [run for run in runs if run.isdigit()]
    return "0" * 7 in runs and all(any(sum(map(int, way[:6])) == way[6] for way in cut(run, 7, zeros=True)) for run in runs)


def requests_model(seen: Seen, facts: Facts) -> Model:
    """The table of requests, with the price of everything that speaks against a placement."""
    model, block = Model(), block_of(seen.reading.form or "2021")
    zeros = seen.glued and prints_zeros(seen)
    for row in block.rows:
        printed = seen.rows.get(row.key)
        line = line_of(model, printed.slots, seen, zeros) if printed is not None else settled(["lost"] * 7)
        model.choices[row.key] = line
        if not is_settled(line):
            add_sum(model, line, range(6), 6)
            if row.key == "new_received":
                add_narrative(model, line, facts)
    for column in () if is_settled(*model.choices.values()) else range(7):
        add_balance(model, column, block.result_rows())
    return model


def review_model(seen: Seen, facts: Facts) -> Model:
    """The line of reviews and litigations: three groups, each with its total."""
    model = Model()
    line = model.choices["line"] = line_of(model, seen.rows["line"].slots, seen, zeros=False)
    for total in (4, 9, 14):
        add_sum(model, line, range(total - 4, total), total)
    for label, totals in (("reviews", (4,)), ("litigations", (9, 14))):
        if label in facts:
            ignored, silent = model.price(review._AGAINST_NARRATIVE), model.model.new_bool_var("")
            model.when([silent], sum(line.printed(total) for total in totals) == 0)
            model.when([~silent, ~ignored], sum(line.number(total) for total in totals) == facts[label])
    return model


class Solver:
    """The cheapest readings of a model: the best one, and all that are not dearer by the margin."""

    def __init__(self, model: Model, feasible: bool = False) -> None:
        self.model = model.model
        self.solver = cp_model.CpSolver()
        self.value = self.solver.value
        self.solver.parameters.num_workers = 1
        self.solver.parameters.symmetry_level = self.solver.parameters.cp_model_probing_level = 0
        cost = sum(model.costs)
        if feasible:
            self.model.add(sum(model.breaches) == 0)
        self.model.minimize(cost)
        assert self.solve(), "no reading at all"
        if not feasible:
            self.model.add(cost < round(self.solver.objective_value) + round(MARGIN * _TENTHS))
        self.solver.parameters.relative_gap_limit = 0.5  # any reading with many others will do; that there is none is still proved

    def solve(self) -> bool:
        status = self.solver.solve(self.model)
        assert status in (cp_model.OPTIMAL, cp_model.INFEASIBLE), self.solver.status_name(status)
        return status == cp_model.OPTIMAL


def differences(seen: Seen, model: Model, feasible: bool = False) -> Differences:
    """What the assembler says although cheap readings say otherwise, and what it leaves open although they all say the same.

    With `feasible`, readings are those that break no sum and contradict no narrative, whatever else they cost.
    """
    solver = Solver(model, feasible)
    never: dict[Key, Any] = {}
    sometimes: dict[Key, Any] = {}
    alike: set[object] = set()
    for key, row in seen.rows.items():
        line, twin = model.choices[key], twin_of(key, row, seen)
        for column in range(len(seen.columns)):
            said, cell, best = seen.said(key, column), (key, column), best_state(solver, line, column)
            never[cell] = line.printed(column) if said is None else 0 if said == "open" else 1 - line.says(column, said)
            if twin in alike:
                continue
            if said == "open":
                sometimes[cell] = 1 - line.says(column, best) if isinstance(best, int) else line.printed(column)
            elif said is None and best == "blank":
                sometimes[cell] = 1 - line.says(column, "blank")
        alike.add(twin)
    overlooked = never_true(solver, sometimes) if seen.exact else []
    wrong = ever_true(solver, never)
    return tuple([f"{key}.{seen.columns[c]} ({seen.said(key, c)})" for key, c in cells] for cells in (wrong, overlooked))


def twin_of(key: str, row: PrintedRow, seen: Seen) -> object:
    """What rows have in common that may change places: of such results with the same cells, what one may say the others may."""
    said = tuple(seen.said(key, column) for column in range(len(seen.columns)))
    results = block_of(seen.reading.form or "2021").result_rows()
    cells = tuple((slot.token.text if slot.token else None) for slot in row.slots.slots)
    return (key not in results and key, cells, row.slots.open_end, said)


def best_state(solver: Solver, line: Choice, column: int) -> State:
    """What a column says in the reading that the solver found."""
    said = [state for state, here in line.columns[column] if solver.value(here)]
    return said[0] if said else "lost" if solver.value(line.gone[column]) else "blank"


def never_true(solver: Solver, expressions: Mapping[Key, Any]) -> list[Key]:
    """The expressions that are 0 in all readings: readings with as many others as possible are sought until none has one."""
    stuck = [cell for cell, found in expressions.items() if isinstance(found, int) and not found]
    left = {cell: found for cell, found in expressions.items() if not isinstance(found, int) and not solver.value(found)}
    while left:
        solver.model.maximize(sum(left.values()))
        solver.solve()
        kept = {cell: found for cell, found in left.items() if not solver.value(found)}
        if len(kept) == len(left):
            return [*stuck, *left]
        left = kept
    return stuck


def ever_true(solver: Solver, expressions: Mapping[Key, Any]) -> list[Key]:
    """Expressions that are 1 in some reading, none only if there are none."""
    fixed = [cell for cell, found in expressions.items() if isinstance(found, int) and found]
    left = {cell: found for cell, found in expressions.items() if not isinstance(found, int)}
    if not left:
        return fixed
    solver.model.clear_objective()  # type: ignore[no-untyped-call]
    solver.model.add(sum(left.values()) >= 1)
    return [*fixed, *(cell for cell, found in left.items() if solver.value(found))] if solver.solve() else fixed


@pytest.fixture(scope="session")
def requests_differences() -> Callable[..., Differences]:
    """`differences` of a requests table, with what the narrative says; `feasible` as there."""
    return lambda seen, facts, feasible=False: differences(seen, requests_model(seen, facts), feasible)


@pytest.fixture(scope="session")
def review_differences() -> Callable[..., Differences]:
    """`differences` of a table of reviews, with what the narrative says."""
    return lambda seen, facts: differences(seen, review_model(seen, facts))
