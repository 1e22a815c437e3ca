"""Text that is not of the report: navigation, metadata, footers, advertising, brands, page numbers."""

from __future__ import annotations

from random import Random

from gongkai.inference.aligned import Edit
from gongkai.training.synth.augment import replace_marked
from gongkai.training.synth.facts import draw_entities
from gongkai.training.synth.marked import MarkedText
from gongkai.training.synth.names import Organ, draw_organ, place_stem

_LATIN = "abcdefghjklmnpqrstuvwxyz"
_CRUMBS = ("首页", "网站首页", "政府信息公开", "政务公开", "信息公开年报", "政府信息公开年度报告", "法定主动公开内容", "部门", "乡镇")
_SHARE = (
    "分享到:",
    "打印本页",
    "[打印]",
    "[关闭窗口]",
    "打印 关闭",
    "字号:【大 中 小】",
    "字体:[大][中][小]",
    "【字体:大 中 小】",
    "收藏",
    "扫一扫在手机打开当前页",
    "保护视力色:",
)
_FOOTERS = (
    "网站地图",
    "联系我们",
    "关于我们",
    "版权所有",
    "主办单位",
    "承办单位",
    "技术支持",
    "网站标识码",
    "无障碍阅读",
    "使用帮助",
    "返回顶部",
    "上一篇",
    "下一篇",
    "相关附件:",
)
_BET = ("彩票", "娱乐", "体育", "棋牌", "真人", "电竞", "平台", "官网", "登录", "注册", "下载", "app", "手机版", "网址", "入口", "客服")
_ADULT = ("在线观看", "免费视频", "高清", "一区二区", "国产", "久久", "精品", "无码", "视频", "网站", "亚洲", "欧美", "免费", "影院")
_TAGS = (
    "sup",
    "mark",
    "legend",
    "samp",
    "del",
    "track",
    "menuitem",
    "wbr",
    "meter",
    "th",
    "dl",
    "rp",
    "rt",
    "blockquote",
    "input",
    "center",
)
_BRANDED = ("关于", "中华人民共和国", "国务院", "全省", "全市", "上级")


def _line(*parts: MarkedText | str, end: str = "\n") -> MarkedText:
    """One line, all of it foreign but for the parts that are marked already."""
    pieces = [part if isinstance(part, MarkedText) else MarkedText.of(part, "junk") for part in parts]
    return MarkedText.join((*pieces, end))


def draw_brand(rng: Random) -> str:
    """An invented betting brand of 3 to 24 characters."""
    stem = "".join(rng.choice(_LATIN) for _ in range(rng.randint(2, 4))) + str(rng.randint(1, 9999))
    words = "".join(rng.sample(_BET, rng.randint(1, 3)))
    return rng.choice(
        (
            stem + words,
            place_stem(rng) + words,
            f"{stem}{words}_{place_stem(rng)}{rng.choice(_BET)}",
            f"{stem}.com",
            f"{rng.randint(10, 9999)}{words}",
        )
    )


def navigation(organ: Organ, rng: Random) -> MarkedText:
    """F1: a bread-crumb line, the menu, or both."""
    sign = rng.choice((" > ", ">", " >> ", "> ", " / ", " » "))
    crumbs = sign.join(("首页", *rng.sample(_CRUMBS[2:], rng.randint(1, 3))))
    crumb = _line(rng.choice(("当前位置:", "您现在的位置:", "您当前所在位置:", "位置:", "")) + crumbs + rng.choice(("", sign + "正文")))
    menu = _line(rng.choice((" ", " | ", "  ")).join(rng.sample(_CRUMBS, rng.randint(3, 6))))
    return rng.choice((crumb, crumb, menu, MarkedText.join((menu, crumb))))


def metadata(organ: Organ, year: int, rng: Random) -> MarkedText:
    """F1: index number, publisher and dates in lines, in pipes, or on one line; the issuing organ and date keep their labels."""
    entities = draw_entities(year, organ, rng)
    agency = MarkedText.of(organ.name, "agency")
    date = MarkedText.of(entities["ID"], "issue_date")
    code = f"{rng.randint(10**6, 10**9)}/{year + 1}-{rng.randint(1, 99999):05}"
    fields: list[tuple[str, MarkedText | str]] = [
        (rng.choice(("索引号", "索 引 号")), code),
        (rng.choice(("发布机构", "来源", "信息来源", "发文机关")), agency),
        (rng.choice(("发布日期", "发布时间", "发文日期", "日期")), date),
        (rng.choice(("主题分类", "分类", "公开方式")), rng.choice(("政务公开", "年度报告", "综合政务", "主动公开"))),
        (rng.choice(("浏览次数", "点击数", "阅读", "访问量")), rng.choice(("", str(rng.randint(1, 9999)), f"{rng.randint(10, 999)}次"))),
        ("有效性", "有效"),
    ]
    chosen = [field for field in fields if rng.random() < 0.6] or fields[1:3]
    between, colon, end = rng.choice(
        (("\n", ":", ""), (" ", ":", ""), (" | ", " | ", " |"), ("\n• ", ": ", ""), ("\n", "\n", ""), ("  ", ":", ""))
    )
    parts: list[MarkedText | str] = []
    for i, (name, content) in enumerate(chosen):
        parts += ((MarkedText.of(between, None),) if i else ()) + (MarkedText.of(name + colon, "junk"), _foreign(content))
    return MarkedText.join((*parts, end, "\n"))


