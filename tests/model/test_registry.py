import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from gongkai.model.checkpoint import shipped_folder
from gongkai.model.errors import RegistryError
from gongkai.model.registry import Event, Registry, default_root, model_folder, registry, replace_file


def model(root: Path, name: str, parent: str | None = None) -> Path:
    folder = root / name
    folder.mkdir(parents=True)
    (folder / "config.json").write_text("{}", encoding="utf-8")
    (folder / "manifest.sha256").write_text("", encoding="utf-8")
    if parent:
        (folder / "parent").write_text(f"{'0' * 64}  {parent}\n", encoding="utf-8")
    return folder


def promoted(name: str) -> Event:
    return Event("promote", name, "0" * 64, "2026-01-01T00:00:00+00:00")


def test_the_shipped_model_is_in_every_registry(tmp_path: Path) -> None:
    known = Registry(tmp_path / "nothing")
    assert known.names() == ("shipped",)
    assert known.current() == "shipped"
    assert known.folder("shipped") == shipped_folder()
    assert known.parent("shipped") is None
    assert not (tmp_path / "nothing").exists()


def test_models_are_folders_with_a_manifest(tmp_path: Path) -> None:
    model(tmp_path, "b", parent="shipped")
    model(tmp_path, "a")
    model(tmp_path, ".b.training")
    (tmp_path / "gold").mkdir()
    (tmp_path / "half").mkdir()
    known = Registry(tmp_path)
    assert known.names() == ("shipped", "a", "b")
    assert known.folder("b") == tmp_path / "b"
    assert (known.parent("a"), known.parent("b")) == (None, "shipped")
    with pytest.raises(RegistryError, match="no model c; there are shipped, a, b"):
        known.folder("c")


@pytest.mark.parametrize("name", ["shipped", "gold", "", ".a", "a/b", "..", "a b", "公开", "x" * 65])
def test_names_that_no_model_can_have(tmp_path: Path, name: str) -> None:
    with pytest.raises(RegistryError, match="cannot be the name of a model"):
        Registry(tmp_path).new_folder(name)


def test_a_name_is_given_once(tmp_path: Path) -> None:
    model(tmp_path, "a")
    with pytest.raises(RegistryError, match="there is something of that name"):
        Registry(tmp_path).new_folder("a")
    assert Registry(tmp_path).new_folder("a-2.1_b") == tmp_path / "a-2.1_b"


def test_promotions_and_the_way_back(tmp_path: Path) -> None:
    known = Registry(tmp_path)
    known.record(promoted("a"))
    known.record(Event("promote", "b", "1" * 64, "2026-01-02T00:00:00+00:00", True, ("worse",), {"against": "a"}))
    assert known.in_use() == ("shipped", "a", "b")
    assert known.events()[1] == Event("promote", "b", "1" * 64, "2026-01-02T00:00:00+00:00", True, ("worse",), {"against": "a"})
    for rest in (("shipped", "a"), ("shipped",), ("shipped",)):
        known.record(Event("rollback", rest[-1], "0" * 64, "2026-01-03T00:00:00+00:00"))
        assert known.in_use() == rest
    assert [event.action for event in known.events()] == ["promote"] * 2 + ["rollback"] * 3
    known.record(promoted("b"))
    assert known.current() == "b"
    assert [path.name for path in tmp_path.iterdir()] == ["promotions.json"]


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"{}", b'{"events": [{"action": "steal"}]}', b'{"events": [{"action": "promote"}]}', b"\xff"]
)
def test_a_broken_list_of_promotions_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "promotions.json").write_bytes(content)
    with pytest.raises(RegistryError, match=r"promotions\.json: is no list of promotions .*move it away and promote again"):
        Registry(tmp_path).current()


def test_the_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GONGKAI_MODELS", str(tmp_path / "mine"))
    assert registry() == Registry(tmp_path / "mine")
    monkeypatch.delenv("GONGKAI_MODELS")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    assert default_root().parts[-2:] == ("gongkai", "models")


def test_what_a_name_means(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model(tmp_path / "root", "a")
    (tmp_path / "here" / "b").mkdir(parents=True)
    model(tmp_path / "root", "b")
    monkeypatch.chdir(tmp_path / "here")
    root = tmp_path / "root"
    assert model_folder("a", root) == root / "a"
    assert model_folder("shipped", root) == shipped_folder()
    assert model_folder("b", root) == Path("b")  # a folder that is there is meant
    assert model_folder(Path("x/a"), root) == Path("x/a")
    assert model_folder("c", root) == Path("c")


CRASH = """
import os, sys
from pathlib import Path
import gongkai.model.registry as registry
from gongkai.model.registry import Event, Registry

calls = 0
def dying(function):
    def call(*arguments, **options):
        global calls
        calls += 1
        if calls == int(sys.argv[2]):
            os.kill(os.getpid(), 9)
        return function(*arguments, **options)
    return call

for name in ("fsync", "fdopen", "open"):
    setattr(os, name, dying(getattr(os, name)))
registry.tempfile.mkstemp = dying(registry.tempfile.mkstemp)
Path.replace = dying(Path.replace)
Path.mkdir = dying(Path.mkdir)
Registry(Path(sys.argv[1])).record(Event("promote", "b", "1" * 64, "2026-01-02T00:00:00+00:00"))
print("done")
"""


def test_killed_at_any_step_either_the_old_or_the_new_model_is_in_use(tmp_path: Path) -> None:
    outcomes = []
    for step in range(1, 20):
        root = tmp_path / str(step)
        model(root, "a")
        model(root, "b")
        Registry(root).record(promoted("a"))
        done = subprocess.run([sys.executable, "-c", CRASH, str(root), str(step)], capture_output=True, text=True, check=False)
        outcomes.append(Registry(root).current())
        assert json.loads((root / "promotions.json").read_text(encoding="utf-8"))["events"][0]["model"] == "a"
        assert Registry(root).names() == ("shipped", "a", "b")
        if done.returncode == 0:
            break
        assert done.returncode == -signal.SIGKILL
    assert len(outcomes) >= 6  # several steps were cut short, before the change and after it
    assert sorted(outcomes) == outcomes
    assert outcomes[0] == "a"
    assert outcomes[-1] == "b"


def test_a_failed_write_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.json"
    replace_file(path, "before")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        replace_file(path, "after")
    assert path.read_text(encoding="utf-8") == "before"
    assert [item.name for item in tmp_path.iterdir()] == ["a.json"]
