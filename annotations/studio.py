"""What is asked of a Label Studio server, as few calls with plain data; every failure is a StudioError that says the way out.

No request is sent twice: a write that fails may have been carried out, and only a look at the server tells.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self

from gongkai.annotations.config import CONTROL, TEXT, labelling_config, missing_labels
from gongkai.model.errors import MissingExtraError, StudioAccessError, StudioAwayError, StudioError, StudioProjectError

if TYPE_CHECKING:
    import httpx
    from label_studio_sdk import LabelStudio

TIMEOUT, EXPORT_TIMEOUT = 60.0, 600
"""Seconds for one request."""
PAGE_SIZE = 100
LOOKUP = 25  # digests in one question: they travel in the address, whose length servers limit
TAB = "gongkai: 先标最不确定的"
SAMPLING = "Uncertainty sampling"
UNLABELLED = {"filter": "filter:tasks:total_annotations", "operator": "equal", "type": "Number", "value": 0}
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Project:
    """A project as the server describes it; `aliases` are the labels that it can store, `model_version` is what it shows."""

    id: int
    title: str
    config: str
    model_version: str
    aliases: tuple[str, ...]
    is_ours: bool


@dataclass(frozen=True, slots=True)
class TaskState:
    """What is known of a task without its annotations: who it is, how often it was labelled, which models spoke of it."""

    id: int
    doc_id: str
    sha256: str
    text: str
    annotations: int
    skipped: int
    models: frozenset[str]

    @property
    def is_open(self) -> bool:
        """Whether nobody has labelled or skipped it yet."""
        return not self.annotations and not self.skipped


@dataclass(frozen=True, slots=True)
class Studio:
    """A server at `url`, spoken to through `client`. Use it in a `with` statement, or close it."""

    url: str
    client: LabelStudio
    http: httpx.Client

    @classmethod
    def connect(cls, url: str, token: str, transport: httpx.BaseTransport | None = None) -> Studio:
        """A server that answers and knows the token. Raises StudioAwayError or StudioAccessError.

        `transport` is what carries requests, where it is not the network.
        """
        httpx, sdk = _packages()
        url = url.rstrip("/")
        if not url.startswith(("http://", "https://")):
            raise StudioAwayError(f"{url}: no address of a server; it begins with http:// or https://, as in http://127.0.0.1:8080")
        http = httpx.Client(timeout=TIMEOUT, transport=transport, follow_redirects=True)
        studio = cls(url, sdk.LabelStudio(base_url=url, api_key=token, httpx_client=http, max_retries=0), http)
        try:
            with studio.asked("to check the token"):
                studio.client.users.whoami()
        except StudioError:
            studio.close()
            raise
        return studio

    def close(self) -> None:
        """Close the connection."""
        self.http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def task_link(self, project: int, task: int | str) -> str:
        """Where a person opens the task; with `{task}` for it, the pattern of all such addresses."""
        return f"{self.url}/projects/{project}/data?task={task}"

    def tab_link(self, project: int, tab: int) -> str:
        """Where a person labels the tasks of a tab in its order."""
        return f"{self.url}/projects/{project}/data?tab={tab}&labeling=1"

    @contextmanager
    def asked(self, what: str) -> Iterator[None]:
        """Turn every failure of the requests inside into a StudioError that says `what` was asked."""
        httpx, _ = _packages()
        from label_studio_sdk.core.api_error import ApiError

        try:
            yield
        except ApiError as error:
            raise self._refusal(what, error.status_code, error.body) from error
        except (httpx.RequestError, httpx.InvalidURL) as error:
            raise self._away(what, f"{type(error).__name__}: {error}") from error
        except (json.JSONDecodeError, UnicodeDecodeError) as error:
            raise self._garbled(what, str(error)) from error

    def _refusal(self, what: str, status: int | None, body: Any) -> StudioError:
        said = _said(body)
        if status in (401, 403):
            way_out = "copy a token from Account & Settings into LABEL_STUDIO_API_KEY"
            return StudioAccessError(f"{self.url}: asked {what}, it refused the token ({status}: {said}); {way_out}")
        if status == 404:
            return StudioProjectError(f"{self.url}: asked {what}, it found nothing there (404: {said}); check address and project")
        if status is None or status >= 500:
            return self._away(what, f"{status}: {said}")
        if status < 400:
            return self._garbled(what, said)
        return StudioError(f"{self.url}: asked {what}, it refused ({status}: {said})")

    def _away(self, what: str, why: str) -> StudioAwayError:
        way_out = "see that the server runs and run the command again: it looks first what arrived, so nothing is doubled"
        return StudioAwayError(f"{self.url}: asked {what}, no answer to rely on ({why}); {way_out}")

    def _garbled(self, what: str, said: str) -> StudioAwayError:
        way_out = "see that this is the address of a Label Studio server and run the command again: it looks first what arrived"
        return StudioAwayError(f"{self.url}: asked {what}, it answered something that is no JSON ({said}); {way_out}")

    # Projects

    def project(self, wanted: str) -> Project:
        """The project with this number, or with this title. Raises StudioProjectError if there is none, or several."""
        if wanted.isdecimal():
            with self.asked(f"for project {wanted}"):
                return _project(self.client.projects.get(int(wanted)))
        found = self.projects_called(wanted)
        if not found:
            raise StudioProjectError(
                f"{self.url}: no project is called {wanted!r}; make it with `gongkai annotate init`, or name its number"
            )
        if len(found) > 1:
            numbers = ", ".join(str(project.id) for project in found)
            raise StudioProjectError(f"{self.url}: projects {numbers} are all called {wanted!r}; name a number with --project")
        return found[0]

    def projects_called(self, title: str) -> list[Project]:
        """All projects with exactly this title."""
        with self.asked("for its projects"):
            listed: Iterable[Any] = self.client.projects.list(page_size=PAGE_SIZE)
            return [_project(project) for project in listed if project.title == title]

    def create_project(self, title: str) -> Project:
        """A new project with the labelling page of the label set."""
        with self.asked("to make a project"):
            made = self.client.projects.create(
                title=title, label_config=labelling_config(), sampling=SAMPLING, show_collab_predictions=True, maximum_annotations=1
            )
            return _project(self.client.projects.get(_number(made.id)))

    def update_project(self, project: int) -> Project:
        """The project with the labelling page as it is now."""
        with self.asked(f"to update the labelling page of project {project}"):
            self.client.projects.update(project, label_config=labelling_config(), sampling=SAMPLING, show_collab_predictions=True)
            return _project(self.client.projects.get(project))

    def show_model(self, project: int, version: str) -> None:
        """Show the predictions of this model, and order by them. At least one of them must be there."""
        with self.asked(f"to show the predictions of {version}"):
            self.client.projects.update(project, model_version=version)

    def ordered_tab(self, project: int) -> int:
        """The number of the tab that lists what nobody has labelled, least certain first; made if it is not there."""
        wanted: Any = {"title": TAB, "ordering": ["tasks:predictions_score"], "filters": {"conjunction": "and", "items": [UNLABELLED]}}
        with self.asked("for its tabs"):
            for view in self.client.views.list(project=project):
                if isinstance(view.data, dict) and view.data.get("title") == TAB:
                    return _number(view.id)
            return _number(self.client.views.create(project=project, data=wanted).id)

    # Tasks

    def tasks(self, project: int, *filters: Json) -> Iterator[TaskState]:
        """The tasks that pass all `filters` of the data manager, page by page."""
        columns = ["id", "data", "total_annotations", "cancelled_annotations", "predictions_model_versions"]
        with self.asked(f"for the tasks of project {project}"):
            yield from map(_task_state, self._listed(project, filters, include=columns))

    def tasks_with(self, project: int, digests: Sequence[str]) -> dict[str, TaskState]:
        """The tasks whose text has one of these SHA-256 digests, by digest."""
        found: dict[str, TaskState] = {}
        for start in range(0, len(digests), LOOKUP):
            some = list(digests[start : start + LOOKUP])
            has = {"filter": "filter:tasks:data.sha256", "operator": "in_list", "type": "String", "value": some}
            found |= {task.sha256: task for task in self.tasks(project, has)}
        return found

    def import_tasks(self, project: int, tasks: Sequence[Json]) -> list[int]:
        """Add tasks with their predictions; their numbers in the same order. Raises StudioError if some were not taken."""
        if not tasks:
            return []
        with self.asked(f"to take {len(tasks)} tasks"):
            done = self.client.projects.import_tasks(project, request=list(tasks), return_task_ids=True)  # type: ignore[arg-type]
        numbers = [int(number) for number in getattr(done, "task_ids", None) or ()]
        if len(numbers) != len(tasks):
            raise StudioError(f"{self.url}: took {len(numbers)} of {len(tasks)} tasks; run the command again to send the rest")
        return numbers

    def import_predictions(self, project: int, predictions: Sequence[Json]) -> None:
        """Add predictions to tasks that are there (`task` in each says to which)."""
        if predictions:
            with self.asked(f"to take {len(predictions)} predictions"):
                self.client.projects.import_predictions(project, request=list(predictions))  # type: ignore[arg-type]

    def export(self, project: int) -> list[Json]:
        """Every task with its annotations in full, in the server's own JSON."""
        with self.asked(f"for an export of project {project}"):
            return _records(self.client.projects.exports.as_json(project, timeout=EXPORT_TIMEOUT))

    def corrected_since(self, project: int, since: datetime) -> list[datetime]:
        """When each task was corrected last, for those that were after `since`; skipping is no correction."""
        labelled = {"filter": "filter:tasks:total_annotations", "operator": "greater", "type": "Number", "value": 0}
        moment = since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        later = {"filter": "filter:tasks:updated_at", "operator": "greater", "type": "Datetime", "value": moment}
        with self.asked(f"for the corrections of project {project}"):
            tasks = [task.annotations or [] for task in self._listed(project, (labelled, later))]
        times = (max(map(_updated, annotations)) for annotations in tasks if annotations)
        return sorted(time for time in times if time > since)

    def _listed(self, project: int, filters: Sequence[Json], **options: Any) -> Iterator[Any]:
        """The tasks that pass all `filters`, as the SDK gives them; with an `include` only these columns."""
        query = json.dumps({"filters": {"conjunction": "and", "items": list(filters)}})
        yield from self.client.tasks.list(project=project, page_size=PAGE_SIZE, query=query, **options)

    def people(self) -> dict[int, str]:
        """What users are called, by number: their addresses where they have one."""
        with self.asked("for its users"):
            users = self.client.users.list()
        return {_number(user.id): str(user.email or user.username or f"user {user.id}") for user in users}


