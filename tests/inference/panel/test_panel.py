"""The tables of a panel: doubles, disputes, rates, checks across years and over children."""

from __future__ import annotations

import csv
import sqlite3
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from pyarrow import parquet

from gongkai.inference.panel.hierarchy import read_hierarchy
from gongkai.inference.panel.organ_year import organ_year
from gongkai.inference.panel.panel import Settings, Summary, make_panel
from gongkai.inference.panel.rates import RATES, rates_of
from gongkai.inference.panel.shelf import Shelf
from gongkai.inference.panel.summary import readme
from gongkai.inference.panel.tables import TABLES, Format
from gongkai.inference.panel.trends import Spread, spread
from gongkai.inference.results import Check, Extraction, Verdict
from gongkai.model.errors import BadRecordError, ConfigError, OutputError

Make = Callable[..., Extraction]
Write = Callable[[Iterable[Extraction]], Path]
NEW, IN, OUT = "requests.new_received.total", "requests.carried_in.total", "requests.carried_out.total"
GRANTED, PARTLY, HANDLED = "requests.granted.total", "requests.partially_granted.total", "requests.handled_total.total"


def made(results: Path, folder: Path, settings: Settings | None = None) -> Summary:
    folder.mkdir(exist_ok=True)
    return make_panel([results], folder, settings or Settings(), lambda _: None)


