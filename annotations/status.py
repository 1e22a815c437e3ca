"""How far the labelling of a project has come."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from gongkai.annotations.studio import Project, TaskState
from gongkai.inference.report.words import counted


@dataclass(frozen=True, slots=True)
class Progress:
    """Counts of tasks; `models` counts the open ones by the models that spoke of them."""

    tasks: int
    labelled: int
    skipped: int
    foreign: int
    models: Counter[str]

    @property
    def open(self) -> int:
        """Tasks that nobody has worked on."""
        return self.tasks - self.labelled - self.skipped


def progress_of(tasks: Iterable[TaskState]) -> Progress:
    """The counts over all tasks of a project."""
    known = list(tasks)
    return Progress(
        tasks=len(known),
        labelled=sum(task.annotations > 0 for task in known),
        skipped=sum(not task.annotations and task.skipped > 0 for task in known),
        foreign=sum(not task.sha256 for task in known),
        models=Counter(model for task in known if task.is_open for model in task.models),
    )


def status_lines(project: Project, progress: Progress, tab: str) -> Iterator[str]:
    """What a person wants to know, line by line."""
    yield f"project {project.id} ({project.title}): {counted(progress.tasks, 'task')}"
    yield f"  {progress.labelled} labelled, {progress.skipped} skipped, {progress.open} open"
    for model, count in sorted(progress.models.items()):
        told = f"  {model}: predictions for {count} of the open tasks"
        yield f"{told} (shown, and ordered by)" if model == project.model_version else told
    if progress.foreign:
        yield f"  {progress.foreign} not pushed by gongkai; pull leaves them out"
    yield f"  label here, least certain first: {tab}"
