"""Names of output files: safe whatever a document is called, and no two alike."""

from __future__ import annotations

import hashlib
import re
import unicodedata

MAX_STEM_BYTES = 120
"""UTF-8 bytes of a stem before numbering, so that suffixes fit into the 255 that file systems allow."""

_RESERVED = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(?:\..*)?", re.IGNORECASE)
_UNSAFE = frozenset('/\\:*?"<>|')
_UNSAFE_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_NOTHING_LEFT = "document"


def safe_stem(name: str) -> str:
    """`name` as one file name without suffix: no separators, control characters, leading dots, or names that systems reserve.

    >>> safe_stem("../../x")
    '_.._x'
    """
    clean = "".join("_" if c in _UNSAFE or unicodedata.category(c) in _UNSAFE_CATEGORIES else c for c in unicodedata.normalize("NFC", name))
    clean = clean.strip().strip(". ") or _NOTHING_LEFT
    if _RESERVED.fullmatch(clean):
        clean = f"_{clean}"
    return clean if len(clean.encode()) <= MAX_STEM_BYTES else _shortened(clean, name)


def _shortened(clean: str, name: str) -> str:
    """Cut at the limit, with a digest of the whole name so that two long names stay two."""
    digest = hashlib.sha256(name.encode("utf-8", errors="surrogatepass")).hexdigest()[:12]
    return f"{clean.encode()[: MAX_STEM_BYTES - 13].decode(errors='ignore')}-{digest}"


class Stems:
    """Hands out stems so that none is given twice, not even on file systems that ignore case."""

    def __init__(self) -> None:
        self._owners: dict[str, str] = {}
        self._next: dict[str, int] = {}

    def claim(self, wanted: str, name: str) -> tuple[str, str | None]:
        """A stem for document `name` made from `wanted`, and a warning that names both documents if it was taken."""
        stem = base = safe_stem(wanted)
        owner = self._owners.get(stem.casefold())
        number = self._next.get(base.casefold(), 2)
        while stem.casefold() in self._owners:
            stem, number = f"{base}-{number}", number + 1
        self._next[base.casefold()] = number
        self._owners[stem.casefold()] = name
        if owner is None:
            return stem, None
        return stem, f"{name}: its output would be called {base} like that of {owner}; it is called {stem}"