def _foreign(content: MarkedText | str) -> MarkedText:
    return content if isinstance(content, MarkedText) else MarkedText.of(content, "junk")


def share_line(rng: Random) -> MarkedText:
    """F1: buttons."""
    return _line(rng.choice((" ", "", " | ")).join(rng.sample(_SHARE, rng.randint(1, 3))))


def spam_line(rng: Random) -> MarkedText:
    """F3: a line of advertising, or empty tags."""
    draw = rng.random()
    if draw < 0.4:
        return _line("_".join(place_stem(rng) + rng.choice(_BET) for _ in range(rng.randint(2, 6))))
    if draw < 0.7:
        return _line(rng.choice((",", "_", " ", "-")).join("".join(rng.sample(_ADULT, 2)) for _ in range(rng.randint(3, 8))))
    name = "".join(rng.choice(_LATIN + "0123456789") for _ in range(5))
    if draw < 0.85:
        return _line("".join(f'<{tag} id="{name}"></{tag}>' for tag in rng.sample(_TAGS, rng.randint(1, 4))))
    return _line(f"{draw_brand(rng)}-{draw_brand(rng)}")


def tag_block(rng: Random) -> MarkedText:
    """F3: many lines of empty tags under one id."""
    name = "".join(rng.choice(_LATIN + "0123456789") for _ in range(5))
    lines = []
    for _ in range(rng.randint(3, 9)):
        tags = rng.sample(_TAGS, rng.randint(1, 3))
        opened, closed = "".join(f'<{tag} id="{name}">' for tag in tags), "".join(f"</{tag}>" for tag in reversed(tags))
        lines.append(_line(opened + closed, end=rng.choice(("\n", "\n\n"))))
    return MarkedText.join(lines)


def footer(rng: Random) -> MarkedText:
    """F5: links, licence numbers, the maker of the software."""
    place = place_stem(rng)
    lines = (
        " ".join(rng.sample(_FOOTERS, rng.randint(2, 6))),
        f"主办:{place}市人民政府办公室 承办:{place}市大数据中心",
        f"{rng.choice('京浙湘粤川青云')}ICP备{rng.randint(10**7, 10**8 - 1)}号{rng.choice(('', '-1'))} 网站标识码:{rng.randint(10**9, 10**10 - 1)}",
        f"{rng.choice('京浙湘粤川青云')}公网安备 {rng.randint(10**13, 10**14 - 1)}号",
        "Produced By 大汉网络 大汉版通发布系统",
        "扫一扫在手机打开当前页",
        "版权所有:" + place + "县人民政府 Copyright © All Rights Reserved",
        f"{place}县人民政府办公室 {rng.randint(2020, 2025)}年1月印发",
        "上一篇:" + place + "县2018年政府信息公开工作年度报告",
        "下一篇:没有了",
        "打印 关闭",
        "【打印本页】 【关闭窗口】",
    )
    return MarkedText.join(_line(line) for line in rng.sample(lines, rng.randint(1, 4)))


def page_number(number: int, rng: Random) -> MarkedText:
    """C6: the number of a printed page on a line of its own."""
    return _line(
        rng.choice(
            (f"— {number} —", f"- {number} -", f"{number}", f"P. {number}", f"第{number}页", f"第 {number} 页 共 12 页", f"-{number}-")
        )
    )


def other_report_title(rng: Random) -> MarkedText:
    """F7: a heading of another organ or year."""
    organ = draw_organ(rng)
    return _line(f"{organ.name}{rng.randint(2015, 2025)}年政府信息公开工作年度报告")


def branded(text: MarkedText, organ: Organ, rng: Random) -> MarkedText:
    """F2, F4: a brand or a domain in place of one word wherever it stands; inside a sentence it has no label."""
    word = rng.choice((*_BRANDED, organ.place))
    brand = draw_brand(rng)
    edits: list[Edit] = []
    start = text.text.find(word)
    while start >= 0:
        edits.append((start, start + len(word), brand))
        start = text.text.find(word, start + len(word))
    return replace_marked(text, edits)


def before(organ: Organ, year: int, rng: Random, amount: float) -> MarkedText:
    """What a page shows before the report; `amount` 0 to 1 says how much is likely."""
    parts: list[MarkedText] = []
    if rng.random() < amount * 0.15:
        parts.append(tag_block(rng) if rng.random() < 0.4 else spam_line(rng))
    if rng.random() < amount:
        parts.append(navigation(organ, rng))
    if rng.random() < amount * 0.6:
        parts.append(metadata(organ, year, rng))
    if rng.random() < amount * 0.4:
        parts.append(share_line(rng))
    return MarkedText.join(parts)


def after(rng: Random, amount: float) -> MarkedText:
    """What a page shows after the report."""
    parts = [footer(rng)] if rng.random() < amount else []
    parts += [share_line(rng)] if rng.random() < amount * 0.3 else []
    parts += [spam_line(rng)] if rng.random() < amount * 0.1 else []
    return MarkedText.join(parts)
