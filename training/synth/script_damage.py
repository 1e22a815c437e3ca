"""Damage of mirrors that convert the script: traditional characters, Taiwan wording, pinyin in brackets."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from importlib.resources import files
from random import Random

from gongkai.inference.aligned import Edit
from gongkai.training.synth.augment import replace_marked
from gongkai.training.synth.edits import Insertion, insert, translate
from gongkai.training.synth.marked import MarkedText

_PREFERRED = (
    "发發 复復 后後 里裏 台臺 准準 干幹 征徵 咨諮 余餘 云雲 于於 党黨 划劃 获獲 历歷 尽盡 并並 占佔 为為 "
    "着著 采採 吁籲 丰豐 范範 线線 汇匯 须須 证證 说說 众眾 传傳 净淨 启啟 恶惡 当當 术術 录錄 药藥 铺鋪 "
    "冲衝 签簽 "
)
_OVERDONE = (
    "制製 面麵 系係 复複 咨谘 参蔘 为爲 里裡 向嚮 注註 准准 台台 布布 占占 群群 众衆 升昇 周週 于于 出齣 "
    "核覈 回迴 家傢 千韆 修脩 证証 板闆 发髮 采埰 "
)
_COMMON_TO_BOTH = (
    "佛布局系私幸家胄克札恤念咽向冢奸娘昆卷吊雕栗戚欲蒙捍搜舍扇旗升拐杆梁僵泛污溯泄凌溪沈漓抵呆璇酸痹愈症杯困睾朱埼御棱谷蓑檐扎弦捆彩致累才玩"
    "修庵席卜芸姜蔑同胡只制核托注志噪狸逾踊挽回周扣巨表旋合板暗沾秋千刮糊喂松哄面曲冬出拼挨折了着苔糖"
)
_TAIWAN = {
    "规范性文件": "规范性档案",
    "门户网站": "入口网站",
    "互联网": "网际网路",
    "网络": "网路",
    "优化": "最佳化",
    "信息": "资讯",
    "文件": "档案",
    "视频": "影片",
    "质量": "品质",
    "数据": "资料",
    "项目": "专案",
    "软件": "软体",
    "短信": "简讯",
}


@cache
def _traditional() -> dict[str, str]:
    """The traditional form of simplified characters: of several, the first that Big5 has; those of both scripts stay."""
    found: dict[str, str] = {}
    for line in (files("gongkai.inference") / "normalise" / "traditional.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith(("#", "[")):
            continue
        for old, new in (tuple(pair) for pair in line.split() if len(pair) == 2):
            if new not in found and new not in _COMMON_TO_BOTH and _in_big5(old):
                found[new] = old
    return {**found, **_pairs(_PREFERRED)}


def _pairs(text: str) -> dict[str, str]:
    return {pair[0]: pair[1] for pair in text.split()}


def _in_big5(character: str) -> bool:
    try:
        return len(character.encode("big5")) == 2
    except UnicodeEncodeError:
        return False


def to_traditional(text: MarkedText, rng: Random) -> MarkedText:
    """E1: every character in traditional script; one page in three converts more than it should (全麵, 製定, 體係)."""
    table = dict(_traditional())
    if rng.random() < 0.35:
        table |= {old: new for old, new in _pairs(_OVERDONE).items() if rng.random() < 0.5}
    return translate(text, {ord(old): new for old, new in table.items()})


def to_taiwan(text: MarkedText, rng: Random) -> MarkedText:
    """E2: words of Taiwan for the mainland's, then traditional script."""
    words = {old: new for old, new in _TAIWAN.items() if rng.random() < 0.7}
    if words:
        pattern = re.compile("|".join(sorted(words, key=len, reverse=True)))
        text = replace_marked(text, [(match.start(), match.end(), words[match[0]]) for match in pattern.finditer(text.text)])
    return to_traditional(text, rng)


@cache
def readings() -> tuple[dict[str, str], ...]:
    """Character to pinyin with tone marks, in three tiers from the few that sparse mirrors annotate to the many."""
    lines = (files("gongkai.training") / "synth" / "pinyin.txt").read_text(encoding="utf-8").splitlines()
    return tuple({pair[0]: pair[1:] for pair in line.split()} for line in lines if not line.startswith("#"))


def toneless(pinyin: str) -> str:
    """`guī` as `gui`."""
    return "".join(c for c in unicodedata.normalize("NFD", pinyin) if not unicodedata.combining(c))


def annotate(text: MarkedText, rng: Random) -> MarkedText:
    """E3: pinyin in brackets behind always the same characters of a page, with or without tones, sometimes twice.

    A bracket behind the last character of a mark is outside the mark.
    """
    tiers = readings()
    chosen = dict(tiers[0])
    if rng.random() < 0.5:
        chosen |= tiers[1]
        chosen |= {c: p for c, p in tiers[2].items() if rng.random() < 0.12}
    manner = rng.choices(("tone", "plain", "doubled"), (7, 2, 1))[0]
    form = {"tone": "({0})", "plain": "({1}) ", "doubled": "({1})({1})"}[manner]
    insertions: list[Insertion] = []
    for place, character in enumerate(text.text):
        pinyin = chosen.get(character)
        if pinyin:
            insertions.append((place + 1, form.format(pinyin, toneless(pinyin))))
    return insert(text, insertions)


def annotate_and_lose(text: MarkedText, rng: Random) -> MarkedText:
    """E4: annotated, then some characters and their opening bracket lost to one `?`."""
    annotated = annotate(text, rng)
    edits: list[Edit] = []
    for match in re.finditer("[\u4e00-\u9fff]\\((?=[a-z\u0100-\u01dc\u00e0-\u00fc]+\\))", annotated.text):
        inside = any(mark.start <= match.start() < mark.end for mark in annotated.marks)
        if rng.random() < 0.06 and not inside:
            edits.append((match.start(), match.end(), "?"))
    return replace_marked(annotated, edits)