def table(folder: Path, name: str, *columns: str) -> list[tuple[str, ...]]:
    with (folder / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        return [tuple(row[column] for column in columns) for row in csv.DictReader(file)]


def test_cells_are_sorted_by_organ_year_and_print(tmp_path: Path, report: Make, results: Write) -> None:
    path = results(
        [
            report("乙县", 2022, {OUT: 1, NEW: 7}, unsure=(OUT,)),
            report("甲县", 2023, {NEW: None}, source="blank"),
            report("乙 县", 2021, {NEW: 3, "proactive.fees.amount": 0.5}),
        ]
    )
    summary = made(path, tmp_path / "panel")
    assert table(tmp_path / "panel", "cells", *TABLES["cells"]) == [
        ("乙县", "2021", "proactive.fees.amount", "0.5", "printed", "0.99", ""),
        ("乙县", "2021", NEW, "3", "printed", "0.99", ""),
        ("乙县", "2022", NEW, "7", "printed", "0.99", ""),
        ("乙县", "2022", OUT, "1", "printed", "0.5", "confidence"),
    ]
    assert (summary.organs, summary.organ_years, summary.left_out) == (1, 2, 1)
    assert table(tmp_path / "panel", "left_out", "source", "reason") == [("blank", "no number was found in its tables")]


def test_what_has_no_place_in_a_panel_is_listed_with_the_reason(tmp_path: Path, report: Make, results: Write) -> None:
    path = results([report(None, 2022, {NEW: 1}), report("甲县", None, {NEW: 1}), report(None, None, {}), report("甲县", 2022, {NEW: 1})])
    with path.open("a", encoding="utf-8") as file:
        file.write("{\n")
    told: list[str] = []
    (tmp_path / "panel").mkdir()
    summary = make_panel([path], tmp_path / "panel", Settings(), told.append)
    assert [reason for _, reason in table(tmp_path / "panel", "left_out", "source", "reason")][:3] == [
        "the organ of the report was not found",
        "the year of the report was not found",
        "neither organ nor year of the report was found",
    ]
    assert (summary.left_out, summary.damaged, len(told)) == (4, 1, 1)
    assert told[0].startswith(f"{path}, line 5: no JSON")


def test_documents_that_agree_are_one(tmp_path: Path, report: Make, results: Write) -> None:
    path = results([report("甲县", 2022, {NEW: 7}, "first"), report("甲县", 2022, {NEW: 7, OUT: 1}, "fuller")])
    summary = made(path, tmp_path / "panel")
    assert (summary.organ_years, summary.doubles, summary.disputed) == (1, 1, 0)
    assert table(tmp_path / "panel", "organ_years", *TABLES["organ_years"]) == [("甲县", "2022", "fuller", "2021", "2", "2", "0", "0", "0")]
    assert table(tmp_path / "panel", "duplicates", "source", "kept", "differing") == [("first", "0", ""), ("fuller", "1", "")]


def test_what_documents_disagree_in_has_no_value(tmp_path: Path, report: Make, results: Write) -> None:
    broken = Check("a rule", (NEW,), 1, 2, Verdict.BROKEN, (NEW,))
    path = results(
        [report("甲县", 2022, {NEW: 70, OUT: 1, IN: 0}, "worse", checks=(broken,)), report("甲县", 2022, {NEW: 7, OUT: 1}, "better")]
    )
    made(path, tmp_path / "panel")
    assert table(tmp_path / "panel", "cells", "key", "value", "status", "doubt") == [
        (NEW, "", "disputed", "disputed"),
        (OUT, "1", "printed", ""),
    ]
    assert table(tmp_path / "panel", "duplicates", "source", "kept", "differing") == [("worse", "0", NEW), ("better", "1", "")]
    made(path, tmp_path / "panel", Settings(trust_best=True))
    assert table(tmp_path / "panel", "cells", "key", "value", "status", "doubt")[0] == (NEW, "7", "printed", "disputed")


def test_rates_say_what_they_are_made_of_or_why_there_is_none(report: Make) -> None:
    cells = {GRANTED: 6, PARTLY: 3, HANDLED: 12, NEW: 10, "requests.new_received.natural_person": 11, IN: 0, OUT: None}
    reviews = {f"review_litigation.review.{end}": n for end, n in (("upheld", 2), ("corrected", 1), ("other", 1), ("pending", 5))}
    suits = {f"review_litigation.litigation_direct.{end}": 0 for end in ("upheld", "corrected", "other")}
    one = organ_year("甲县", 2022, [report("甲县", 2022, {**cells, **reviews, **suits}, unsure=(PARTLY,))])
    found = {value.rate.name: value for value in rates_of(one)}
    disclosure = found["disclosure"]
    assert (disclosure.value, disclosure.numerator, disclosure.denominator) == (0.75, 9, 12)
    assert (disclosure.confidence, disclosure.doubtful, disclosure.reason) == (0.5, True, None)
    assert (found["full_disclosure"].value, found["full_disclosure"].doubtful) == (0.5, False)
    assert found["review_reversal"].value == 0.25  # what is pending counts on neither side
    assert {name: value.reason for name, value in found.items() if value.value is None} == {
        "denial": "no value: " + " ".join(key for key in RATES[2].numerator),
        "unavailable": "no value: " + " ".join(key for key in RATES[3].numerator),
        "rejection": "no value: " + " ".join(key for key in RATES[4].numerator),
        "natural_persons": "the numerator is no part of the denominator",
        "carried_over": f"no value: {OUT}",
        "litigation_direct_reversal": "the denominator is 0",
        "litigation_after_review_reversal": "no value: " + " ".join(f"review_litigation.litigation_after_review.{end}" for end in ENDS),
        "litigation_reversal": "no value: " + " ".join(f"review_litigation.litigation_after_review.{end}" for end in ENDS),
    }


ENDS = ("corrected", "upheld", "other")


def test_the_cells_of_rates_are_those_of_the_law() -> None:
    cells = {rate.name: (len(rate.numerator), len(rate.denominator)) for rate in RATES}
    assert cells == {
        "disclosure": (2, 1),
        "full_disclosure": (1, 1),
        "denial": (8, 1),
        "unavailable": (3, 1),
        "rejection": (5, 1),
        "natural_persons": (1, 1),
        "carried_over": (1, 2),
        "review_reversal": (1, 3),
        "litigation_direct_reversal": (1, 3),
        "litigation_after_review_reversal": (1, 3),
        "litigation_reversal": (2, 6),
    }


def test_every_pair_of_years_in_a_row_is_checked(tmp_path: Path, report: Make, results: Write) -> None:
    numbers = {2019: (0, 2), 2020: (2, 5), 2022: (9, 1), 2023: (3, 0)}
    path = results([report("甲县", year, {IN: came, OUT: left}) for year, (came, left) in numbers.items()])
    summary = made(path, tmp_path / "panel")
    assert table(tmp_path / "panel", "across_years", "year", "key", "stated", "expected", "verdict") == [
        ("2020", IN, "2", "2", "holds"),
        ("2023", IN, "3", "1", "broken"),
    ]
    assert dict(summary.verdicts) == {
        ("carried_in = last year's carried_out", "holds"): 1,
        ("carried_in = last year's carried_out", "broken"): 1,
    }


def test_a_disputed_number_is_no_evidence_across_years(tmp_path: Path, report: Make, results: Write) -> None:
    path = results([report("甲县", 2022, {OUT: 1, NEW: 1}), report("甲县", 2022, {OUT: 2, NEW: 1}), report("甲县", 2023, {IN: 2})])
    made(path, tmp_path / "panel")
    assert table(tmp_path / "panel", "across_years", "stated", "expected", "verdict", "reason") == [
        ("2", "", "unknown", f"{OUT} of A is missing")
    ]


def test_a_parent_is_the_sum_of_all_its_children_or_nothing_is_said(tmp_path: Path, report: Make, results: Write) -> None:
    path = results(
        [
            report("丙市", 2022, {NEW: 10, IN: 5, OUT: 3, HANDLED: 4}),
            report("甲县", 2022, {NEW: 7, IN: 2, OUT: 1, HANDLED: 1}),
            report("乙县", 2022, {NEW: 3, IN: 2, OUT: None}),
            report("丙市", 2023, {NEW: 1}),
        ]
    )
    (tmp_path / "tree.csv").write_text("child,parent\n甲县,丙市\n乙 县,丙市\n丁县,戊市\n", encoding="utf-8")
    summary = made(path, tmp_path / "panel", Settings(hierarchy=read_hierarchy(tmp_path / "tree.csv")))
    assert table(tmp_path / "panel", "sums", "parent", "year", "key", "value", "children", "verdict", "missing") == [
        ("丙市", "2022", NEW, "10", "10", "holds", ""),
        ("丙市", "2022", IN, "5", "4", "broken", ""),
        ("丙市", "2022", HANDLED, "4", "", "unknown", "乙县"),
        ("丙市", "2022", OUT, "3", "", "unknown", "乙县"),
        ("丙市", "2023", NEW, "1", "", "unknown", "甲县 乙县"),
    ]
    assert (dict(summary.sums), summary.strangers) == ({"holds": 1, "broken": 1, "unknown": 3}, ("戊市", "丁县"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("child,parent\n甲县,\n", r"tree\.csv, line 2: child is '甲县' and parent ''; both must be names"),
        ("child,parent\n甲县,丙市\n甲县,丁市\n", r"line 3: 甲县 is below 丁市, and below 丙市; an organ has one parent"),
        ("child,parent\n甲县,丙市\n丙市,甲县\n", r"no organ is above itself"),
        ("child,parent\n甲县,甲县\n", r"甲县 < 甲县; no organ is above itself"),
        ("name,upper\n甲县,丙市\n", r"has the columns name, upper; child and parent must be there"),
        ("child,parent\n", r"no row"),
        ("", r"has the columns \(none\)"),
    ],
)
def test_a_hierarchy_that_is_none_is_refused(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "tree.csv").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=message):
        read_hierarchy(tmp_path / "tree.csv")


