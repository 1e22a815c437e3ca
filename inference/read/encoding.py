"""Bytes to text: the encoding by evidence, for pages whose declared charset is often missing or wrong."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from charset_normalizer import from_bytes

from gongkai.inference.read.magic import what_else
from gongkai.model.errors import NotTextError

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig", "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32", "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32", "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16", "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "utf-16"),
    (b"\x84\x31\x95\x33", "gb18030", "gb18030"),
)
_DECLARED = re.compile(rb"""<(?:meta|\?xml)\b[^>]{0,300}?(?:charset|encoding)\s*=\s*["']?\s*([A-Za-z0-9_.:-]{2,40})""", re.IGNORECASE)
_DECLARED_WITHIN = 8192
_WIDER = {"gb2312": "gb18030", "gbk": "gb18030", "cp936": "gb18030", "big5": "cp950", "ascii": "utf-8"}
_PHRASES = re.compile(
    "政府|信息公开|申请|行政|年度报告|規章|规章|規範性文件|规范性文件|資訊|信息公開|申請|年度報告|本机关|本機關|公民|法人"
)
_COMMON = frozenset(
    "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经十三之进"
    "等部度家电力里如水化高自二理起小物现实加量都两体制机当使点从业本去把性好应开它合还因由其些然前外天政四日那社义事平形相全表间样与关各重新"
    "線內數正心反你明看原又么利比或但質氣第向道命此變條只沒結解問意建月公無系軍很情者最立代想已通並提直題黨程展五果料象員革位入常文總次品式"
    "府信息申請请報报告項项處处務务書书關與開發對會為個這時後說產經進電實體機當點從業應還號号件县縣市省区區局办辦网網，。：；、（）一二三四五六七八九"
)
_BAD_PER_GOOD = 0.1
_MAX_CONTROL_SHARE = 0.1
_CONTROL = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f\x80-\x84\x86-\x9f]")
_BINARY_ADVICE = "give the page as plain text or HTML"


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text without its byte order mark, the name of the codec that read it, and what was doubtful."""

    text: str
    encoding: str
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Reading:
    """The bytes read with one codec; `bad` sequences were replaced by U+FFFD."""

    text: str
    encoding: str
    bad: int

    def score(self) -> tuple[bool, int, int, int]:
        """How well it reads as a Chinese page: few broken bytes, then words of a report, then common characters."""
        common = sum(1 for character in self.text[:100_000] if character in _COMMON)
        return self.bad <= _BAD_PER_GOOD * len(self.text), len(_PHRASES.findall(self.text)), common, -self.bad


def decode(data: bytes, name: str) -> Decoded:
    """The text of `data`, the bytes of the document `name`.

    An empty or blank document gives an empty text and a warning. Raises NotTextError for anything that is no text.
    """
    other = what_else(data)
    if other:
        raise _not_text(name, *other)
    if not data.strip():
        return _blank(name, "utf-8")
    decoded = _by_mark(data, name) or _by_evidence(data, name)
    if not decoded.text.strip():
        return _blank(name, decoded.encoding)
    if len(_CONTROL.findall(decoded.text)) > _MAX_CONTROL_SHARE * len(decoded.text):
        raise _not_text(name, "binary data (mostly control characters)", _BINARY_ADVICE)
    return decoded


def _not_text(name: str, kind: str, advice: str) -> NotTextError:
    return NotTextError(f"{name}: this looks like {kind}, not like text; {advice}")


def _blank(name: str, encoding: str) -> Decoded:
    return Decoded("", encoding, (f"{name}: the document is empty",))


def _by_mark(data: bytes, name: str) -> Decoded | None:
    """Read as a byte order mark says."""
    for mark, codec, encoding in _BOMS:
        if data.startswith(mark):
            reading = _read(data, codec)
            text = reading.text.removeprefix("\ufeff")
            return Decoded(text, encoding, _damage(name, encoding, reading.bad))
    return None


def _by_evidence(data: bytes, name: str) -> Decoded:
    if b"\x00" in data:
        return _unmarked_utf16(data, name)
    declared = declared_charset(data)
    reading = _utf8(data) or _best_legacy(data, declared) or _guessed(data)
    if reading is None:
        raise _not_text(name, "bytes in no encoding that is known here", "save it as UTF-8 and read that")
    warnings = _damage(name, reading.encoding, reading.bad)
    if declared and _WIDER.get(declared, declared) != reading.encoding and not data.isascii():
        warnings += (f"{name}: declared as {declared}, but its bytes are {reading.encoding}",)
    return Decoded(reading.text, reading.encoding, warnings)


def _unmarked_utf16(data: bytes, name: str) -> Decoded:
    """UTF-16 or UTF-32 without a mark: read so that nearly all characters are Chinese or ASCII, none a NUL."""
    for codec in ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be"):
        try:
            text = data.decode(codec)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text and _plain_share(text) > 0.9 and _reads_as_chinese(text[:10_000]):
            return Decoded(text, codec)
    raise _not_text(name, "binary data (it has NUL bytes)", _BINARY_ADVICE)


def _reads_as_chinese(text: str) -> bool:
    """Whether enough of the characters beyond ASCII are common ones: random bytes read as UTF-16 give rare ones."""
    beyond = [character for character in text if character > "\x7f"]
    return sum(1 for character in beyond if character in _COMMON) * 8 >= len(beyond)


def _plain_share(text: str) -> float:
    sample = text[:10_000]
    plain = sum(
        1
        for c in sample
        if c in "\t\r\n" or " " <= c <= "~" or "\u3000" <= c <= "\u30ff" or "一" <= c <= "\u9fff" or "\uff00" <= c <= "\uffef"
    )
    return plain / max(1, len(sample))


def declared_charset(data: bytes) -> str | None:
    """The codec that a meta tag or XML declaration at the beginning names, or None if it names none that exists."""
    match = _DECLARED.search(data[:_DECLARED_WITHIN])
    if match is None:
        return None
    try:
        return codecs.lookup(match[1].decode("ascii")).name
    except LookupError:
        return None


def _utf8(data: bytes) -> _Reading | None:
    """Read as UTF-8 if that is what it is, a few broken bytes apart."""
    reading = _read(data, "utf-8")
    if reading.bad == 0:
        return None if _is_short_gbk(data, reading.text) else reading
    n_good = sum(1 for character in reading.text if character >= "\u0800") - reading.text.count("\ufffd")
    return reading if 0 < reading.bad <= max(1.0, _BAD_PER_GOOD * n_good) and n_good >= 2 else None


def _is_short_gbk(data: bytes, text: str) -> bool:
    """A few Chinese characters in GBK can be valid UTF-8, but then they are letters of two bytes, none Chinese."""
    if data.isascii() or any(character >= "\u0800" for character in text):
        return False
    legacy = _read(data, "gb18030")
    return legacy.bad == 0 and _PHRASES.search(legacy.text) is not None


def _best_legacy(data: bytes, declared: str | None) -> _Reading | None:
    """The best reading as the declared charset, GB18030 or Big5; None if none reads as Chinese."""
    first = [_WIDER.get(declared, declared)] if declared else []
    codecs_tried = dict.fromkeys([*first, "gb18030", "cp950", "big5hkscs"])
    readings = [_read(data, codec) for codec in codecs_tried]
    best = max(readings, key=_Reading.score)
    few_bad, phrases, common, _ = best.score()
    return best if few_bad and (phrases or common * 4 >= sum(1 for c in best.text if c > "\x7f")) else None


def _guessed(data: bytes) -> _Reading | None:
    """What charset-normalizer makes of it."""
    match = from_bytes(data[:200_000]).best()
    if match is None:
        return None
    reading = _read(data, match.encoding)
    return reading if reading.score()[0] else None


def _read(data: bytes, codec: str) -> _Reading:
    try:
        return _Reading(data.decode(codec), codec, 0)
    except UnicodeDecodeError:
        text = data.decode(codec, errors="replace")
        return _Reading(text, codec, max(1, text.count("\ufffd")))


def _damage(name: str, encoding: str, bad: int) -> tuple[str, ...]:
    return (f"{name}: {bad} broken byte sequence(s) in {encoding}, each replaced by U+FFFD",) if bad else ()
