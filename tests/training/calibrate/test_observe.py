from __future__ import annotations

from itertools import islice

import pytest

from gongkai.inference.extract import Extractor
from gongkai.inference.results import Basis, Cell, Extraction, Figure, Status
from gongkai.training.accuracy.measure import GoldLabels
from gongkai.training.accuracy.pages import FIRST_SEED, PER_SEVERITY, UNSEEN_SEEDS
from gongkai.training.calibrate.observe import (
    CHECK_SEEDS,
    FIT_SEEDS,
    Document,
    documents,
    observe,
    observed_cells,
    observed_figures,
)
from gongkai.training.examples import normalised_page
from gongkai.training.passages import HELD_OUT_WRITERS, load_passages
from gongkai.training.sources import HELD_OUT_SEEDS
from gongkai.training.synth.pages import PageOptions, generate_page

KEY = "requests.new_received.total"


def cell(value: int | None, status: Status, key: str = KEY) -> Extraction:
    return Extraction("a", "2021", None, None, (Cell(key, value, status, None, (), 0.9),))


def test_seeds_are_nobody_elses() -> None:
    benchmark = (FIRST_SEED, UNSEEN_SEEDS + 10 * PER_SEVERITY)
    assert HELD_OUT_SEEDS < benchmark[0] < benchmark[1] < FIT_SEEDS
    assert CHECK_SEEDS - FIT_SEEDS >= 1_000_000


def test_pages_of_every_severity_then_half_of_the_passages_twice() -> None:
    found = list(documents(FIT_SEEDS, 1, 0))
    passages = load_passages(HELD_OUT_WRITERS)[::2]
    assert len(found) == 4 + 2 * len(passages)
    options = PageOptions(severities=(0,), writers=HELD_OUT_WRITERS)
    assert found[0].text == generate_page(FIT_SEEDS, options).text
    assert found[4].text == passages[0].text
    assert (dict(found[4].cells), dict(found[4].belongs)) == ({}, {})
    assert len(found[4].figures) == len(passages[0].figures)


def test_both_halves_share_no_passage() -> None:
    one, other = ({document.text for document in islice(documents(seeds, 1, half), 4, None, 2)} for seeds, half in ((1, 0), (2, 1)))
    assert one.isdisjoint(other)


@pytest.mark.parametrize(
    ("printed", "read", "status", "right"),
    [
        ({KEY: 5}, 5, Status.PRINTED, True),
        ({KEY: 5}, 6, Status.PLACED, False),
        ({KEY: None}, 5, Status.PRINTED, False),
        ({}, 5, Status.PRINTED, False),
        ({KEY: None}, None, Status.BLANK, True),
        ({KEY: 5}, None, Status.BLANK, False),
        ({}, None, Status.BLANK, False),
        ({KEY: 5}, 5, Status.DERIVED, True),
        ({}, 7, Status.DERIVED, True),
        ({}, 8, Status.DERIVED, False),
        ({KEY: None}, 7, Status.DERIVED, True),
    ],
)
def test_which_cells_are_right(printed: dict[str, int | None], read: int | None, status: Status, right: bool) -> None:
    (found,) = observed_cells(Document("", frozenset(), printed, {KEY: 7}), cell(read, status))
    assert (found.raw, found.right) == (0.9, right)


def test_a_blank_is_no_observation_where_blanks_may_have_gone() -> None:
    document = Document("", frozenset(), {"requests.granted.total": 1}, {KEY: 7}, all_shown=False)
    assert not list(observed_cells(document, cell(None, Status.BLANK)))
    assert [one.right for one in observed_cells(document, cell(None, Status.BLANK, "requests.granted.total"))] == [False]


@pytest.mark.parametrize(
    ("label", "value", "start", "right"),
    [("reviews", 5, 3, True), ("reviews", 6, 3, False), ("litigations", 5, 3, False), ("reviews", 5, 2, False)],
)
def test_which_figures_are_right(label: str, value: int, start: int, right: bool) -> None:
    extraction = Extraction("a", None, None, None, (), (Figure(label, value, None, "5", start, 4, Basis.PRINTED, 0.8),))
    (found,) = observed_figures(Document("", frozenset({("reviews", 3, 4, 5.0)})), extraction)
    assert (found.raw, found.right) == (0.8, right)


def test_a_page_read_with_gold_labels_is_right() -> None:
    page = generate_page(FIT_SEEDS, PageOptions(severities=(0,), writers=HELD_OUT_WRITERS))
    document = next(documents(FIT_SEEDS, 1, 0))
    found = observe(Extractor(GoldLabels(normalised_page(page.marked))), [document, document])
    assert found.documents == 2
    assert len(found.cells) > 100
    assert all(one.right for one in found.cells)
    assert len(found.sha256) == 64
