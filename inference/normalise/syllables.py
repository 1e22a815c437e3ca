"""The syllables of Mandarin in pinyin, with and without tone marks."""

from __future__ import annotations

import unicodedata

_FINALS = {
    "": "a o e ai ei ao ou an en ang eng er",
    "b": "a o ai ei ao an en ang eng i ie iao ian in ing u",
    "p": "a o ai ei ao ou an en ang eng i ie iao ian in ing u",
    "m": "a o e ai ei ao ou an en ang eng i ie iao iu ian in ing u",
    "f": "a o ei ou an en ang eng u",
    "d": "a e ai ei ao ou an en ang eng ong i ia ie iao iu ian ing u uo ui uan un",
    "t": "a e ai ei ao ou an ang eng ong i ie iao ian ing u uo ui uan un",
    "n": "a e ai ei ao ou an en ang eng ong i ie iao iu ian in iang ing u uo uan un ü üe",
    "l": "a o e ai ei ao ou an ang eng ong i ia ie iao iu ian in iang ing u uo uan un ü üe",
    "g": "a e ai ei ao ou an en ang eng ong u ua uo uai ui uan un uang",
    "k": "a e ai ei ao ou an en ang eng ong u ua uo uai ui uan un uang",
    "h": "a e ai ei ao ou an en ang eng ong u ua uo uai ui uan un uang",
    "j": "i ia ie iao iu ian in iang ing iong u ue uan un",
    "q": "i ia ie iao iu ian in iang ing iong u ue uan un",
    "x": "i ia ie iao iu ian in iang ing iong u ue uan un",
    "zh": "a e i ai ei ao ou an en ang eng ong u ua uo uai ui uan un uang",
    "ch": "a e i ai ao ou an en ang eng ong u ua uo uai ui uan un uang",
    "sh": "a e i ai ei ao ou an en ang eng u ua uo uai ui uan un uang",
    "r": "e i ao ou an en ang eng ong u ua uo ui uan un",
    "z": "a e i ai ei ao ou an en ang eng ong u uo ui uan un",
    "c": "a e i ai ao ou an en ang eng ong u uo ui uan un",
    "s": "a e i ai ao ou an en ang eng ong u uo ui uan un",
    "y": "a o e ao ou an ang i in ing ong u ue uan un",
    "w": "a o ai ei an en ang eng u",
}
SYLLABLES = frozenset(initial + final for initial, finals in _FINALS.items() for final in finals.split())
_TONES = frozenset("\u0300\u0301\u0304\u0306\u030c")
TONED_LETTERS = "āáǎăàēéěèīíǐìōóǒòūúǔùǖǘǚǜńňǹḿ"
LETTER = f"[a-zɡɑü{TONED_LETTERS}\u0300-\u030c]"


def syllable(letters: str) -> tuple[str, bool] | None:
    """The syllable without its tone (`guī` → `gui`) and whether a tone was marked; None if `letters` is none."""
    parts = unicodedata.normalize("NFD", letters.replace("ɡ", "g").replace("ɑ", "a"))
    plain = "".join(c for c in parts if c not in _TONES)
    plain = unicodedata.normalize("NFC", plain).replace("v", "ü")
    if plain not in SYLLABLES and plain.replace("ü", "u") not in SYLLABLES:
        return None
    return plain, any(c in _TONES for c in parts)
