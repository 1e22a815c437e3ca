"""Which cells follow although no number is printed in them: from the sums of the form and the figures of the narrative."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from gongkai.inference.forms import forms
from gongkai.training.accuracy.rules import Rule, rules_of
from gongkai.training.accuracy.solver import changed_by, solver_library
from gongkai.training.synth.pages import SyntheticPage
from gongkai.training.synth.values import Value

Cells = Mapping[str, Value | None]
_MOST = 1_000_000


def derivable(page: SyntheticPage, still_open: Collection[str]) -> dict[str, Value]:
    """Cells of which the page shows nothing (lost, or in a table that is not there), with the value that is forced on them.

    What is printed is given, `still_open` cells and lost ones may hold any count; a cell that is printed blank is a blank, and
    not derivable. A rule that printed numbers or blank cells speak against is left out.
    """
    told = {key: value for key, value in page.cells.items() if key not in still_open}
    believed = {**page.truth, **told}
    rules = [rule for rule in rules_of(page) if rule.holds(believed) and not rule.says_nothing(believed)]
    reached = {key: int(page.truth[key]) for rule in rules for key in rule.keys if key not in told}
    forced = reached.keys() - _free(reached, rules, told)
    return {key: page.truth[key] for key in _nameable(page) if key in forced and key not in page.cells}


def _nameable(page: SyntheticPage) -> list[str]:
    """The cells of the page's form; of those that both forms have if there is no table to tell the form by."""
    if page.form is not None:
        return list(page.truth)
    return [key for key in page.truth if all(key in form.keys() for form in forms().values())]


def _free(truth: Mapping[str, int], rules: Sequence[Rule], told: Cells) -> set[str]:
    """The unknown cells that may hold another number than the true one while every rule holds."""
    suspects, free = set(truth), set[str]()
    while suspects and (changed := _changed(truth, rules, told, suspects)):
        free |= changed
        suspects -= changed
    return free


def _changed(truth: Mapping[str, int], rules: Sequence[Rule], told: Cells, suspects: Collection[str]) -> set[str]:
    """The suspects that have another number in the solution where most of them do."""
    cp_model = solver_library()
    model = cp_model.CpModel()
    numbers: dict[str, Any] = {key: model.new_int_var(0, _MOST, "") for key in truth}
    for rule in rules:
        left, right = (sum(numbers[key] if key in truth else int(told[key] or 0) for key in keys) for keys in (rule.left, rule.right))
        if not truth.keys().isdisjoint(rule.keys):
            model.add(left == right + int(rule.constant))
    differs = {key: model.new_bool_var("") for key in sorted(suspects)}
    for key, differ in differs.items():
        model.add(numbers[key] != truth[key]).only_enforce_if(differ)
    model.maximize(sum(differs.values()))
    return changed_by(model, differs)
