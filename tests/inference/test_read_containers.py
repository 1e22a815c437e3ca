"""Files that hold many documents: compressed records, Parquet, ZIP, WARC; and what they may not do to their reader."""

from __future__ import annotations

import gzip
import io
import json
import pickle
import tracemalloc
import zlib
from collections.abc import Callable
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from gongkai.inference.read import compressed, zipped
from gongkai.inference.read.found import Found
from gongkai.inference.read.sources import behind, find_documents
from gongkai.inference.read.zipped import entry_name
from gongkai.model.errors import DocumentError, NotTextError, TooLargeError, UnreadableError

pytestmark = pytest.mark.filterwarnings("ignore:.*SpooledTemporaryFile")  # warcio's writer leaves them to the collector
LINES = "".join(json.dumps({"id": name, "text": f"规章 {name}"}, ensure_ascii=False) + "\n" for name in "甲乙丙").encode()


def read(path: Path, told: list[str] | None = None) -> list[Found]:
    return list(behind(str(path), (told if told is not None else []).append, containers=True))


def texts(found: list[Found]) -> list[tuple[str, str]]:
    return [(name, pickle.loads(pickle.dumps(load))().source_text) for name, _, load in found]


def reason(found: Found) -> DocumentError:
    with pytest.raises(DocumentError) as raised:
        found[2]()
    return raised.value


@pytest.mark.parametrize(
    ("suffix", "pack"), [("", bytes), (".gz", gzip.compress), (".zst", zstandard.ZstdCompressor().compress)], ids=["plain", "gz", "zst"]
)
def test_records_in_any_wrapping(tmp_path: Path, suffix: str, pack: Callable[[bytes], bytes]) -> None:
    path = tmp_path / f"pages.jsonl{suffix}"
    path.write_bytes(pack(LINES[:50]) + pack(LINES[50:]))  # members one after the other, as `cat` makes them
    assert texts(read(path)) == [("甲", "规章 甲"), ("乙", "规章 乙"), ("丙", "规章 丙")]


@pytest.mark.parametrize(("suffix", "pack"), [("gz", gzip.compress), ("zst", zstandard.ZstdCompressor().compress)])
def test_a_damaged_end_costs_only_the_end(tmp_path: Path, suffix: str, pack: Callable[[bytes], bytes]) -> None:
    path = tmp_path / f"pages.jsonl.{suffix}"
    path.write_bytes(pack(LINES) + b"this is no member")
    found = read(path)
    assert texts(found[:3]) == [("甲", "规章 甲"), ("乙", "规章 乙"), ("丙", "规章 丙")]
    assert found[3][0] == str(path)
    assert isinstance(reason(found[3]), UnreadableError)
    assert "damaged after" in str(reason(found[3]))


def test_a_bomb_of_records_is_left_when_it_shows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compressed, "FREE", 1 << 20)
    path = tmp_path / "bomb.jsonl.gz"
    path.write_bytes(gzip.compress(LINES + b" " * (64 << 20) + b"\n" + LINES))
    found = read(path)
    assert len(found) == 4
    assert isinstance(reason(found[-1]), TooLargeError)
    assert "inflates to more than 200 times its size" in str(reason(found[-1]))


def test_rows_of_parquet(tmp_path: Path) -> None:
    path = tmp_path / "pages.parquet"
    rows = {"url": ["甲", None, "丙"], "text": ["规章", "b", None], "html": [None, None, "<p>0</p>"], "other": [1, 2, 3]}
    pq.write_table(pa.table(rows), path)
    first, second, third = read(path)
    assert (first[0], first[2]().kind, third[0], third[2]().kind) == ("甲", "text", "丙", "html")
    assert str(reason(second)) == f"{path}, row 2: id is missing or null; it must be a string that is not empty, or a whole number"


def test_parquet_that_holds_no_documents(tmp_path: Path) -> None:
    pq.write_table(pa.table({"text": ["a"]}), tmp_path / "a.parquet")
    (tmp_path / "b.parquet").write_bytes(b"PAR1 no")
    nameless, broken, missing = read(tmp_path / "a.parquet") + read(tmp_path / "b.parquet") + read(tmp_path / "c.parquet")
    assert "has the columns text; one of id, url or source and one of text or html must be there" in str(reason(nameless))
    assert "damaged or no Parquet" in str(reason(broken))
    assert "there is no such file" in str(reason(missing))


def test_entries_of_a_zip(tmp_path: Path) -> None:
    path = tmp_path / "省.zip"
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        archive.writestr("县/b.html", "<p>规章</p>")
        archive.writestr("县/a.txt", "规章")
        archive.writestr("县/报告.exe", "MZ")
        archive.writestr("inner.txt", b"PK\x03\x04" + bytes(100))
    told: list[str] = []
    found = read(path, told)
    assert texts(found[:2]) == [(f"{path}/县/b.html", "<p>规章</p>"), (f"{path}/县/a.txt", "规章")]
    assert isinstance(reason(found[2]), NotTextError)  # no archive within an archive
    assert told == [f"{path}: 1 entries with other suffixes than .docx .htm .html .md .pdf .txt left out"]


