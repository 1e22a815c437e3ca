"""gongkai against a real Label Studio server."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn

from gongkai.annotations.backend import HEADER, Model, create_app
from gongkai.annotations.changes import Kind
from gongkai.annotations.config import labelling_config
from gongkai.annotations.connection import Connection
from gongkai.annotations.gold import read_gold
from gongkai.annotations.predictions import Annotator, certainty
from gongkai.annotations.pull import pull
from gongkai.annotations.push import BATCH, Pushed, Pusher
from gongkai.annotations.retrain import NEVER
from gongkai.annotations.returned import Place
from gongkai.annotations.setting_up import ensure_project
from gongkai.annotations.studio import Project, Studio, check_ours
from gongkai.annotations.tasks import TaskPage, region
from gongkai.inference.cli import main
from gongkai.inference.commands.samples import sample_paths
from gongkai.model.errors import StudioAccessError, StudioAwayError, StudioError, StudioProjectError
from gongkai.model.types import LabelledPage, Page, Span

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180, func_only=True)]  # installing the server has a limit of its own

ODD = "\n  \t一、总体情况\r\n| 𠮷田县 |😀| ５件\r\u2028第二行\x85&amp;<b>办结</b>\u3000'\"\u200b\ufeff\xa03件\t\n\n"
SECRET = "s3cret for this test"  # noqa: S105 - of this test


@pytest.fixture
def studio(label_studio: Any) -> Iterator[Studio]:
    with Studio.connect(label_studio.url, label_studio.token) as connected:
        yield connected


@pytest.fixture
def project(studio: Studio, title: str) -> Project:
    return ensure_project(studio, title)[0]


def predicted(spans: tuple[Span, ...], text: str, version: str = "m1") -> dict[str, Any]:
    regions = [region(span, text, span.score) for span in spans]
    return {"model_version": version, "score": certainty(spans), "result": regions}


def every(text: str, step: int, label: str = "value", score: float = 0.9) -> tuple[Span, ...]:
    """A span of one to three characters at every `step`-th place."""
    return tuple(Span(start, min(start + 1 + start % 3, len(text)), label, score) for start in range(0, len(text) - 1, step))


def pusher(studio: Studio, project: Project, spans: dict[str, tuple[Span, ...]], version: str = "m1") -> Pusher:
    return Pusher(studio, project, lambda name, text: predicted(spans.get(name, ()), text, version), version)


def send(studio: Studio, project: Project, pages: list[TaskPage], spans: dict[str, tuple[Span, ...]]) -> dict[str, int]:
    """Push pages; the numbers of their tasks by name."""
    one = pusher(studio, project, spans)
    assert sum(one.push(pages), Pushed()) == Pushed(new=len(pages))
    one.show()
    return {task.doc_id: task.id for task in studio.tasks(project.id)}


def place(studio: Studio, project: Project) -> Place:
    return Place(studio.task_link(project.id, "{task}"), studio.people())


def test_a_project_is_made_once_and_brought_up_to_date(studio: Studio, title: str) -> None:
    project, done = ensure_project(studio, title)
    check_ours(project)
    assert (done, project.config) == ("made", labelling_config())
    assert ensure_project(studio, title) == (project, "as it was") == ensure_project(studio, str(project.id))
    by_hand = labelling_config().replace('alias="phone"', 'alias="telephone"')
    studio.client.projects.update(project.id, label_config=by_hand)
    with pytest.raises(StudioProjectError, match="lacks the labels phone; `gongkai annotate init"):
        check_ours(studio.project(title))
    assert ensure_project(studio, title) == (project, "updated")
    assert studio.ordered_tab(project.id) == studio.ordered_tab(project.id)


def test_an_update_that_would_hide_work_is_refused(studio: Studio, project: Project) -> None:
    by_hand = labelling_config().replace('alias="phone"', 'alias="telephone"')
    studio.client.projects.update(project.id, label_config=by_hand)
    (task,) = send(studio, project, [TaskPage("a", "电话12")], {}).values()
    studio.client.annotations.create(id=task, result=[region(Span(2, 4, "telephone"), "电话12")])
    with pytest.raises(StudioProjectError, match=r"'telephone' of 'label' \(1 regions\)"):
        ensure_project(studio, str(project.id))
    assert studio.project(str(project.id)).config == by_hand


def test_every_offset_survives_on_odd_text(studio: Studio, project: Project, tmp_path: Path) -> None:
    spans = every(ODD, 3)
    tasks = send(studio, project, [TaskPage("odd", ODD)], {"odd": spans})
    corrected = [region(span, ODD) for span in spans]
    studio.client.annotations.create(id=tasks["odd"], result=corrected)
    pulled = pull(studio.export(project.id), place(studio, project), tmp_path / "gold.jsonl", "")
    assert pulled.refused == ()
    assert read_gold(tmp_path / "gold.jsonl") == [LabelledPage(Page("odd", ODD), tuple(Span(s.start, s.end, s.label) for s in spans))]
    assert pulled.kinds == Counter({Kind.KEPT: len(spans)})
    (page,) = pulled.returned
    assert page.gold.origin is not None
    assert (page.gold.origin.by, page.gold.origin.model) == ("annotator@example.org", "m1")
    assert page.gold.origin.task == f"{studio.url}/projects/{project.id}/data?task={tasks['odd']}"


def test_a_long_page_with_many_spans_comes_back_whole(studio: Studio, project: Project, tmp_path: Path) -> None:
    text = "".join(f"第{number}行申请{number % 7}件\r\n" for number in range(1900))[:20_000]
    spans = every(text, 40)
    assert (len(text), len(spans)) == (20_000, 500)
    tasks = send(studio, project, [TaskPage("long", text)], {"long": spans})
    studio.client.annotations.create(id=tasks["long"], result=[region(span, text) for span in spans])
    pulled = pull(studio.export(project.id), place(studio, project), tmp_path / "gold.jsonl", "")
    assert pulled.kinds == Counter({Kind.KEPT: 500})


def test_what_the_server_lets_in_does_not_become_gold(studio: Studio, project: Project, tmp_path: Path) -> None:
    text = "收到申请5件"
    names = ("wrong text", "unknown label", "changed text", "two people", "good", "skipped")
    tasks = send(studio, project, [TaskPage(name, f"{text} {name}") for name in names], {})

    def annotate(name: str, span: Span, **more: Any) -> None:
        studio.client.annotations.create(id=tasks[name], result=[region(span, f"{text} {name}")], **more)

    annotate("unknown label", Span(4, 5, "nothing"))
    annotate("changed text", Span(4, 5, "requests_received"))
    changed = TaskPage("changed text", f"{text} changed text").data | {"text": f"{text} other text"}
    studio.client.tasks.update(str(tasks["changed text"]), data=changed)
    annotate("two people", Span(4, 5, "requests_received"))
    annotate("two people", Span(4, 5, "requests_handled"))
    annotate("good", Span(4, 5, "requests_received"))
    annotate("skipped", Span(4, 5, "requests_received"), was_cancelled=True)
    bad = region(Span(4, 5, "requests_received"), f"{text} wrong text")
    bad["value"]["end"] = 4000
    studio.client.annotations.create(id=tasks["wrong text"], result=[bad])
    records = studio.export(project.id)
    pulled = pull(records, place(studio, project), tmp_path / "gold.jsonl", "")
    assert [page.gold.page.page.id for page in pulled.returned] == ["good"]
    assert sorted(refused.doc_id for refused in pulled.refused) == ["changed text", "two people", "unknown label", "wrong text"]
    assert all(refused.task.endswith(f"?task={tasks[refused.doc_id]}") for refused in pulled.refused)
    first = (tmp_path / "gold.jsonl").read_bytes()
    pull(studio.export(project.id), place(studio, project), tmp_path / "gold.jsonl", "")
    assert (tmp_path / "gold.jsonl").read_bytes() == first


def test_the_least_certain_page_comes_first(studio: Studio, project: Project) -> None:
    scores = {"sure": 0.95, "torn": 0.2, "fair": 0.6}
    pages = [TaskPage(name, f"申请5件 {name}") for name in scores]
    tasks = send(studio, project, pages, {name: (Span(2, 3, "value", score),) for name, score in scores.items()})

    def listed() -> list[int]:
        found: Iterable[Any] = studio.client.tasks.list(project=project.id, view=studio.ordered_tab(project.id))
        return [task.id for task in found]

    assert listed() == [tasks["torn"], tasks["fair"], tasks["sure"]]
    renewed = pusher(
        studio, studio.project(str(project.id)), {name: (Span(2, 3, "value", 1 - score),) for name, score in scores.items()}, "m2"
    )
    assert sum(renewed.renew(), Pushed()) == Pushed(renewed=3)
    renewed.show()
    assert listed() == [tasks["sure"], tasks["fair"], tasks["torn"]]


def test_a_server_that_goes_away_half_way_loses_and_doubles_nothing(label_studio: Any, studio: Studio, project: Project) -> None:
    pages = [TaskPage(f"d{number}", f"第{number}页") for number in range(2 * BATCH + 10)]

    def predict(name: str, text: str) -> dict[str, Any]:
        if name == f"d{BATCH + 3}":
            label_studio.stop()
        return predicted((), text)

    try:
        with pytest.raises(StudioAwayError, match="run the command again"):
            list(Pusher(studio, project, predict, "m1").push(pages))
        with pytest.raises(StudioAwayError, match="see that the server runs"):
            Studio.connect(label_studio.url, label_studio.token)
    finally:
        label_studio.start()
    assert sum(pusher(studio, project, {}).push(pages), Pushed()) == Pushed(new=BATCH + 10, unchanged=BATCH)
    assert Counter(task.doc_id for task in studio.tasks(project.id)) == Counter(page.doc_id for page in pages)


def test_a_wrong_token_and_a_project_that_is_not_there_are_told(label_studio: Any, studio: Studio) -> None:
    with pytest.raises(StudioAccessError, match="refused the token"):
        Studio.connect(label_studio.url, "wrong")
    with pytest.raises(StudioProjectError, match="project 99999"):
        studio.project("99999")
    with pytest.raises(StudioProjectError, match="no project is called 'nobody made it'; make it with `gongkai annotate init`"):
        studio.project("nobody made it")


def test_a_project_of_somebody_else_is_left_alone(studio: Studio, title: str, tmp_path: Path) -> None:
    config = '<View><Text name="t" value="$words"/><Choices name="c" toName="t"><Choice value="x"/></Choices></View>'
    other: Any = studio.client.projects.create(title=title, label_config=config)
    studio.import_tasks(other.id, [{"data": {"words": "x"}}])
    with pytest.raises(StudioProjectError, match="another project"):
        check_ours(studio.project(title))
    with pytest.raises(StudioProjectError, match="none of its 1 tasks was pushed by gongkai"):
        pull(studio.export(other.id), Place("{task}", {}), tmp_path / "gold.jsonl", "other")
    assert not (tmp_path / "gold.jsonl").exists()


def test_a_thousand_pages_are_pushed_in_less_than_two_minutes(studio: Studio, project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    text = "".join(f"第{number}行申请{number % 7}件\r\n" for number in range(420))
    pages = [TaskPage(f"d{number}", f"{number} {text}") for number in range(1000)]
    ready = {page.doc_id: predicted(every(page.text, 40), page.text) for page in pages}
    assert (len(pages[-1].text) > 3500, len(ready["d999"]["result"]) > 80) == (True, True)
    started = time.monotonic()
    done = sum(Pusher(studio, project, lambda name, _: ready[name], "m1").push(pages), Pushed())
    seconds = time.monotonic() - started
    with capsys.disabled():
        print(f"\n{len(pages)} pages sent in {seconds:.0f} seconds")
    assert done == Pushed(new=1000)
    assert seconds < 120


def test_the_commands_from_nothing_to_gold(
    label_studio: Any, studio: Studio, title: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LABEL_STUDIO_URL", label_studio.url)
    monkeypatch.setenv("LABEL_STUDIO_API_KEY", label_studio.token)
    monkeypatch.setenv("GONGKAI_PROJECT", title)
    count = len(sample_paths())
    (tmp_path / "broken.txt").write_bytes(b"\x00\x01\x02" * 99)
    assert main(["annotate", "push", "--samples"]) == 2, "there is no project yet"
    assert "make it with `gongkai annotate init`" in capsys.readouterr().err
    assert main(["annotate", "init"]) == 0
    assert main(["annotate", "push", "--samples", "broken.txt"]) == 1
    out, err = capsys.readouterr()
    assert f"{count} new, 0 predicted again, 0 there already, 1 could not be read" in err
    assert out.splitlines()[-1].endswith("&labeling=1")
    assert main(["annotate", "push", "--samples"]) == 0
    assert f"0 new, 0 predicted again, {count} there already" in capsys.readouterr().err
    project = studio.project(title)
    tasks: Iterable[Any] = studio.client.tasks.list(project=project.id)
    task = next(iter(tasks))
    prediction = task.predictions[0]
    result = prediction["result"] if isinstance(prediction, dict) else prediction.result
    studio.client.annotations.create(id=task.id, result=result[1:])
    assert main(["annotate", "status"]) == 0
    assert f"1 labelled, 0 skipped, {count - 1} open" in capsys.readouterr().out
    assert main(["annotate", "pull"]) == 0
    out = capsys.readouterr().out
    assert "gold.jsonl: 1 corrected page" in out
    assert f"1 deleted, {len(result) - 1} kept" in out
    (page,) = read_gold(tmp_path / "gold.jsonl")
    assert len(page.spans) == len(result) - 1
    export = tmp_path / "export.json"
    export.write_text(json.dumps(studio.export(project.id)), encoding="utf-8")
    before = (tmp_path / "gold.jsonl").read_bytes()
    assert main(["annotate", "pull", "--export", "export.json", "--out", "second.jsonl"]) == 0
    assert read_gold(tmp_path / "second.jsonl") == [page]
    assert f"{label_studio.url}/projects/{project.id}/data?task={task.id}" in (tmp_path / "second.jsonl").read_text(encoding="utf-8")
    monkeypatch.setenv("LABEL_STUDIO_API_KEY", "wrong")
    assert main(["annotate", "pull"]) == 2
    assert (tmp_path / "gold.jsonl").read_bytes() == before


class First:
    """Labels the first two characters."""

    def label(self, pages: Sequence[Page]) -> list[LabelledPage]:
        return [LabelledPage(page, (Span(0, 2, "agency", 0.5),)) for page in pages]


@contextmanager
def served(model: Model, events: list[str], port: int) -> Iterator[str]:
    """The backend on loopback."""
    server = uvicorn.Server(uvicorn.Config(create_app(model, SECRET, events.append), host="127.0.0.1", port=port, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        while not server.started:
            time.sleep(0.02)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(30)


def test_the_backend_labels_what_is_opened_and_hears_of_corrections(
    studio: Studio, project: Project, free_port: int, tmp_path: Path
) -> None:
    versions, events = ["first-1"], list[str]()
    manifest = tmp_path / "manifest"
    manifest.write_text("1", encoding="utf-8")
    model = Model(lambda: Annotator(First(), versions[-1]), manifest)
    pages = [TaskPage(f"d{number}", f"甲县{number}") for number in range(12)]
    with served(model, events, free_port) as url:
        assert httpx.get(f"{url}/health").status_code == 401
        assert httpx.get(f"{url}/health", headers={HEADER: SECRET}).json() == {"status": "UP"}
        numbers = studio.import_tasks(project.id, [{"data": page.data} for page in pages])
        Connection(project.id, url, SECRET).ensure(studio, "first-1")
        Connection(project.id, url, SECRET).ensure(studio, "first-1")
        assert [backend.state for backend in studio.client.ml.list(project=project.id)] == ["CO"]
        assert [hook.url for hook in studio.client.webhooks.list(project=str(project.id))] == [f"{url}/webhook"]
        assert studio.project(str(project.id)).model_version == "first-1"
        opened: Any = studio.client.tasks.get(str(numbers[0]))
        assert [one.model_version for one in opened.predictions] == ["first-1"]
        everything: Any = {"all": True, "excluded": []}
        studio.client.actions.create(id="retrieve_tasks_predictions", project=project.id, selected_items=everything)
        assert {task.models for task in studio.tasks(project.id)} == {frozenset({"first-1"})}
        studio.client.annotations.create(id=numbers[3], result=[region(Span(0, 2, "agency"), pages[3].text)])
        (corrected,) = studio.corrected_since(project.id, NEVER)
        assert studio.corrected_since(project.id, corrected) == []
        versions.append("second-2")
        manifest.write_text("22", encoding="utf-8")
        Connection(project.id, url, SECRET).ensure(studio, model.version())
        assert studio.project(str(project.id)).model_version == "second-2"
    assert events == ["ANNOTATION_CREATED"]
    with pytest.raises(StudioError, match="it must run, and Label Studio must be allowed to call its address"):
        Connection(project.id, "http://127.0.0.1:9", SECRET).ensure(studio, "first-1")
