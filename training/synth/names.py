"""Invented places and organs, and the parts that addresses, telephones and document numbers are made of."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

_FIRST = "云青临岭沙榕淠赤珠河沅合海江湖山石白黄清龙凤金银玉松柏梅兰桂枫柳桐枣杏苍碧秀宁安平和永长广大南北东西新古丰泰昌隆兴盛怀望观澄汇"
_SECOND = "澜溪岸川阴浦湾河州城山陵阳泉源峰岗屿洲港津渡桥坪塘潭坝堰谷原野林木丘田水江宁安康乐昌兴丰隆远定化义仁德顺庆"
_LEVELS = (("省", 1), ("市", 5), ("县", 6), ("区", 5), ("自治州", 1), ("镇", 4), ("乡", 3), ("街道", 3))
_BUREAUS = (
    *(
        "教育局",
        "公安局",
        "民政局",
        "司法局",
        "财政局",
        "人力资源和社会保障局",
        "自然资源局",
        "生态环境局",
        "住房和城乡建设局",
        "交通运输局",
    ),
    *("水利局", "农业农村局", "商务局", "文化和旅游局", "卫生健康局", "退役军人事务局", "应急管理局", "审计局", "市场监督管理局", "统计局"),
    *("医疗保障局", "信访局", "林业局", "城市管理局", "发展和改革局", "科学技术局", "工业和信息化局", "乡村振兴局", "税务局", "气象局"),
    *("行政审批服务局", "机关事务管理局", "地方金融监督管理局", "体育局", "粮食和物资储备局", "住房公积金管理中心"),
)
_OFFICES = {"镇": "镇人民政府", "乡": "乡人民政府", "街道": "街道办事处"}
_STREETS = ("人民", "建设", "解放", "和平", "迎宾", "文化", "滨河", "中山", "朝阳", "新华", "府前", "长安", "振兴", "广场")


@dataclass(frozen=True, slots=True)
class Organ:
    """A reporting organ: its full name, how it calls itself (我局, 县政府办公室), and its place."""

    name: str
    self_name: str
    place: str


def place_stem(rng: Random) -> str:
    """Two characters that could name a county and name none on purpose."""
    return rng.choice(_FIRST) + rng.choice(_SECOND)


def draw_organ(rng: Random) -> Organ:
    """An invented organ: a township, a bureau, a government or its general office."""
    level = rng.choices([name for name, _ in _LEVELS], [weight for _, weight in _LEVELS])[0]
    stem = place_stem(rng)
    if level in _OFFICES:
        parent = f"{place_stem(rng)}{rng.choice('县区市')}" if rng.random() < 0.4 else ""
        self_name = {"镇": "镇政府", "乡": "乡政府", "街道": "街道办事处"}[level]
        return Organ(parent + stem + _OFFICES[level], rng.choice((self_name, f"我{level}", f"全{level}")), stem + level)
    place, short = stem + level, level[-1]
    kind = rng.random()
    if kind < 0.55:
        bureau = rng.choice(_BUREAUS)
        if level == "省":
            bureau = bureau.removesuffix("局") + "厅" if bureau.endswith("局") else bureau
        return Organ(place + bureau, "我" + bureau[-1] if bureau[-1] in "局厅" else "本中心", place)
    if kind < 0.8:
        return Organ(place + "人民政府", rng.choice((f"{short}政府", f"全{short}", f"我{short}")), place)
    if kind < 0.95:
        return Organ(place + "人民政府办公室", rng.choice((f"{short}政府办公室", f"{short}政府办", "本机关")), place)
    return Organ(place + rng.choice(("经济开发区", "高新技术产业园区", "风景名胜区")) + "管理委员会", rng.choice(("管委会", "我委")), place)


def draw_phone(rng: Random) -> str:
    """A telephone number with an area code, in one of the usual manners."""
    number = "".join(rng.choice("23456789") for _ in range(1)) + "".join(rng.choice("0123456789") for _ in range(rng.choice((6, 7, 7))))
    area = f"0{rng.randint(310, 998)}"
    return rng.choice((f"{area}-{number}", f"{area}-{number}", f"{area}—{number}", f"({area}){number}", number))


def draw_email(rng: Random) -> str:
    """An electronic address made of letters and digits."""
    name = "".join(rng.choice("abcdefghjklmnpqrstwxyz") for _ in range(rng.randint(3, 7)))
    return f"{name}{rng.choice(('', rng.randint(1, 999), 'xxgk', 'bgs'))}@{rng.choice(('163.com', '126.com', 'qq.com', 'sina.com', f'{name}.gov.cn'))}"


def draw_address(organ: Organ, rng: Random) -> str:
    """A street address in the place of the organ."""
    place = organ.place if rng.random() < 0.7 or organ.place[-1] in "市省州" else f"{place_stem(rng)}市{organ.place}"
    number = rng.choice(
        (
            f"{rng.randint(1, 999)}号",
            f"{rng.randint(1, 99)}号{rng.choice('ABC12345')}号楼",
            f"{rng.randint(1, 300)}号{rng.randint(2, 20)}楼",
        )
    )
    return f"{place}{rng.choice((rng.choice(_STREETS), place_stem(rng)))}{rng.choice(('路', '街', '大道', '东路', '北街'))}{number}"


def draw_document_number(organ: Organ, year: int, rng: Random) -> str:
    """The number of a document: one that the subject really has, or an invented local one."""
    local = f"{organ.place[0]}{rng.choice(('政办发', '政发', '政办函', '府办发', '政公开办发'))}〔{year}〕{rng.randint(1, 150)}号"
    known = (
        "国办公开办函〔2019〕60号",
        "国办公开办函〔2021〕30号",
        "国办发〔2019〕54号",
        "国令第711号",
        "国务院令第711号",
        "国办函〔2020〕109号",
    )
    return rng.choice((local, rng.choice(known)))
