"""Words that a conversion to Taiwan usage put for the mainland's, both in simplified script."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_BEFORE = re.compile(r"^(?:\(\?<[=!][^()]*\))+")  # what must or must not stand before a word


@dataclass(frozen=True, slots=True)
class Wording:
    """Words to find (as patterns, which begin with a character or with what must or must not stand before it) and what to put for each."""

    words: dict[str, str]
    pattern: re.Pattern[str] = field(init=False)

    def __post_init__(self) -> None:
        longest_first = sorted(self.words, key=len, reverse=True)
        first = "".join(sorted({_BEFORE.sub("", word)[0] for word in longest_first}))  # few characters of a page are one of these
        object.__setattr__(self, "pattern", re.compile(f"(?=[{first}])(?:{'|'.join(f'({word})' for word in longest_first)})"))
        object.__setattr__(self, "words", {word: self.words[word] for word in longest_first})

    def word(self, match: re.Match[str]) -> str:
        """The mainland word for what was found."""
        return tuple(self.words.values())[(match.lastindex or 1) - 1]


# A page about information says one or the other everywhere.
TELL_TALE = ("资讯", "信息")

_NO_WORDS_OF_OURS = {
    "(?<=规范性)档案": "文件",
    "入口网站": "门户网站",
    "网际网路": "互联网",
    "网路": "网络",
    "最佳化": "优化",
    "伺服器": "服务器",
    "部落格": "博客",
    "许可权": "权限",
}
# 档案 is also what archives keep, and 专案 a special case: both are left alone there.
_WORDS_OF_BOTH = {
    "资讯": "信息",
    "讯息": "信息",
    "(?<!人事)(?<!卷宗)(?<!归)(?<!国家)(?<!城建)档案(?![局馆室柜袋盒员法学])": "文件",
    "上一年专案": "上一年项目",
    "专案(?![组法调])": "项目",
    "影片": "视频",
    "资料库": "数据库",
    "使用者": "用户",
    "软体": "软件",
    "硬体": "硬件",
    "程式": "程序",
    "介面": "接口",
    "连结": "链接",
    "透过": "通过",
    "释出": "发布",
    "登入": "登录",
    "列印": "打印",
    "支援": "支持",
    "简讯": "短信",
    "搜寻": "搜索",
    "检视": "查看",
    "储存": "存储",
    "数位(?=政府|化|经济|社会|中国)": "数字",
    "全域性": "全局",
    "物件": "对象",
    "型别": "类型",
    "计画": "计划",
    "线民": "网民",
    "社羣": "社群",
}
ON_ANY_TRADITIONAL_PAGE = Wording(_NO_WORDS_OF_OURS)
FOR_TAIWAN_PAGES = Wording(_NO_WORDS_OF_OURS | _WORDS_OF_BOTH)