def test_names_of_entries_in_the_encoding_of_china() -> None:
    entry = ZipInfo("报告.txt".encode("gbk").decode("cp437"))
    assert entry_name(entry) == "报告.txt"
    assert entry_name(ZipInfo("plain.txt")) == "plain.txt"
    utf8 = ZipInfo("报\x1b告.txt")
    utf8.flag_bits = 0x800
    assert entry_name(utf8) == "报\ufffd告.txt"


def test_names_of_entries_lead_nowhere(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with ZipFile(path, "w") as archive:
        for name in ("../../escape.txt", "/etc/passwd.txt", "C:\\x.txt", "a.txt", "A.TXT"):
            archive.writestr(name, "规章")
    sources = list(find_documents([str(path)]))
    assert [source.stem for source in sources] == ["escape", "passwd", "C__x", "a", "A-2"]
    assert sorted(tmp_path.iterdir()) == [path]


def test_a_bad_entry_costs_itself(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with ZipFile(path, "w", ZIP_STORED) as archive:
        for name in ("a.txt", "b.txt", "c.txt"):
            archive.writestr(name, f"规章 {name}")
    data = bytearray(path.read_bytes())
    data[data.index("规章 b.txt".encode())] ^= 1
    path.write_bytes(data)
    first, second, third = read(path)
    assert texts([first, third]) == [(f"{path}/a.txt", "规章 a.txt"), (f"{path}/c.txt", "规章 c.txt")]
    assert "Bad CRC-32" in str(reason(second))


def bomb(path: Path, n_entries: int, megabytes: int) -> None:
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        for number in range(n_entries):
            archive.writestr(f"{number}.txt", b"0" * (megabytes << 20))


def test_an_entry_larger_than_a_document_is_refused_without_inflating_it_whole(tmp_path: Path) -> None:
    path = tmp_path / "bomb.zip"
    bomb(path, 1, 200)
    tracemalloc.start()
    (found,) = read(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert isinstance(reason(found), TooLargeError)
    assert peak < 80 << 20


def test_an_archive_that_inflates_too_far_is_left_when_it_shows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compressed, "FREE", 8 << 20)
    path = tmp_path / "bomb.zip"
    bomb(path, 20, 3)
    found = read(path)
    assert len(found) == 5  # four entries of 3 MB are 1,000 times what they take, and past what is free after the last
    assert "inflates to more than 200 times its size; the entries from" in str(reason(found[-1]))


def test_archives_of_too_many_entries_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zipped, "MAX_ENTRIES", 3)
    bomb(tmp_path / "many.zip", 4, 0)
    (found,) = read(tmp_path / "many.zip")
    assert "4 entries, but the limit is 3; unpack it into a folder" in str(reason(found))
    monkeypatch.setattr(zipped, "MAX_DIRECTORY", 100)
    (found,) = read(tmp_path / "many.zip")
    assert "a directory of" in str(reason(found))


def test_a_zip_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"no archive")
    (found,) = read(tmp_path / "a.zip")
    assert "a.zip: damaged or no ZIP archive (File is not a zip file); none of its entries is read" in str(reason(found))


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz", "a.jsonl.zst", "a.warc", "a.warc.gz"])
def test_an_empty_file_is_told_of(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"")
    told: list[str] = []
    assert read(tmp_path / name, told) == []
    assert told == [f"{tmp_path / name}: no documents in this file"]


def warc(path: Path, *records: tuple[str, str, str, bytes]) -> Path:
    buffer = io.BytesIO()
    writer = WARCWriter(buffer, gzip=path.suffix == ".gz")
    for address, status, kind, body in records:
        headers = [("Content-Type", kind), *([("Content-Encoding", "gzip")] if body[:2] == b"\x1f\x8b" else [])]
        http = StatusAndHeaders(status, headers, protocol="HTTP/1.1")
        writer.write_record(writer.create_warc_record(address, "response", payload=io.BytesIO(body), http_headers=http))
    path.write_bytes(buffer.getvalue())
    return path


@pytest.mark.parametrize("name", ["crawl.warc", "crawl.warc.gz"])
def test_a_page_cut_off_by_the_end_of_a_warc_is_not_read_as_a_whole_one(tmp_path: Path, name: str) -> None:
    page = "<p>规章 {}</p>" + "".join(f"<p>{number:x}</p>" for number in range(2000))
    path = warc(tmp_path / name, *((f"http://a.example/{n}", "200 OK", "text/html", page.format(n).encode()) for n in (1, 2)))
    path.write_bytes(path.read_bytes()[:-300])
    first, second = read(path)
    assert first[2]().source_text == page.format(1)
    assert str(reason(second)) == f"http://a.example/2: cut off, {path} ends within this page; fetch that file again"


