"""Two reports side by side: differences, forms, and what the later year must repeat."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable

import pytest

from gongkai.inference.compare import compare
from gongkai.inference.compare.differences import Difference, Side, Standing
from gongkai.inference.compare.output import to_csv, to_json
from gongkai.inference.compare.places import places
from gongkai.inference.compare.report import report_of
from gongkai.inference.compare.terminal import render
from gongkai.inference.compare.years import CARRIED, IN_FORCE, ITEMS, YearCheck
from gongkai.inference.forms import forms
from gongkai.inference.results import Check, Extraction, Verdict

Make = Callable[..., Extraction]
NEW, IN, OUT = "requests.new_received.total", "requests.carried_in.total", "requests.carried_out.total"
OTHER_2019, OTHER_2021 = "requests.other_handling.total", "requests.other_other.total"
DOCUMENTS = "proactive.normative_documents"
PERMITS = "proactive.permits"


def by_key(differences: tuple[Difference, ...]) -> dict[str, Difference]:
    return {one.place.key: one for one in differences}


def verdicts(checks: tuple[YearCheck, ...]) -> dict[str, tuple[str, object, object]]:
    return {check.rule.key: (str(check.verdict), check.left, check.right) for check in checks}


def test_every_cell_of_both_forms_has_one_place_in_printed_order() -> None:
    keys = [place.key for place in places()]
    assert len(keys) == len(set(keys))
    assert set(keys) == {*forms()["2019"].keys(), *forms()["2021"].keys()}
    for form in forms().values():
        rows = [key.rpartition(".")[0] for key in keys if key in form.keys()]
        assert list(dict.fromkeys(rows)) == list(dict.fromkeys(key.rpartition(".")[0] for key in form.keys()))


def test_a_group_keeps_its_heading_on_every_row() -> None:
    by = {place.key: place for place in places()}
    assert by["requests.denied_administrative_inquiry.total"].headings == ("(三)不予公开",)
    assert by["requests.granted.total"].headings == ("三、本年度办理结果",)
    assert by["requests.handled_total.total"].headings == ()
    assert by["proactive.procurement.procurement_amount"].block_title == "第二十条第(九)项"


def test_differences_are_absolute_and_relative(report: Make) -> None:
    found = by_key(compare(report({NEW: 8, OUT: 0}), report({NEW: 10, OUT: 3}, 2023)).differences)
    assert (found[NEW].absolute, found[NEW].relative) == (2, 0.25)
    assert (found[OUT].absolute, found[OUT].relative) == (3, None)  # of zero no share can be taken


def test_amounts_differ_without_what_binary_fractions_leave(report: Make) -> None:
    fees = "proactive.fees.amount"
    assert by_key(compare(report({fees: 0.1}), report({fees: 0.3})).differences)[fees].absolute == 0.2


def test_of_a_stated_change_no_share_is_taken(report: Make) -> None:
    key = f"{PERMITS}.change"
    one = by_key(compare(report({key: 2}, form="2019"), report({key: -1}, form="2019")).differences)[key]
    assert (one.absolute, one.relative) == (-3, None)


def test_a_blank_is_not_a_zero(report: Make) -> None:
    found = by_key(compare(report({NEW: 5, IN: None}), report({NEW: None, IN: 0})).differences)
    assert (found[NEW].standing, found[NEW].absolute) == (Standing.ONLY_A, None)
    assert (found[IN].standing, found[IN].absolute) == (Standing.ONLY_B, None)
    assert (found[OUT].standing, found[OUT].absolute) == (Standing.NEITHER, None)


def test_what_only_one_form_has_is_said_to_be_so(report: Make) -> None:
    a = report({OTHER_2019: 2, f"{PERMITS}.previous_items": 30, f"{PERMITS}.decisions": 7}, 2020, form="2019")
    b = report({OTHER_2021: 1, f"{PERMITS}.decisions": 9}, 2021)
    found = by_key(compare(a, b).differences)
    assert [found[key].standing for key in (OTHER_2019, OTHER_2021)] == [Standing.FORM_A, Standing.FORM_B]
    assert (found[f"{PERMITS}.previous_items"].standing, found[f"{PERMITS}.previous_items"].absolute) == (Standing.FORM_A, None)
    assert found[f"{PERMITS}.decisions"].absolute == 2


def test_the_form_of_a_block_is_that_of_its_cells_not_of_the_document(report: Make) -> None:
    mixed = report_of(report({f"{DOCUMENTS}.newly_made": 3, OTHER_2021: 1}, form="mixed"))
    assert f"{DOCUMENTS}.total_disclosed" in mixed.places
    assert f"{DOCUMENTS}.in_force" not in mixed.places
    assert OTHER_2019 not in mixed.places
    assert {f"{PERMITS}.change", f"{PERMITS}.decisions"} <= mixed.places  # nothing tells: either form may be


def test_a_difference_of_a_doubtful_cell_is_marked(report: Make) -> None:
    broken = Check("a rule", (OUT,), 1, 2, Verdict.BROKEN, (OUT,))
    found = by_key(compare(report({NEW: 8, OUT: 1}, unsure=(NEW,)), report({NEW: 9, OUT: 1}, checks=(broken,))).differences)
    assert (found[NEW].doubtful, found[OUT].doubtful) == ((Side.A,), (Side.B,))


def test_what_came_over_is_what_was_left(report: Make) -> None:
    a = report({OUT: 4, "requests.carried_out.natural_person": 3, "requests.carried_out.business": None}, 2022)
    b = report({IN: 4, "requests.carried_in.natural_person": 2, "requests.carried_in.business": 1}, 2023)
    found = compare(a, b)
    assert {check.rule.rule for check in found.checks} == {CARRIED}
    assert verdicts(found.checks) == {
        "requests.carried_in.natural_person": ("broken", 2, 3),
        "requests.carried_in.business": ("unknown", 1, None),
        IN: ("holds", 4, 4),
    }
    reasons = {check.rule.key: check.reason for check in found.checks}
    assert reasons["requests.carried_in.business"] == "requests.carried_out.business of A is blank"
    assert (reasons[IN], found.notes) == (None, ())


def test_documents_in_force_follow_from_those_made_and_repealed(report: Make) -> None:
    a = report({f"{DOCUMENTS}.in_force": 40, f"{DOCUMENTS}.made": 100}, 2022)
    b = report({f"{DOCUMENTS}.made": 5, f"{DOCUMENTS}.repealed": 2, f"{DOCUMENTS}.in_force": 43}, 2023)
    (check,) = compare(a, b).checks
    assert (check.rule.rule, check.verdict, check.left, check.right) == (IN_FORCE, Verdict.HOLDS, 43, 43)
    lapsed = compare(a, report({f"{DOCUMENTS}.made": 5, f"{DOCUMENTS}.repealed": 2, f"{DOCUMENTS}.in_force": 42}, 2023))
    assert verdicts(lapsed.checks) == {f"{DOCUMENTS}.in_force": ("broken", 42, 43)}
    (note,) = lapsed.notes
    assert note.startswith("documents also lapse")


def test_items_follow_from_those_of_the_year_before_with_their_change(report: Make) -> None:
    a = report({f"{PERMITS}.previous_items": 30, f"{PERMITS}.change": -4, "proactive.fees.previous_items": 6}, 2019, form="2019")
    b = report({f"{PERMITS}.previous_items": 27, f"{PERMITS}.change": 50, "proactive.fees.previous_items": 6}, 2020, form="2019")
    found = compare(a, b)
    assert {check.rule.rule for check in found.checks} == {ITEMS}
    assert verdicts(found.checks) == {
        f"{PERMITS}.previous_items": ("broken", 27, 26),
        "proactive.fees.previous_items": ("unknown", 6, None),
    }


def test_between_the_forms_only_what_both_have_is_checked(report: Make) -> None:
    a = report({OUT: 1, f"{PERMITS}.previous_items": 30, f"{PERMITS}.change": 1}, 2020, form="2019")
    b = report({IN: 1, f"{DOCUMENTS}.made": 3, f"{DOCUMENTS}.repealed": 0, f"{DOCUMENTS}.in_force": 9}, 2021)
    found = compare(a, b)
    assert verdicts(found.checks) == {IN: ("holds", 1, 1)}
    assert found.notes == tuple(f"not checked: {rule}; the form of only one of the two years has these cells" for rule in (IN_FORCE, ITEMS))


@pytest.mark.parametrize(
    ("b_year", "b_agency", "note"),
    [
        (2024, "甲县人民政府", "nothing is checked across years: B (2024) is not of the year after A (2022)"),
        (
            2021,
            "甲县人民政府",
            "nothing is checked across years: B (2021) is not of the year after A (2022); name the earlier report first",
        ),
        (None, "甲县人民政府", "nothing is checked across years: the report year of B is not known"),
        (
            2023,
            "乙县人民政府",
            "nothing is checked across years: A is of 甲县人民政府, B of 乙县人民政府; say --same-organ if the two are one",
        ),
        (2023, None, "nothing is checked across years: the organ of B is not known; say --same-organ if it is one"),
    ],
)
def test_years_are_checked_of_one_organ_and_years_in_a_row_only(report: Make, b_year: int | None, b_agency: str | None, note: str) -> None:
    found = compare(report({OUT: 1}, 2022), report({IN: 2}, b_year, b_agency))
    assert (found.checks, found.notes) == ((), (note,))


def test_names_are_the_same_whatever_spaces_and_widths_they_have(report: Make) -> None:
    a, b = report({OUT: 1}, 2022, "甲县教育局（本级）"), report({IN: 2}, 2023, "甲县 教育局(本级)")
    assert verdicts(compare(a, b).checks) == {IN: ("broken", 2, 1)}
    renamed = report({IN: 2}, 2023, "甲县教育和体育局")
    assert verdicts(compare(a, renamed, same_organ=True).checks) == {IN: ("broken", 2, 1)}


def test_json_has_both_cells_and_their_places(report: Make) -> None:
    found = compare(report({NEW: 8, OUT: 1}, 2022), report({IN: 2, NEW: 10}, 2023))
    record = json.loads(to_json(found, [one for one in found.differences if one.says_something]))
    assert record["a"] == {"source": "甲县人民政府-2022.txt", "agency": "甲县人民政府", "report_year": 2022, "form": "2021"}
    assert [one["key"] for one in record["differences"]] == [NEW, IN, OUT]
    assert record["differences"][0] == {
        "key": NEW,
        "title": "一、本年新收政府信息公开申请数量 · 总计",
        "a": {"value": 8, "status": "printed", "text": "8", "spans": [[0, 1]], "confidence": 0.99},
        "b": {"value": 10, "status": "printed", "text": "10", "spans": [[10, 11]], "confidence": 0.99},
        "difference": 2,
        "relative": 0.25,
        "standing": "both",
        "doubtful": [],
    }
    (check,) = record["checks"]
    assert (check["verdict"], check["left"], check["right"], check["doubtful"]) == ("broken", 2, 1, False)
    assert [(one["of"], one["key"], one["cell"]["spans"]) for one in check["cells"]] == [("b", IN, [[0, 1]]), ("a", OUT, [[10, 11]])]


def test_csv_has_differences_and_checks(report: Make) -> None:
    found = compare(report({NEW: 8, OUT: 1}, 2022), report({IN: 2, NEW: 10}, 2023, unsure=(IN,)))
    rows = list(csv.DictReader(io.StringIO(to_csv(found, [one for one in found.differences if one.says_something]))))
    assert [(row["kind"], row["key"], row["a_value"], row["b_value"], row["difference"], row["standing"]) for row in rows] == [
        ("cell", NEW, "8", "10", "2", "both"),
        ("cell", IN, "", "2", "", "only_b"),
        ("cell", OUT, "1", "", "", "only_a"),
        ("check", IN, "1", "2", "1", "broken"),
    ]
    assert [row["doubtful"] for row in rows] == ["", "b", "", "yes"]


def test_the_terminal_shows_both_and_what_is_broken(report: Make) -> None:
    a = report({OUT: 1, NEW: 8, OTHER_2019: 3, "requests.denied_third_party.total": 2}, 2020, form="2019", unsure=(NEW,))
    b = report({IN: 2, NEW: 10, OTHER_2021: 1, "requests.denied_third_party.total": 2}, 2021)
    found = compare(a, b)
    text = render(found, [one for one in found.differences if one.says_something], io.StringIO(), 90)
    lines = [line.split() for line in text.splitlines()]
    assert ["总计", "8?", "10", "+2?", "+25.0"] in lines
    assert ["总计", "2", "2", "0", "0.0"] in lines
    assert ["总计", "3", "×"] in lines
    assert ["总计", "×", "1"] in lines
    assert ["(三)不予公开"] in lines
    assert "✗ carried_in = last year's carried_out (二、上年结转政府信息公开申请数量 · 总计): 2 ≠ 1" in text
    assert "    B 二、上年结转政府信息公开申请数量 · 总计: 2 printed at 0-1" in text
    assert "    A 四、结转下年度继续办理 · 总计: 1 printed at 0-1" in text


def test_reports_without_numbers_are_said_to_be_so(report: Make) -> None:
    found = compare(report({NEW: 0}), report({}, 2023))
    assert "neither report has a number in its tables that is not zero" in render(found, [], io.StringIO(), 80)
