"""How easy a Dutch text reads: the Flesch-Douma score of what a page says to people, without menus, tables and notes.

Flesch-Douma = 206.84 - 0.93 words per sentence - 77 syllables per word. 60 and more is plain Dutch. Syllables are counted as groups of
vowels, which Dutch spelling follows closely. Headings are left out: they are short and no sentences.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser

LEAST = 60.0
"""What a page for residents must reach."""
_SKIPPED = (
    "script",
    "style",
    "nav",
    "table",
    "form",
    "footer",
    "header",
    "title",
    "dl",
    "small",
    "summary",
    "h1",
    "h2",
    "h3",
    "h4",
)
_BLOCKS = ("p", "li", "div", "section", "article", "br", "ul", "ol")
_VOWELS = re.compile(r"[aeiouyáàäâéèëêíìïîóòöôúùüû]+")
_APART = re.compile(r"[ëïöüä]")
_LONG = ("aa", "ee", "oo", "uu", "ie", "oe", "eu", "ui", "ei", "ij", "ou", "au", "aai", "ooi", "oei", "eeu", "ieu", "uw", "ai", "oi", "y", "eau", "ey")  # fmt: skip


class _Text(HTMLParser):
    """The sentences of the main part of a page, a block each."""

    def __init__(self) -> None:
        super().__init__()
        self.inside, self.skipped, self.blocks, self.words = 0, 0, list[str](), list[str]()
        self.noted: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        classes = dict(attrs).get("class") or ""
        if tag == "main":
            self.inside += 1
        if self.noted or any(name in classes.split() for name in ("note", "badge", "method", "kicker", "mark", "foot")):
            self.noted.append(tag) if tag not in ("br", "input", "img", "link", "meta") else None
        if tag in _SKIPPED:
            self.skipped += 1
        if tag in _BLOCKS:
            self._end()

    def handle_endtag(self, tag: str) -> None:
        if self.noted and self.noted[-1] == tag:
            self.noted.pop()
        if tag in _SKIPPED:
            self.skipped -= 1
        if tag in _BLOCKS:
            self._end()
        if tag == "main":
            self.inside -= 1

    def handle_data(self, data: str) -> None:
        if self.inside and not self.skipped and not self.noted:
            self.words.append(data)

    def _end(self) -> None:
        text = " ".join("".join(self.words).split())
        self.words = []
        if text:
            self.blocks.append(text)


def sentences(html: str) -> list[str]:
    """The sentences of the main part of a page; a block without a full stop is one sentence."""
    reader = _Text()
    reader.feed(html)
    reader._end()
    return [
        part.strip()
        for block in reader.blocks
        for part in re.split(r"(?<=[.!?:])\s+", block)
        if re.search(r"[a-z]{2}", part)
    ]


def syllables(word: str) -> int:
    """Syllables of a Dutch word: groups of vowels, parted where a diaeresis says so; at least one."""
    count = 0
    for group in _VOWELS.findall(word.lower().replace("ij", "y")):
        parts = _APART.sub(lambda met: f"|{met.group()}", group).strip("|").split("|")
        count += sum(1 if part in _LONG or len(part) < 3 else 2 for part in parts if part)
    return max(count, 1)


def flesch_douma(html: str) -> float:
    """The score of a page; raises ValueError for a page that says too little to be judged."""
    found = sentences(html)
    words = [word for sentence in found for word in re.findall(r"[^\W\d_]+", sentence)]
    if len(words) < 100:
        raise ValueError(f"{len(words)} words are too few to judge")
    return 206.84 - 0.93 * len(words) / len(found) - 77.0 * sum(map(syllables, words)) / len(words)
