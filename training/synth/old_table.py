"""B6: the 统计表 of reports before 2019, whose numbers stand in no cell of a statutory form."""

from __future__ import annotations

from random import Random

from gongkai.training.synth.marked import MarkedText

_INDICATORS = (
    ("一、主动公开情况", ""),
    ("(一)主动公开政府信息数(不同渠道和方式公开相同信息计1条)", "条"),
    ("其中:主动公开规范性文件数", "条"),
    ("制发规范性文件总数", "件"),
    ("(二)通过不同渠道和方式公开政府信息的情况", ""),
    ("1.政府公报公开政府信息数", "条"),
    ("2.政府网站公开政府信息数", "条"),
    ("3.政务微博公开政府信息数", "条"),
    ("4.政务微信公开政府信息数", "条"),
    ("5.其他方式公开政府信息数", "条"),
    ("二、回应解读情况", ""),
    ("(一)回应公众关注热点或重大舆情数", "次"),
    ("1.参加或举办新闻发布会总次数", "次"),
    ("三、依申请公开情况", ""),
    ("(一)收到申请数", "件"),
    ("1.当面申请数", "件"),
    ("2.传真申请数", "件"),
    ("3.网络申请数", "件"),
    ("4.信函申请数", "件"),
    ("(二)申请办结数", "件"),
    ("1.按时办结数", "件"),
    ("(三)申请答复数", "件"),
    ("1.属于已主动公开范围数", "件"),
    ("2.同意公开答复数", "件"),
    ("5.不属于本行政机关公开数", "件"),
    ("6.申请信息不存在数", "件"),
    ("四、行政复议数量", "件"),
    ("(一)维持具体行政行为数", "件"),
    ("五、行政诉讼数量", "件"),
    ("六、举报投诉数量", "件"),
    ("七、依申请公开信息收取的费用", "万元"),
    ("八、机构建设和保障经费情况", ""),
    ("(一)政府信息公开工作专门机构数", "个"),
    ("九、政府信息公开会议和培训情况", ""),
    ("(二)举办各类培训班数", "次"),
)


def old_table(rng: Random) -> MarkedText:
    """The table in one of the layouts that it is met in. Nothing of it is labelled."""
    with_codes = rng.random() < 0.3
    header = ["指标名称", "计量单位", *(["代码"] if with_codes else []), "统计数"]
    rows = [header]
    for number, (name, unit) in enumerate(_INDICATORS, 1):
        if rng.random() < 0.85:
            count = str(rng.choice((0, 0, rng.randint(1, 20), rng.randint(1, 2000)))) if unit else ""
            rows.append([name, unit, *([f"{number:02}"] if with_codes else []), count])
    return MarkedText(_laid_out(rows, rng))


def _laid_out(rows: list[list[str]], rng: Random) -> str:
    manner = rng.choice(("pipes", "lines", "cells", "spaces"))
    if manner == "pipes":
        return "\n".join(" | ".join(row) + " |" for row in rows)
    if manner == "lines":
        return "\n\n".join(cell for row in rows for cell in row)
    if manner == "cells":
        return "\n".join(f"{cell}\n|" for row in rows for cell in row)
    return "\n".join(" ".join(cell for cell in row if cell) for row in rows)
