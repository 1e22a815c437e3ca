from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from gongkai.training.calibrate.diagram import diagram, interval
from gongkai.training.calibrate.reliability import reliability

VALUES = [(0.97, True)] * 97 + [(0.97, False)] * 3 + [(0.55, True)] * 2 + [(0.55, False)] * 2 + [(1.0, True)] * 4


def test_bins_errors_and_sure_values() -> None:
    found = reliability(VALUES)
    assert [(one.low, one.high, one.values, one.right) for one in found.bins if one.values] == [
        (0.5, 0.6, 4, 2),
        (0.95, 0.98, 100, 97),
        (0.999, 1.0, 4, 4),
    ]
    assert found.error == pytest.approx(4 * 0.05 / 108)
    assert (found.sure.values, found.sure.right) == (104, 101)
    assert found.as_json() == {
        "values": 108,
        "right": 103,
        "error": 0.00185,
        "sure": 0.96296,
        "sure_right": 0.97115,
        "bins": [[0.5, 0.6, 4, 2, 0.55], [0.95, 0.98, 100, 97, 0.97], [0.999, 1.0, 4, 4, 1.0]],
    }


def test_without_values_there_is_no_error() -> None:
    found = reliability([])
    assert (found.values, found.error, found.as_json()["bins"]) == (0, 0.0, [])


def test_the_edge_of_a_bin_belongs_to_the_bin_above() -> None:
    assert [one.low for one in reliability([(0.95, True), (0.9499999, True)]).bins if one.values] == [0.9, 0.95]


def test_the_interval_of_a_share_holds_it() -> None:
    low, high = interval(97, 100)
    assert (round(low, 4), round(high, 4)) == (0.9155, 0.9897)


def test_the_diagram_is_an_svg_with_a_mark_for_every_bin_before_and_after() -> None:
    kind = {"before": reliability(VALUES).as_json(), "after": reliability([(0.9, True)]).as_json()}
    root = ET.fromstring(diagram({"cells": kind, "figures": kind}))  # noqa: S314  our own
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert len(root.findall("{http://www.w3.org/2000/svg}circle")) == 2 * (3 + 1) + 2
    assert [one.text for one in root.iter("{http://www.w3.org/2000/svg}text") if one.get("class") == "title"] == ["cells", "figures"]
