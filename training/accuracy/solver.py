"""OR-Tools as both questions of the benchmark need it: an exact answer, or none within a bounded cost, the same on every machine."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gongkai.model.errors import MissingExtraError

MOST_WORK = 5.0
"""What the solver may spend on one question, in its deterministic seconds."""


def solver_library() -> Any:
    """OR-Tools' `cp_model`.

    Raises MissingExtraError if it is not installed.
    """
    try:
        from ortools.sat.python import cp_model
    except ImportError as error:
        raise MissingExtraError("telling which cells are determinable", "train") from error
    return cp_model


def changed_by(model: Any, differs: Mapping[str, Any]) -> set[str]:
    """The keys whose expression is not 0 in the best solution of `model`, or all of them if the solver finds no answer in time.

    Raises RuntimeError if there is no solution: the truth is one.
    """
    cp_model = solver_library()
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.max_deterministic_time = MOST_WORK
    status = solver.solve(model)
    if status in (cp_model.INFEASIBLE, cp_model.MODEL_INVALID):
        raise RuntimeError(f"the solver says {solver.status_name(status)} of a table whose truth is a solution")
    if status == cp_model.UNKNOWN:
        return set(differs)
    changed = {key for key, differ in differs.items() if solver.value(differ)}
    return changed if changed or status == cp_model.OPTIMAL else set(differs)