def check_ours(project: Project) -> None:
    """Raises StudioProjectError unless regions of every class can be stored in the project, on the text."""
    update = f"`gongkai annotate init --project {project.id}` puts the labelling page back"
    if not project.is_ours:
        raise StudioProjectError(
            f"project {project.id} ({project.title}): its labelling page has no labels {CONTROL!r} on a text {TEXT!r}: it is another project, "
            f"or its page was changed by hand; {update}"
        )
    if lacking := missing_labels(project.aliases):
        some = ", ".join(lacking[:5])
        some = f"{some} and {len(lacking) - 5} more" if len(lacking) > 5 else some
        raise StudioProjectError(f"project {project.id} ({project.title}): its labelling page lacks the labels {some}; {update}")


def _packages() -> tuple[Any, Any]:
    try:
        import httpx
        import label_studio_sdk
    except ImportError as error:
        raise MissingExtraError("working with Label Studio", "annotate") from error
    return httpx, label_studio_sdk


def _said(body: Any) -> str:
    """What the server gives as a reason, on one line; of a web page, that it is one."""
    text = " ".join(str(body.get("detail", body) if isinstance(body, dict) else body).split())
    return "a web page" if text.startswith("<") else text[:300]


def _project(given: Any) -> Project:
    parsed = given.parsed_label_config if isinstance(given.parsed_label_config, dict) else {}
    control = parsed.get(CONTROL) or {}
    inputs: Iterable[Json] = control.get("inputs") or ()
    ours = control.get("type") == "Labels" and control.get("to_name") == [TEXT] and [part.get("value") for part in inputs] == ["text"]
    return Project(
        id=_number(given.id),
        title=str(given.title),
        config=str(given.label_config or ""),
        model_version=str(given.model_version or ""),
        aliases=tuple(control.get("labels") or ()),
        is_ours=ours,
    )


def _task_state(task: Any) -> TaskState:
    data = task.data if isinstance(task.data, dict) else {}
    models = str(task.predictions_model_versions or "").split(",")
    return TaskState(
        id=_number(task.id),
        doc_id=str(data.get("doc_id", "")),
        sha256=str(data.get("sha256", "")),
        text=str(data.get("text", "")),
        annotations=int(task.total_annotations or 0),
        skipped=int(task.cancelled_annotations or 0),
        models=frozenset(filter(None, models)),
    )


def _records(exported: Any) -> list[Json]:
    if not isinstance(exported, list) or not all(isinstance(record, dict) for record in exported):
        raise StudioError(f"an export must be a list of tasks, this one is a {type(exported).__name__}")
    return exported


def _updated(annotation: Any) -> datetime:
    """When an annotation was changed last; the SDK gives it as an object or a dict, with a time or its text."""
    given = annotation["updated_at"] if isinstance(annotation, dict) else annotation.updated_at
    return given if isinstance(given, datetime) else datetime.fromisoformat(str(given))


def _number(given: Any) -> int:
    return int(given)
