"""Pushing against a small stand-in of the server's HTTP interface that can break off where a real one would."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from gongkai.annotations.commands import careful
from gongkai.annotations.config import labelling_config
from gongkai.annotations.predictions import Annotator
from gongkai.annotations.push import BATCH, Pushed, Pusher
from gongkai.annotations.studio import Studio, check_ours
from gongkai.annotations.tasks import TaskPage
from gongkai.inference.cli import main
from gongkai.model.errors import MissingExtraError, StudioAccessError, StudioAwayError, StudioError, StudioProjectError
from gongkai.model.labels import label_set
from gongkai.model.types import LabelledPage, Page

PROJECT = {"id": 7, "title": "年报", "model_version": "", "label_config": labelling_config()}
PARSED = {"label": {"type": "Labels", "to_name": ["text"], "inputs": [{"type": "Text", "value": "text"}], "labels": label_set().classes()}}


@dataclass
class Fake:
    """Keeps tasks; `breaks` says how the n-th request to a path ends instead: before it is carried out, or after."""

    tasks: list[dict[str, Any]] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    breaks: dict[tuple[str, int], str] = field(default_factory=dict)
    parsed: dict[str, Any] = field(default_factory=lambda: dict(PARSED))

    def __call__(self, request: httpx.Request) -> httpx.Response:
        name = f"{request.method} {request.url.path.rstrip('/')}"
        self.requests.append(name)
        how = self.breaks.get((name, self.requests.count(name)))
        if how == "refused":
            raise httpx.ConnectError("refused", request=request)
        if how and how.isdecimal():
            return httpx.Response(int(how), json={"detail": "no"})
        if name == "GET /api/tasks" and int(request.url.params.get("page", 1)) > 1:
            return httpx.Response(404, json={"detail": "Invalid page."})
        answer = self.answer(name, request)
        if how == "lost":
            raise httpx.ReadTimeout("timed out", request=request)
        if how == "torn":
            raise httpx.RemoteProtocolError("peer closed connection without sending complete message body", request=request)
        if how == "half":
            return httpx.Response(200, content=json.dumps(answer, ensure_ascii=False).encode()[:-1])
        if how == "within a character":
            whole = json.dumps(answer, ensure_ascii=False).encode()
            return httpx.Response(200, content=whole[: whole.index("第".encode()) + 1])
        return httpx.Response(200, json=answer)

    def answer(self, name: str, request: httpx.Request) -> Any:
        body: Any = json.loads(request.content) if request.content else None
        if name == "POST /api/projects/7/import":
            made = [{"id": len(self.tasks) + place, **task} for place, task in enumerate(body, 1)]
            self.tasks += made
            return {"task_ids": [task["id"] for task in made]}
        if name == "POST /api/projects/7/import/predictions":
            for one in body:
                self.tasks[one["task"] - 1]["predictions"].append(one)
            return {"created": len(body)}
        if name == "GET /api/version":
            return {"release": "1.23.2", "edition": "Community"}
        if name == "GET /api/projects/7/export":
            return self.tasks
        if name == "GET /api/tasks":
            return {"tasks": [self.state(task) for task in self.tasks if self.wanted(task, request)], "total": 0}
        return {**PROJECT, "parsed_label_config": self.parsed}

    def wanted(self, task: dict[str, Any], request: httpx.Request) -> bool:
        items = json.loads(request.url.params.get("query", "{}")).get("filters", {}).get("items", [])
        return all(task["data"]["sha256"] in item["value"] for item in items if item["operator"] == "in_list")

    def state(self, task: dict[str, Any]) -> dict[str, Any]:
        models = ",".join(prediction["model_version"] for prediction in task["predictions"])
        done = task.get("done", 0)
        return {"id": task["id"], "data": task["data"], "total_annotations": done, "predictions_model_versions": models}


@pytest.fixture
def fake() -> Fake:
    return Fake()


def pusher(fake: Fake, version: str = "m1") -> Pusher:
    studio = Studio.connect("http://ls/", "token", httpx.MockTransport(fake))
    project = studio.project("7")
    check_ours(project)
    return Pusher(studio, project, lambda name, _: {"model_version": version, "score": 0.5, "result": [], "name": name}, version)


def pages(count: int) -> list[TaskPage]:
    return [TaskPage(f"d{number}", f"第{number}页") for number in range(count)]


def push(fake: Fake, count: int, version: str = "m1") -> Pushed:
    return sum(pusher(fake, version).push(pages(count)), Pushed())


def names(fake: Fake) -> list[str]:
    return [task["data"]["doc_id"] for task in fake.tasks]


def test_pages_become_tasks_once(fake: Fake) -> None:
    assert push(fake, BATCH + 2) == Pushed(new=BATCH + 2)
    assert push(fake, BATCH + 3) == Pushed(new=1, unchanged=BATCH + 2)
    assert names(fake) == [f"d{number}" for number in range(BATCH + 3)]
    assert [len(task["predictions"]) for task in fake.tasks] == [1] * (BATCH + 3)


def test_the_same_text_under_two_names_is_one_task(fake: Fake) -> None:
    done = sum(pusher(fake).push([TaskPage("a", "x"), TaskPage("b", "x")]), Pushed())
    assert (done, names(fake)) == (Pushed(new=1), ["a"])


def test_another_model_speaks_of_open_tasks_only(fake: Fake) -> None:
    push(fake, 3)
    fake.tasks[1]["done"] = 1
    assert push(fake, 4, "m2") == Pushed(new=1, renewed=2, unchanged=1)
    assert [[one["model_version"] for one in task["predictions"]] for task in fake.tasks] == [["m1", "m2"], ["m1"], ["m1", "m2"], ["m2"]]
    assert push(fake, 4, "m2") == Pushed(unchanged=4)


def test_open_tasks_are_predicted_again_without_their_files(fake: Fake) -> None:
    push(fake, 2)
    assert list(pusher(fake, "m2").renew()) == [Pushed(renewed=2)]
    assert [task["predictions"][1]["name"] for task in fake.tasks] == ["d0", "d1"]
    assert list(pusher(fake, "m2").renew()) == []


@pytest.mark.parametrize("how", ["refused", "lost", "torn", "half", "500", "502"])
@pytest.mark.parametrize("batch", [1, 2])
def test_a_push_that_broke_off_is_completed_and_nothing_is_doubled(fake: Fake, how: str, batch: int) -> None:
    call = "POST /api/projects/7/import"
    fake.breaks[call, batch] = how
    with pytest.raises(StudioAwayError, match="run the command again: it looks first what arrived"):
        push(fake, BATCH + 5)
    assert fake.requests.count(call) == batch, "a write was sent twice"
    assert push(fake, BATCH + 5).pages == BATCH + 5
    assert names(fake) == [f"d{number}" for number in range(BATCH + 5)]


@pytest.mark.parametrize(("status", "error"), [("401", StudioAccessError), ("404", StudioProjectError), ("413", StudioError)])
def test_a_push_that_was_refused_half_way_is_completed_later(fake: Fake, status: str, error: type[StudioError]) -> None:
    call = "POST /api/projects/7/import"
    fake.breaks[call, 2] = status
    with pytest.raises(error, match=f"http://ls: asked to take 5 tasks, .*{status}: no"):
        push(fake, BATCH + 5)
    assert push(fake, BATCH + 5) == Pushed(new=5, unchanged=BATCH)
    assert names(fake) == [f"d{number}" for number in range(BATCH + 5)]


@pytest.mark.parametrize("how", ["refused", "lost", "torn", "half", "500"])
def test_a_look_that_broke_off_sends_nothing(fake: Fake, how: str) -> None:
    fake.breaks["GET /api/tasks", 1] = how
    with pytest.raises(StudioAwayError, match="run the command again: it looks first what arrived"):
        push(fake, 2)
    assert fake.tasks == []
    assert push(fake, 2) == Pushed(new=2)


@pytest.mark.parametrize("how", ["refused", "lost", "torn", "half", "within a character", "500"])
def test_an_export_that_broke_off_is_none(fake: Fake, how: str) -> None:
    push(fake, 2)
    fake.breaks["GET /api/projects/7/export", 1] = how
    studio = pusher(fake).studio
    with pytest.raises(StudioAwayError, match=r"asked for an export of project 7, .* run the command again"):
        studio.export(7)
    assert [task["data"]["doc_id"] for task in studio.export(7)] == ["d0", "d1"]


def test_predictions_that_broke_off_are_completed(fake: Fake) -> None:
    push(fake, 2)
    fake.breaks["POST /api/projects/7/import/predictions", 1] = "lost"
    with pytest.raises(StudioAwayError):
        push(fake, 2, "m2")
    assert push(fake, 2, "m2") == Pushed(unchanged=2)
    assert [len(task["predictions"]) for task in fake.tasks] == [2, 2]


def test_nothing_is_sent_for_nothing(fake: Fake) -> None:
    one = pusher(fake)
    assert list(one.push([])) == []
    assert list(one.renew()) == []
    one.studio.import_tasks(7, [])
    one.studio.import_predictions(7, [])
    assert [name for name in fake.requests if name.startswith("POST")] == []


def test_a_server_that_took_fewer_says_so(fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fake, "answer", lambda name, request: {"task_ids": [1]} if "import" in name else Fake.answer(fake, name, request))
    with pytest.raises(StudioError, match="took 1 of 2 tasks"):
        push(fake, 2)


@pytest.mark.parametrize(("status", "error"), [("401", StudioAccessError), ("403", StudioAccessError), ("404", StudioProjectError)])
def test_a_refusal_says_what_was_asked(fake: Fake, status: str, error: type[StudioError]) -> None:
    fake.breaks["GET /api/projects/7", 1] = status
    with pytest.raises(error, match=f"http://ls: asked for project 7, .*{status}: no"):
        pusher(fake)


def test_a_token_that_is_wrong_is_told_with_the_way_out(fake: Fake) -> None:
    fake.breaks["GET /api/current-user/whoami", 1] = "401"
    with pytest.raises(StudioAccessError, match=r"refused the token \(401: no\); copy a token .* LABEL_STUDIO_API_KEY"):
        pusher(fake)


def test_an_address_without_a_scheme_is_no_address() -> None:
    with pytest.raises(StudioAwayError, match="begins with http://"):
        Studio.connect("localhost:8080", "token")


def test_a_web_page_is_no_label_studio() -> None:
    with pytest.raises(StudioError, match=r"http://ls: .* no JSON \(a web page\); see that this is the address of a Label Studio server"):
        Studio.connect("http://ls", "token", httpx.MockTransport(lambda _: httpx.Response(200, text="<html>welcome</html>")))


@pytest.mark.parametrize(
    ("parsed", "message"),
    [
        ({}, "another project, or its page was changed by hand"),
        ({"label": PARSED["label"] | {"to_name": ["image"]}}, "another project, or its page was changed by hand"),
        ({"label": PARSED["label"] | {"labels": ["row"]}}, "lacks the labels section, block, column, value, blank and"),
    ],
)
def test_a_project_changed_by_hand_is_told_before_anything_is_sent(fake: Fake, parsed: dict[str, Any], message: str) -> None:
    fake.parsed = parsed
    with pytest.raises(StudioProjectError, match=message) as caught:
        pusher(fake)
    assert "gongkai annotate init --project 7" in str(caught.value)


def test_a_page_that_the_model_cannot_label_costs_no_other(capsys: pytest.CaptureFixture[str]) -> None:
    class Broken:
        def label(self, pages: Sequence[Page]) -> list[LabelledPage]:
            raise IndexError("out of range")

    assert careful(Annotator(Broken(), "m1"))("a.txt", "x") == {"model_version": "m1", "score": 0.0, "result": []}
    assert "a.txt: sent without labels (IndexError: out of range); this is a fault in gongkai" in capsys.readouterr().err


def test_without_the_packages_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "label_studio_sdk", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'gongkai\[annotate\]'"):
        Studio.connect("http://ls", "token")


@pytest.mark.parametrize("command", [["init"], ["push", "--samples"], ["status"], ["pull"]])
def test_a_command_without_a_token_says_where_to_get_one(
    command: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("LABEL_STUDIO_API_KEY", raising=False)
    assert main(["annotate", *command]) == 2
    assert "no token: copy one from Account & Settings of Label Studio into LABEL_STUDIO_API_KEY" in capsys.readouterr().err


def test_a_push_of_nothing_is_a_wrong_usage(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("LABEL_STUDIO_API_KEY", "x")
    assert main(["annotate", "push"]) == 2
    assert "name at least one file or folder" in capsys.readouterr().err.replace("\n", " ")
