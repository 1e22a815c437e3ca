"""Pages to Label Studio with what the model says of them. Sent again, a page stays one task.

Before every batch the server is asked which of its texts it has: a push that was cut short is completed by the same command, and
pages that are there are labelled again only if the model is another one and nobody has worked on them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeVar

from gongkai.annotations.studio import UNLABELLED, Project, Studio, TaskState
from gongkai.annotations.tasks import TaskPage

Json = dict[str, Any]
Item = TypeVar("Item")
BATCH = 50
Predict = Callable[[str, str], Json]
"""The prediction for a name and a text."""


@dataclass(frozen=True, slots=True)
class Pushed:
    """How many pages became tasks, got a prediction of another model, or were left as they are."""

    new: int = 0
    renewed: int = 0
    unchanged: int = 0

    def __add__(self, other: Pushed) -> Pushed:
        return Pushed(self.new + other.new, self.renewed + other.renewed, self.unchanged + other.unchanged)

    @property
    def pages(self) -> int:
        """All pages that were looked at."""
        return self.new + self.renewed + self.unchanged


@dataclass(frozen=True, slots=True)
class Pusher:
    """Sends pages to `project` with the predictions that `predict` makes under the name `version`."""

    studio: Studio
    project: Project
    predict: Predict
    version: str

    def push(self, pages: Iterable[TaskPage]) -> Iterator[Pushed]:
        """Send pages batch by batch; what became of each batch. The same text twice is one page.

        Raises StudioError; the batches before it stand, and the batch itself arrived whole or not at all.
        """
        for batch in _batches(_once(pages), BATCH):
            yield self._push_batch(batch)

    def renew(self) -> Iterator[Pushed]:
        """Predict every task again that nobody has worked on and that lacks a prediction of this model, batch by batch."""
        tasks = [task for task in self.studio.tasks(self.project.id, UNLABELLED) if self._wants_prediction(task)]
        for batch in _batches(tasks, BATCH):
            yield Pushed(renewed=self._renew(batch))

    def show(self) -> str:
        """Order the project by this model's predictions, and where to label in that order. Needs one prediction of the model."""
        self.studio.show_model(self.project.id, self.version)
        return self.studio.tab_link(self.project.id, self.studio.ordered_tab(self.project.id))

    def _push_batch(self, batch: list[TaskPage]) -> Pushed:
        known = self.studio.tasks_with(self.project.id, [page.sha256 for page in batch])
        new = [page for page in batch if page.sha256 not in known]
        stale = [task for task in known.values() if self._wants_prediction(task)]
        self.studio.import_tasks(self.project.id, [self._task(page) for page in new])
        self._renew(stale)
        return Pushed(len(new), len(stale), len(batch) - len(new) - len(stale))

    def _task(self, page: TaskPage) -> Json:
        return {"data": page.data, "predictions": [self.predict(page.doc_id, page.text)]}

    def _wants_prediction(self, task: TaskState) -> bool:
        return task.is_open and self.version not in task.models

    def _renew(self, tasks: list[TaskState]) -> int:
        predictions = [{"task": task.id, **self.predict(task.doc_id, task.text)} for task in tasks]
        self.studio.import_predictions(self.project.id, predictions)
        return len(tasks)


def _once(pages: Iterable[TaskPage]) -> Iterator[TaskPage]:
    seen: set[str] = set()
    for page in pages:
        if page.sha256 not in seen:
            seen.add(page.sha256)
            yield page


def _batches(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch
