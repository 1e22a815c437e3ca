"""Characters that pinyin mirrors annotate, by their reading, for those that a byte slip has eaten."""

from __future__ import annotations

from gongkai.inference.normalise.lexicon import lexicon
from gongkai.inference.normalise.script import tables

# The mirrors annotate the same few dozen characters, all of which differ between the two scripts.
_READINGS = (
    "bào報报 bèi備备 biàn變变辦 bàn辦办 cè測测 chǎn產产 chǎng場场 chéng誠诚 chí遲迟 chù處处 chǔ處处 chuàng創创 cóng從从 dá達达 "
    "dài帶带 dān單单擔担 dāng當当 dǎng黨党 dào導 dǎo導导 diàn電电 dòng動动 dú讀读 duàn斷断 duì對对隊队 fā發发 fǎng訪访 fù復复負负 "
    "gāng綱纲 gè個个 guān關关觀观 guǎng廣广 guī規规 guó國国 hù護护 huà劃划 huán環环還还 huì會会匯汇 jī機机積积 jí級级極极 "
    "jì計计繼继際际濟济紀纪 jiān監监間间 jiǎn檢检簡简 jiǎng獎奖講讲 jié結结節节 jìn進进盡尽 jīng經经 jù據据 jué決决 kāi開开 "
    "lái來来 lì歷历 lián聯联 liàng兩 lǐng領领 lù錄录 lùn論论 mén門门 nèi內内 nóng農农 píng評评 qǐ啟启 qǐng請请 qiáng強强 qū區区 "
    "quán權权 què確确 rèn認认 shè設设 shěn審审 shèng勝胜 shí實实時时 shì適适試试 shù數数 shuō說说 sòng訟讼 sù訴诉 tí題题 tǐ體体 "
    "tiáo條条 tǒng統统 tuán團团 wǎng網网 wéi維维為为 wèn問问 wù務务 xí習习 xì係系 xiàn線线現现縣县 xiàng項项 xiāng鄉乡 xiǎng響响 "
    "xún詢询 yán嚴严 yàng樣样 yè業业 yì議议義义 yīng應应 yìng應应 yuán員员 yùn運运 zé責责 zhàng賬 zhèn鎮镇 zhēng徵征 zhí執执職职 "
    "zhì質质製制 zhōng終终 zhòng眾众 zhuān專专 zhuǎn轉转 zī資资 zǔ組组 zǒng總总"
)


def _by_reading() -> dict[str, frozenset[str]]:
    always, shared = tables()
    found: dict[str, frozenset[str]] = {}
    for entry in _READINGS.split():
        letters = entry.rstrip("".join(c for c in entry if "\u4e00" <= c <= "\u9fff"))
        simplified = entry[len(letters) :].translate(always | shared)
        if simplified:
            found[letters] = found.get(letters, frozenset()) | frozenset(simplified)
    return found


_CHARACTERS = _by_reading()


def lost_character(before: str, reading: str, after: str) -> str | None:
    """The one character with this reading (tone included) that makes a known word with its neighbours, else None.

    One that does with both comes before those that do with one. `before` and `after` are the neighbours, in either script.
    """
    always, shared = tables()
    left, right = (side.translate(always | shared) for side in (before[-1:], after[:1]))
    known = lexicon()
    joined = {c: known.knows(left, c) + known.knows(c, right) for c in sorted(_CHARACTERS.get(reading, ()))}
    most = max(joined.values(), default=0)
    fits = [c for c, words in joined.items() if words == most]
    return fits[0] if most and len(fits) == 1 else None