def test_a_hierarchy_is_read_as_spreadsheets_write_it(tmp_path: Path) -> None:
    rows = "parent, child ,note\n丙市人民政府,甲县教育局(本级),一二三\n丙市人民政府,乙县水利局,这是附注\n,,\n"
    (tmp_path / "tree.csv").write_bytes(rows.encode("gb18030"))
    assert read_hierarchy(tmp_path / "tree.csv") == {"丙市人民政府": ("甲县教育局(本级)", "乙县水利局")}
    with pytest.raises(ConfigError, match="none"):
        read_hierarchy(tmp_path / "none.csv")


def test_parquet_has_the_same_rows(tmp_path: Path, report: Make, results: Write) -> None:
    path = results([report("甲县", 2022, {NEW: 7, OUT: None}), report("甲县", 2023, {NEW: 2, IN: 1})])
    made(path, tmp_path / "panel", Settings(Format.PARQUET))
    assert sorted(one.name for one in (tmp_path / "panel").iterdir()) == sorted(f"{name}.parquet" for name in TABLES)
    assert parquet.read_table(tmp_path / "panel" / "cells.parquet").select(["year", "key", "value", "status"]).to_pylist() == [
        {"year": 2022, "key": NEW, "value": 7.0, "status": "printed"},
        {"year": 2022, "key": OUT, "value": None, "status": "blank"},
        {"year": 2023, "key": NEW, "value": 2.0, "status": "printed"},
        {"year": 2023, "key": IN, "value": 1.0, "status": "printed"},
    ]


@pytest.mark.parametrize("kind", list(Format))
def test_the_same_results_give_the_same_bytes(tmp_path: Path, report: Make, results: Write, kind: Format) -> None:
    path = results([report("甲县", year, {NEW: year, OUT: 1, IN: 1}) for year in (2021, 2022)])
    for name in ("one", "two"):
        made(path, tmp_path / name, Settings(kind))
    for name in TABLES:
        assert (tmp_path / "one" / f"{name}.{kind}").read_bytes() == (tmp_path / "two" / f"{name}.{kind}").read_bytes()


