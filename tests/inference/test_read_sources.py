"""The inputs of a command line."""

from __future__ import annotations

import io
import json
import pickle
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongkai.inference.read.names import MAX_STEM_BYTES, Stems, safe_stem
from gongkai.inference.read.sources import Source, find_documents
from gongkai.model.errors import BadRecordError, UnreadableError


def write(path: Path, content: str = "规章\n0\n") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")
    return path


def records(tmp_path: Path, *lines: str | bytes) -> list[Source]:
    path = tmp_path / "pages.jsonl"
    path.write_bytes(b"\n".join(line if isinstance(line, bytes) else line.encode() for line in lines))
    return list(find_documents([str(path)]))


def test_a_folder_is_walked_in_order_without_hidden_and_unknown_files(tmp_path: Path) -> None:
    for name in ("b.txt", "a.HTML", "sub/c.md", ".hidden.txt", ".git/d.txt", "e.xls", "sub/f.doc"):
        write(tmp_path / name)
    told: list[str] = []
    sources = list(find_documents([str(tmp_path)], told.append))
    assert [source.stem for source in sources] == ["a", "b", "sub__c"]
    assert [source.name for source in sources] == [str(tmp_path / name) for name in ("a.HTML", "b.txt", "sub/c.md")]
    assert told == [
        f"{tmp_path}: 2 file(s) with other suffixes than .docx .htm .html .md .pdf .txt left out; name a file itself to have it read"
    ]


def test_an_empty_folder_is_told_of(tmp_path: Path) -> None:
    told: list[str] = []
    assert list(find_documents([str(tmp_path)], told.append)) == []
    assert told == [f"{tmp_path}: no documents in this folder (.docx .htm .html .md .pdf .txt)"]


def test_a_named_file_is_read_whatever_its_suffix(tmp_path: Path) -> None:
    (source,) = find_documents([str(write(tmp_path / "报告.dat"))])
    assert (source.stem, source.load().source_text) == ("报告", "规章\n0\n")


def test_a_missing_file_does_not_stop_the_others(tmp_path: Path) -> None:
    first, second, third = find_documents([str(tmp_path / "no.txt"), str(write(tmp_path / "yes.txt")), str(tmp_path / "no.jsonl")])
    with pytest.raises(UnreadableError, match=r"no\.txt: there is no such file"):
        first.load()
    assert second.load().source_text == "规章\n0\n"
    with pytest.raises(UnreadableError, match=r"no\.jsonl: there is no such file"):
        third.load()


def test_standard_input_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO("行政许可 1".encode("gbk"))))
    first, second = find_documents(["-", "-"])
    assert (first.name, first.stem, first.load().source_text) == ("stdin", "stdin", "行政许可 1")
    with pytest.raises(UnreadableError, match="named twice"):
        second.load()


def test_records_are_read_line_by_line(tmp_path: Path) -> None:
    sources = records(
        tmp_path,
        "\ufeff" + json.dumps({"id": "甲", "text": "规章\r\n0"}, ensure_ascii=False),
        "",
        json.dumps({"id": 7, "html": "<p>规章</p><p>0</p>", "text": None}) + "\r",
        '{"id": "丙", "text": "\u2028规章"}',
    )
    assert [(source.name, source.stem, source.load().flat.text) for source in sources] == [
        ("甲", "甲", "规章\r\n0"),
        ("7", "7", "规章\n0"),
        ("丙", "丙", "\u2028规章"),
    ]


def test_records_in_utf16_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes('{"id": "甲", "text": "规章"}\n{"id": "乙", "text": "0"}\n'.encode("utf-16"))
    assert [source.load().source_text for source in find_documents([str(path)])] == ["规章", "0"]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"id": "x", "text": ', "no JSON"),
        ("[1]", "a JSON list where an object"),
        ('{"text": "a"}', "id is missing or null"),
        ('{"id": "", "text": "a"}', "id is ''"),
        ('{"id": true, "text": "a"}', "id is 'True'"),
        ('{"id": "x"}', "neither text nor html"),
        ('{"id": "x", "text": "a", "html": "b"}', "both text and html"),
        ('{"id": "x", "text": 5}', "text is '5'"),
        (b'{"id": "x", "text": "\xb9\xe6"}', "not UTF-8"),
        ("[" * 100_000, "JSON that cannot be read"),
    ],
)
def test_a_bad_record_says_where_and_what_and_leaves_the_others(tmp_path: Path, line: str | bytes, reason: str) -> None:
    good, bad, last = records(tmp_path, '{"id": "a", "text": "1"}', line, '{"id": "b", "text": "2"}')
    assert (good.load().source_text, last.load().source_text) == ("1", "2")
    assert bad.stem == "pages-line-2"
    with pytest.raises(BadRecordError, match=rf"pages\.jsonl, line 2: {reason}"):
        bad.load()


def test_same_names_get_different_stems_and_a_warning_that_names_both(tmp_path: Path) -> None:
    one, two = write(tmp_path / "x/r.txt"), write(tmp_path / "y/R.html")
    told: list[str] = []
    first, second = find_documents([str(one), str(two)], told.append)
    assert (first.stem, second.stem) == ("r", "R-2")
    warning = f"{two}: its output would be called R like that of {one}; it is called R-2"
    assert told == [warning]
    assert second.load().warnings == (warning,)


def test_same_ids_are_numbered_past_names_that_exist(tmp_path: Path) -> None:
    sources = records(tmp_path, *(json.dumps({"id": name, "text": "a"}) for name in ("x", "x-2", "x", "x", "X")))
    assert [source.stem for source in sources] == ["x", "x-2", "x-3", "x-4", "X-5"]


def test_a_source_can_go_to_another_process(tmp_path: Path) -> None:
    for source in [*records(tmp_path, '{"id": "a", "text": "1"}', "bad"), *find_documents([str(write(tmp_path / "b.txt"))])]:
        assert pickle.loads(pickle.dumps(source)).stem == source.stem


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("../../x", "_.._x"),
        ("a/b", "a_b"),
        ("a\\b", "a_b"),
        ("a\0b", "a_b"),
        ("..", "document"),
        ("", "document"),
        (" . ", "document"),
        ("/etc/passwd", "_etc_passwd"),
        ("C:x", "C_x"),
        ("nul", "_nul"),
        ("COM1.txt", "_COM1.txt"),
        (".bashrc", "bashrc"),
        ("a\u202eb\n", "a_b_"),
        ("长兴县2020年报告", "长兴县2020年报告"),
    ],
)
def test_stems_are_safe(name: str, stem: str) -> None:
    assert safe_stem(name) == stem


def test_long_names_stay_different() -> None:
    first, second = safe_stem("县" * 500 + "a"), safe_stem("县" * 500 + "b")
    assert first != second
    assert max(len(first.encode()), len(second.encode())) <= MAX_STEM_BYTES


@given(st.lists(st.text(max_size=60) | st.sampled_from(["../a", "a", "A", "a-2", "con", "ﬁ", "é", "é"]), max_size=20))
def test_no_stem_escapes_or_is_given_twice(names: list[str]) -> None:
    stems = Stems()
    given_out = [stems.claim(name, name)[0] for name in names]
    assert len({stem.casefold() for stem in given_out}) == len(names)
    for stem in given_out:
        assert stem == Path(stem).name
        assert stem not in {"", ".", ".."}
        assert not stem.startswith(".")
        assert len(stem.encode()) < 200
