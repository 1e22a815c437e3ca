import pytest

from gongkai.training.analysis.wording import Wording, wording_class


@pytest.mark.parametrize(
    ("text", "label", "wanted"),
    [
        ("12", "disclosures", Wording.PRINTED),
        ("3,052", "disclosures", Wording.PRINTED),
        ("0", "reviews", Wording.PRINTED_ZERO),
        ("１２", "reviews", Wording.APART),
        ("1 2", "reviews", Wording.APART),
        ("3\n364", "website_visits", Wording.APART),
        ("2.3万", "website_visits", Wording.SCALED),
        ("1.08亿", "website_visits", Wording.SCALED),
        ("十二", "requests_received", Wording.NUMERALS),
        ("两", "requests_received", Wording.NUMERALS),
        ("一千三百", "disclosures", Wording.NUMERALS),
        ("百", "wechat_posts", Wording.NUMERALS),
        ("98.5", "completion_rate", Wording.RATE),
        ("百分之百", "completion_rate", Wording.RATE),
        ("未收到政府信息公开申请", "requests_received", Wording.ZERO),
        ("未發生行政復議、行政訴訟", "litigations", Wording.ZERO),
        ("零投诉", "complaints", Wording.ZERO),
        ("均为自然人提交", "requests_natural_person", Wording.ALL),
        ("全部按时办结", "completion_rate", Wording.ALL),
        ("尚未审结", "reviews_pending", Wording.ALL),
        ("青溪县教育局", "agency", Wording.ENTITY),
        ("2021", "report_year", Wording.ENTITY),
        ("12", "value", Wording.TABLE),
    ],
)
def test_class_of_words(text: str, label: str, wanted: Wording) -> None:
    assert wording_class(text, label) is wanted
