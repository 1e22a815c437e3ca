"""The statutory forms as shipped, and what a wrong file says."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from gongkai.inference import forms as module
from gongkai.inference.forms import Column, Rule, Title, forms
from gongkai.model.errors import ConfigError


@pytest.mark.parametrize(("form", "proactive", "requests"), [("2019", 22, 23 * 7), ("2021", 10, 25 * 7)])
def test_every_form_has_its_cells(form: str, proactive: int, requests: int) -> None:
    found = forms()[form]
    assert [table.key for table in found.tables] == ["proactive", "requests", "review_litigation"]
    assert [len(table.keys()) for table in found.tables] == [proactive, requests, 15]
    assert len(set(found.keys())) == len(found.keys()) == proactive + requests + 15


def test_literal_keys_of_both_forms() -> None:
    old, new = set(forms()["2019"].keys()), set(forms()["2021"].keys())
    assert "proactive.procurement.procurement_amount" in old - new
    assert "requests.other_handling.total" in old - new
    assert "proactive.fees.amount" in new - old
    assert "requests.other_not_corrected.natural_person" in new - old
    assert "review_litigation.litigation_after_review.pending" in old & new
    assert "proactive.permits.decisions" in old & new


def test_the_columns_of_a_request_in_printed_order() -> None:
    for form in forms().values():
        (block,) = form.table("requests").blocks
        assert [column.key for column in block.columns] == [
            "natural_person",
            "business",
            "research",
            "social_org",
            "legal_service",
            "other",
            "total",
        ]


def test_only_amounts_have_fractions_and_only_changes_have_signs() -> None:
    columns = [
        (column.key, column.decimal, column.signed)
        for form in forms().values()
        for t in form.tables
        for b in t.blocks
        for column in b.columns
    ]
    assert {key for key, decimal, _ in columns if decimal} == {"amount", "procurement_amount"}
    assert {key for key, _, signed in columns if signed} == {"change"}


def test_result_rows_and_their_expansion() -> None:
    (block,) = forms()["2021"].table("requests").blocks
    assert len(block.result_rows()) == 21
    assert block.result_rows()[0] == "granted"
    assert not {"new_received", "carried_in", "handled_total", "carried_out"} & set(block.result_rows())
    assert block.expand(("results",)) == block.result_rows()
    assert block.expand(("handled_total",)) == ("handled_total",)


def test_every_rule_names_rows_or_columns_of_its_block() -> None:
    for form in forms().values():
        for block in (block for table in form.tables for block in table.blocks):
            known = {"columns": {row.key for row in block.rows}, "rows": {column.key for column in block.columns}}
            for rule in block.arithmetic:
                assert {*block.expand(rule.left), *block.expand(rule.right)} <= known[rule.over], rule.rule


def test_wordings_begin_with_the_statutory_one() -> None:
    assert Title(key="k", title="甲", variants=("乙", "丙")).wordings() == ("甲", "乙", "丙")


def test_forms_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        forms()["2021"].form = "2022"


def test_a_key_that_a_form_does_not_know_is_refused() -> None:
    with pytest.raises(ValidationError):
        Column.model_validate({"key": "k", "title": "t", "decimals": True})
    with pytest.raises(ValidationError):
        Rule.model_validate({"rule": "r", "over": "cells", "left": ["a"], "right": ["b"]})


@pytest.mark.parametrize("text", ["form: '2021'\n", "form: [\n", "form: '2021'\ntables: []\nmore: 1\n"])
def test_a_wrong_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    (tmp_path / "forms").mkdir()
    (tmp_path / "forms" / "2021.yaml").write_text(text, encoding="utf-8")
    monkeypatch.setattr(module, "files", lambda _: tmp_path)
    with pytest.raises(ConfigError, match=r"configs/forms/2021\.yaml"):
        module._load("2021.yaml")