@pytest.mark.parametrize(("value", "shown"), [("length", "length"), ("x\x1b[31m" + "y" * 99, "x\ufffd[31m" + "y" * 54)])
def test_a_page_that_the_crawler_cut_off_is_refused_with_its_reason(tmp_path: Path, value: str, shown: str) -> None:
    whole = ("http://a.example/1", "200 OK", "text/html", b"<p>1</p>")
    path = warc(tmp_path / "a.warc", whole, ("http://a.example/2", "200 OK", "text/html", b"<p>12"), whole)
    head = b"WARC-Target-URI: http://a.example/2\r\n"
    path.write_bytes(path.read_bytes().replace(head, head + f"WARC-Truncated: {value}\r\n".encode()))
    first, cut, last = read(path)
    assert texts([first, last]) == [("http://a.example/1", "<p>1</p>")] * 2
    assert str(reason(cut)) == f"http://a.example/2: the crawler cut this page off ({shown}); fetch the page again"


def test_a_file_that_is_no_warc(tmp_path: Path) -> None:
    path = tmp_path / "a.warc"
    path.write_bytes(b"\x7fELF" + bytes(range(256)))
    (found,) = read(path)
    assert str(reason(found)).startswith(f"{path}: damaged or no WARC (")


@pytest.mark.parametrize("name", ["crawl.warc", "crawl.warc.gz"])
def test_pages_of_a_warc(tmp_path: Path, name: str) -> None:
    path = warc(
        tmp_path / name,
        ("http://a.example/x/report.html?id=1", "200 OK", "text/html; charset=gb2312", "<p>规章</p>".encode("gbk")),
        ("http://a.example/gone", "404 Not Found", "text/html", b"<p>no</p>"),
        ("http://a.example/p.png", "200 OK", "image/png", b"\x89PNG"),
        ("http://a.example/", "200 OK", "text/plain", gzip.compress("规章 0".encode())),
    )
    told: list[str] = []
    found = read(path, told)
    assert [(address, stem) for address, stem, _ in found] == [
        ("http://a.example/x/report.html?id=1", "report"),
        ("http://a.example/", "page"),
    ]
    assert [text for _, text in texts(found)] == ["<p>规章</p>", "规章 0"]
    assert told == [f"{path}: 2 response(s) that are no page of text or HTML, or no success, left out"]


def test_a_warc_page_that_inflates_too_far_is_refused_alone(tmp_path: Path) -> None:
    bomb_body = gzip.compress(b"0" * (64 << 20))
    path = warc(tmp_path / "a.warc", ("http://a/", "200 OK", "text/html", bomb_body), ("http://b/", "200 OK", "text/html", b"<p>0</p>"))
    first, second = read(path)
    assert isinstance(reason(first), TooLargeError)
    assert texts([second]) == [("http://b/", "<p>0</p>")]


def test_a_damaged_warc_gives_what_stands_before(tmp_path: Path) -> None:
    path = warc(
        tmp_path / "a.warc.gz", ("http://a/", "200 OK", "text/html", b"<p>0</p>"), ("http://b/", "200 OK", "text/html", b"<p>1</p>" * 999)
    )
    path.write_bytes(path.read_bytes()[:-40])
    found = read(path)
    assert texts(found[:1]) == [("http://a/", "<p>0</p>")]
    assert len(found) <= 2


def test_what_a_reason_quotes_of_a_file_cannot_steer_a_terminal(tmp_path: Path) -> None:
    path = warc(tmp_path / "a.warc", ("http://a/", "200 OK", "text/html", b"<p>0</p>"))
    path.write_bytes(path.read_bytes() + b"\x1b[31m\x07" + b"0" * 1000)
    first, last = read(path)
    assert texts([first]) == [("http://a/", "<p>0</p>")]
    assert str(reason(last)).isprintable()
    assert len(str(reason(last))) < 200 + len(str(path))


def test_containers_in_folders_are_read_in_order(tmp_path: Path) -> None:
    (tmp_path / "b.jsonl").write_bytes(LINES)
    (tmp_path / "a.txt").write_text("规章", encoding="utf-8")
    warc(tmp_path / "c.warc", ("http://a/", "200 OK", "text/html", b"<p>0</p>"))
    assert [name for name, _, _ in read(tmp_path)] == [str(tmp_path / "a.txt"), "甲", "乙", "丙", "http://a/"]


def test_deflated_rubbish_never_raises_out(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(b"\x1f\x8b\x08\x00" + bytes(6) + zlib.compress(b"x" * 1000)[5:])
    (found,) = read(path)
    assert isinstance(reason(found), UnreadableError)
