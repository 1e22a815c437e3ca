"""Which printed cells are determinable: literal rows, whole generated pages, and random tables against enumeration."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, product

import pytest

from gongkai.inference.forms import forms
from gongkai.inference.results import Basis
from gongkai.training.accuracy.oracle import open_cells, undeterminable
from gongkai.training.accuracy.rules import Rule, rules_of
from gongkai.training.synth.evidence import PrintedRow, Slot
from gongkai.training.synth.marked import MarkedText
from gongkai.training.synth.pages import PageOptions, SyntheticPage, generate_page
from gongkai.training.synth.statements import Statement

COLUMNS = ("natural_person", "business", "research", "social_org", "legal_service", "other", "total")
ROWS = tuple(row.key for row in forms()["2021"].table("requests").blocks[0].rows)
REVIEWS = forms()["2021"].table("review_litigation").keys()


def requests_page(printed: Mapping[str, Mapping[str, int]], stated: Mapping[str, int] | None = None) -> SyntheticPage:
    """A page whose requests table shows the numbers of some rows, and nothing of the blank cells."""
    truth = {f"requests.{row}.{column}": printed.get(row, {}).get(column, 0) for row in ROWS for column in COLUMNS}
    cells = {f"requests.{row}.{column}": printed.get(row, {}).get(column) for row in ROWS for column in COLUMNS}
    rows = [PrintedRow(tuple(f"requests.{row}.{c}" for c in COLUMNS), slots("requests", row, printed.get(row, {}))) for row in ROWS]
    figures = tuple(Statement(label, value, Basis.PRINTED, i, i + 1) for i, (label, value) in enumerate((stated or {}).items()))
    return SyntheticPage("x", MarkedText(""), cells, figures, "2021", None, 2021, {}, (), 2, tuple(rows), truth)


def slots(table: str, row: str, printed: Mapping[str, int]) -> tuple[Slot, ...]:
    return tuple(Slot(f"{table}.{row}.{column}", str(value)) for column, value in printed.items())


BOTH = {"natural_person": 5, "total": 5}
FIVE: dict[str, dict[str, int]] = dict.fromkeys(["new_received", "granted", "handled_total"], BOTH)


def test_the_total_of_five_five_is_determinable_and_the_applicant_is_not() -> None:
    page = requests_page(FIVE)
    assert undeterminable(page) == {f"requests.{row}.natural_person" for row in FIVE}


def test_the_narrative_says_which_applicant_it_was() -> None:
    assert undeterminable(requests_page(FIVE, {"requests_natural_person": 5})) == set()
    # Knowing that none was an organization says the same.
    assert undeterminable(requests_page(FIVE, {"requests_organization": 0})) == set()


def test_three_numbers_of_which_two_are_applicants_leave_only_the_total_certain() -> None:
    row = {"natural_person": 3, "business": 2, "total": 5}
    page = requests_page({"new_received": row, "granted": row, "handled_total": row})
    assert undeterminable(page) == {f"requests.{name}.{c}" for name in ("new_received", "granted", "handled_total") for c in list(row)[:2]}


def test_a_full_row_settles_the_column_of_the_others() -> None:
    full = dict.fromkeys(COLUMNS, 0) | {"business": 2, "total": 2}
    short = {"business": 2, "total": 2}
    assert undeterminable(requests_page({"new_received": full, "granted": short, "handled_total": short})) == set()


def test_a_lone_number_is_the_total_unless_it_is_zero() -> None:
    assert undeterminable(requests_page({row: {"total": 5} for row in FIVE})) == set()
    assert undeterminable(requests_page({"new_received": {"total": 0}})) == {"requests.new_received.total"}
    assert undeterminable(requests_page({"granted": {"total": 0}}, {"requests_granted": 0})) == {"requests.granted.total"}


def test_a_printed_mistake_allows_placements_that_break_as_much() -> None:
    page = requests_page({"new_received": {"natural_person": 4, "total": 5}})
    # The columns of both numbers are short of what was handled: the truth breaks the row and two columns.
    assert undeterminable(page) == {"requests.new_received.natural_person", "requests.new_received.total"}


def test_a_row_that_is_cut_off_is_no_part_of_a_sum() -> None:
    keys = tuple(f"requests.granted.{column}" for column in COLUMNS)
    rules = (Rule(keys[-1:], keys[:-1], parts=keys[:-1]),)
    cells = dict.fromkeys(keys) | {keys[0]: 5, keys[-1]: 5}
    shown = (Slot(keys[0], "5"), Slot(keys[-1], "5"))
    assert open_cells([PrintedRow(keys, shown)], rules, cells) == {keys[0]}
    assert open_cells([PrintedRow(keys, shown, open=True)], rules, cells) == {keys[0], keys[-1]}
    assert open_cells([PrintedRow(keys, shown[:1], open=True, aligned=True)], rules, cells) == set()


@pytest.mark.parametrize(
    ("texts", "open_places"),
    [
        (("0", "0", "0"), ()),  # three digits, three columns
        (("0", "0", "12"), ()),  # no number begins with 0
        (("3", "3", "17"), (0, 1, 2)),
        (("12", "0", "0"), (0, 1, 2)),  # 1 and 200, or 120 and 0
        (("12", "5"), (0, 1)),
        (("3", "/", "4"), ()),  # a stroke is a blank cell
    ],
)
def test_glued_numbers_are_determinable_where_they_can_be_cut_in_one_way(texts: tuple[str, ...], open_places: tuple[int, ...]) -> None:
    keys = ("proactive.regulations.made", "proactive.regulations.repealed", "proactive.regulations.in_force")
    cells = dict.fromkeys(keys) | {key: int(text) for key, text in zip(keys, texts, strict=False) if text.isdigit()}
    row = PrintedRow(keys, tuple(Slot(key, text) for key, text in zip(keys, texts, strict=False)), glued=True)
    assert open_cells([row], (), cells) == {keys[place] for place in open_places}


def test_sums_cut_glued_rows() -> None:
    keys = tuple(f"requests.granted.{column}" for column in COLUMNS)
    values = (10, 2, 0, 0, 0, 0, 12)
    row = PrintedRow(keys, tuple(Slot(key, str(value)) for key, value in zip(keys, values, strict=True)), glued=True)
    cells = dict(zip(keys, values, strict=True))
    whole = Rule(keys[-1:], keys[:-1], parts=keys[:-1])
    # Without the narrative it might be one number of nine digits, the total.
    assert open_cells([row], (whole,), cells) == set(keys)
    assert open_cells([row], (whole, Rule(keys[-1:], (), 12)), cells) == set()


def test_the_line_of_reviews_is_three_groups_whose_sums_settle_where_each_begins() -> None:
    values = [3, 3, 1, 1]  # 3 upheld of 3 reviews, 1 corrected of 1 suit
    shown = [REVIEWS[0], REVIEWS[4], REVIEWS[6], REVIEWS[9]]
    row = PrintedRow(REVIEWS, tuple(Slot(key, str(value)) for key, value in zip(shown, values, strict=True)))
    cells = dict.fromkeys(REVIEWS) | dict(zip(shown, values, strict=True))
    sums = [Rule((keys[4],), keys[:4], parts=keys[:4]) for keys in (REVIEWS[:5], REVIEWS[5:10], REVIEWS[10:])]
    # Which outcome it was is open, and so is which of the two kinds of suit.
    assert open_cells([row], sums, cells) == set(shown)
    reviews = Rule((REVIEWS[4],), (), 3)
    assert open_cells([row], [*sums, reviews], cells) == {REVIEWS[0], REVIEWS[6], REVIEWS[9]}


def placements(row: PrintedRow, cells: Mapping[str, int | None]) -> Iterator[dict[str, int | None]]:
    for places in combinations(range(len(row.keys)), len(row.slots)):
        yield {row.keys[place]: cells[slot.key] for place, slot in zip(places, row.slots, strict=True)}


def by_enumeration(rows: Sequence[PrintedRow], rules: Sequence[Rule], cells: Mapping[str, int | None]) -> set[str]:
    allowed = sum(not rule.holds(cells) for rule in rules)
    found = set()
    for chosen in product(*(placements(row, cells) for row in rows)):
        contents = {key: value for placed in chosen for key, value in placed.items()}
        if sum(not rule.holds(contents) for rule in rules) <= allowed:
            found |= {key for key, value in cells.items() if value is not None and contents.get(key) != value}
    return found


@pytest.mark.parametrize("seed", range(150))
def test_small_tables_agree_with_enumeration(seed: int) -> None:
    rng = random.Random(seed)
    names, columns = ("a", "b", "sum"), ("x", "y", "total")
    counts = {name: [rng.choice((0, 0, 1, 2, 5)) for _ in range(2)] for name in ("a", "b")}
    counts["sum"] = [a + b for a, b in zip(counts["a"], counts["b"], strict=True)]
    blank = rng.random()
    cells: dict[str, int | None] = {}
    for name in names:
        for column, value in zip(columns, (*counts[name], sum(counts[name])), strict=True):
            cells[f"t.{name}.{column}"] = None if rng.random() < blank and not value else value + (rng.random() < 0.03)
    keys = [tuple(f"t.{name}.{column}" for column in columns) for name in names]
    rows = [PrintedRow(own, tuple(Slot(k, "" if cells[k] is None else str(cells[k])) for k in own if shows(cells[k], rng))) for own in keys]
    rules = [Rule((own[2],), own[:2], parts=own[:2]) for own in keys]
    rules += [Rule((total,), (a, b)) for a, b, total in zip(*keys, strict=True)]
    if rng.random() < 0.4:
        stated = rng.choice([key for own in keys for key in own])
        rules.append(Rule((stated,), (), cells[stated] or 0))
    assert open_cells(rows, rules, cells) == by_enumeration(rows, rules, cells)


def shows(value: int | None, rng: random.Random) -> bool:
    return value is not None or rng.random() < 0.1


def test_a_page_whose_blank_cells_show_determines_everything() -> None:
    options = PageOptions(layouts=("A1", "A4", "A7", "A18"), table_modes=(), page_modes=(), damage=(), severities=(0,))
    assert [undeterminable(generate_page(seed, options)) for seed in range(10)] == [frozenset()] * 10


def test_printed_cells_only_are_undeterminable_and_the_rules_hold_of_the_truth() -> None:
    options = PageOptions(table_modes=("D3", "A19", "D16"), severities=(3,))
    found = 0
    for seed in range(25):
        page = generate_page(seed, options)
        still_open = undeterminable(page)
        found += len(still_open)
        assert still_open <= {key for key, value in page.cells.items() if value is not None}
        assert all(rule.holds(page.truth) for rule in rules_of(page))
    assert found > 100
