from collections.abc import Mapping

from gongkai.inference.assemble.layout import Slot
from gongkai.inference.assemble.merge import merged
from gongkai.inference.assemble.reading import Placed, TableReading
from gongkai.inference.results import Status

TOTAL = "requests.new_received.total"
NATURAL = "requests.new_received.natural_person"
BUSINESS = "requests.new_received.business"
HANDLED = "requests.handled_total.total"


def copy_of(values: Mapping[str, int], form: str | None = "2021", confidence: float = 0.9) -> TableReading:
    cells = {key: Placed(key, value, Status.PRINTED, Slot(None, 0), confidence) for key, value in values.items()}
    return TableReading("requests", form, cells)


def values(cells: Mapping[str, object]) -> dict[str, object]:
    return {key: getattr(cell, "value", None) for key, cell in cells.items()}


def test_copies_that_agree_complete_each_other() -> None:
    cells, warnings = merged([copy_of({TOTAL: 5}), copy_of({TOTAL: 5, NATURAL: 4}, confidence=0.95)], {})
    assert (values(cells), warnings) == ({TOTAL: 5, NATURAL: 4}, ())
    assert cells[TOTAL].confidence == 0.95


def test_a_cell_that_two_copies_print_differently_is_left_out() -> None:
    cells, warnings = merged([copy_of({TOTAL: 5, NATURAL: 4, BUSINESS: 1}), copy_of({TOTAL: 5, NATURAL: 4, BUSINESS: 7})], {})
    assert values(cells) == {TOTAL: 5, NATURAL: 4}
    assert warnings == ("requests: printed more than once with different numbers; the cells that differ were left out",)


def test_of_the_tables_of_two_years_the_one_that_the_narrative_speaks_of_is_taken() -> None:
    before, now = {TOTAL: 5, NATURAL: 4, BUSINESS: 1}, {TOTAL: 9, NATURAL: 7, BUSINESS: 2, HANDLED: 0}
    cells, warnings = merged([copy_of(before), copy_of(now)], {"requests_received": 9})
    assert values(cells) == now
    assert warnings == ("requests: printed more than once with different numbers; the narrative speaks of copy 2, which was taken",)


def test_without_a_word_of_the_narrative_only_what_both_years_say_is_kept() -> None:
    cells, _ = merged([copy_of({TOTAL: 5, NATURAL: 4, HANDLED: 0}), copy_of({TOTAL: 9, NATURAL: 7, HANDLED: 0})], {})
    assert values(cells) == {HANDLED: 0}


def test_a_copy_that_reads_as_another_form_does_not_mix_its_rows_in() -> None:
    older = "requests.other_handling.total"
    cells, _ = merged([copy_of({TOTAL: 5, NATURAL: 4}), copy_of({older: 0}, form="2019")], {})
    assert values(cells) == {TOTAL: 5, NATURAL: 4}


def test_the_other_tables_of_the_report_that_the_narrative_speaks_of_are_taken_too() -> None:
    key = "review_litigation.review.total"
    reviews = [TableReading("review_litigation", None, {key: Placed(key, value, Status.PRINTED, Slot(None, 0), 0.9)}) for value in (1, 2)]
    cells, _ = merged([copy_of({TOTAL: 5, NATURAL: 4}), copy_of({TOTAL: 9, NATURAL: 7}), *reviews], {"requests_received": 9})
    assert values(cells) == {TOTAL: 9, NATURAL: 7, key: 2}
