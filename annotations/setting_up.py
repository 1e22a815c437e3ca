"""A project that is as it must be: made, or brought up to date without losing anybody's work."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from gongkai.annotations.config import CONTROL, labelling_config
from gongkai.annotations.studio import Project, Studio, check_ours
from gongkai.model.errors import StudioProjectError
from gongkai.model.labels import label_set


def ensure_project(studio: Studio, wanted: str) -> tuple[Project, str]:
    """The project called (or numbered) `wanted`, and what was done: made, updated, or nothing.

    Raises StudioProjectError if the new labelling page would hide labels that people have used.
    """
    if not wanted.isdecimal() and not studio.projects_called(wanted):
        project, done = studio.create_project(wanted), "made"
    else:
        project, done = studio.project(wanted), "as it was"
        if project.config != labelling_config():
            _check_nothing_hidden(studio, project)
            project, done = studio.update_project(project.id), "updated"
    check_ours(project)
    studio.ordered_tab(project.id)
    return project, done


def _check_nothing_hidden(studio: Studio, project: Project) -> None:
    hidden = used_labels(studio.export(project.id)) - Counter({(CONTROL, name): 10**9 for name in label_set().classes()})
    if hidden:
        names = ", ".join(f"{label!r} of {control!r} ({count} regions)" for (control, label), count in sorted(hidden.items())[:5])
        raise StudioProjectError(
            f"project {project.id} ({project.title}): annotations use labels that the label set has not: {names}. The new labelling page "
            "would hide them. Relabel or delete them first, or make another project with --project TITLE"
        )


def used_labels(records: Iterable[Mapping[str, Any]]) -> Counter[tuple[str, str]]:
    """How often annotations of an export use each label of each control; choices and other kinds of regions do not count."""
    items = (item for record in records for one in record.get("annotations") or () for item in one.get("result") or ())
    regions = ((item, item["value"]) for item in items if isinstance(item, dict) and isinstance(item.get("value"), dict))
    return Counter((str(item.get("from_name")), str(label)) for item, value in regions for label in value.get("labels") or ())