def test_results_without_a_report_write_nothing(tmp_path: Path, report: Make, results: Write) -> None:
    path = results([report(None, 2022, {NEW: 1})])
    with pytest.raises(BadRecordError, match=r"no report with an organ, a year and a number in its tables \(1 documents were read\)"):
        made(path, tmp_path / "panel")
    assert list((tmp_path / "panel").iterdir()) == []


def test_a_full_disk_is_told_with_the_way_out(tmp_path: Path, report: Make, results: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(Shelf, "put", full)
    with pytest.raises(OutputError, match=r"disk is full.*TMPDIR"):
        made(results([report("甲县", 2022, {NEW: 1})]), tmp_path / "panel")
    assert list((tmp_path / "panel").iterdir()) == []


def test_trends_count_what_is_whole(tmp_path: Path, report: Make, results: Write) -> None:
    whole = {
        f"review_litigation.review.{end}": n for end, n in (("upheld", 2), ("corrected", 1), ("other", 0), ("pending", 1), ("total", 4))
    }
    path = results(
        [
            report("甲县", 2022, {NEW: 5, **whole}),
            report("乙县", 2022, {NEW: 9, **whole, "review_litigation.review.upheld": 200}, unsure=(NEW,)),  # contradicts itself
            report("丙县", 2022, {**whole, "review_litigation.review.pending": None}),
        ]
    )
    trends = made(path, tmp_path / "panel").trends
    assert (trends.reports, trends.doubtful) == ({2022: 3}, {("乙县", 2022)})
    assert trends.received() == {2022: Spread(2, 7.0, None)}
    (pooled,) = trends.pooled("reviews").values()
    assert (pooled.reports, pooled.whole, dict(pooled.parts)) == (1, 4, {"upheld": 2, "corrected": 1, "other": 0, "pending": 1})
    assert (trends.pooled("outcomes"), trends.pooled("suits")) == ({}, {})


def test_what_holds_the_numbers_of_others_is_not_added_to_them(tmp_path: Path, report: Make, results: Write) -> None:
    ends = {
        f"review_litigation.review.{end}": n for end, n in (("upheld", 2), ("corrected", 0), ("other", 0), ("pending", 0), ("total", 2))
    }
    path = results([report(organ, year, ends) for organ, year in (("甲县", 2022), ("丙市", 2022), ("丙市", 2023))])
    (tmp_path / "tree.csv").write_text("child,parent\n甲县,丙市\n", encoding="utf-8")
    summary = made(path, tmp_path / "panel", Settings(hierarchy=read_hierarchy(tmp_path / "tree.csv")))
    assert {year: (one.reports, one.whole) for year, one in summary.trends.pooled("reviews").items()} == {2022: (1, 2), 2023: (1, 2)}
    assert (summary.trends.reports, summary.trends.apart, summary.parents) == ({2022: 2, 2023: 1}, {2022: 1, 2023: 1}, 1)
    assert "leave out 1 organ for the years in which organs below report" in readme(summary, Format.CSV, ("reviews.svg",))


def test_the_spread_of_values() -> None:
    assert spread([4, 1, 3]) == Spread(3, 3.0, None)
    assert spread([1, 2, 3, 4, 5]) == Spread(5, 3.0, (2.0, 4.0))


def test_outcomes_are_known_in_both_forms(tmp_path: Path, report: Make, results: Write) -> None:
    rows = [f"requests.{group}.total" for group in ("granted", "partially_granted")]
    rows += [key for rate in RATES[2:5] for key in rate.numerator]
    old = {**dict.fromkeys(rows, 1), "requests.other_handling.total": 2, HANDLED: 20}
    new = {**dict.fromkeys(rows, 1), **{f"requests.other_{end}.total": 2 for end in ("not_corrected", "fee_unpaid", "other")}, HANDLED: 24}
    summary = made(results([report("甲县", 2020, old, form="2019"), report("甲县", 2021, new)]), tmp_path / "panel")
    assert {year: dict(one.parts) for year, one in summary.trends.pooled("outcomes").items()} == {
        2020: {"granted": 1, "partially granted": 1, "denied": 8, "unavailable": 3, "rejected": 5, "other": 2},
        2021: {"granted": 1, "partially granted": 1, "denied": 8, "unavailable": 3, "rejected": 5, "other": 6},
    }
