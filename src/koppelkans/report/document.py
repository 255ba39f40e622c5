"""The document model: what a report says, before anybody decides how it looks. HTML and PDF are made from the same document.

A text is a tuple of runs. Only our own templates know markup (``**strong**`` and ``[words](#anchor)``); what is filled in - street
names, remarks, titles of sources - is never read as markup.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text: plain, strong, or a link to an anchor of this document (``#...``)."""

    text: str
    link: str = ""
    strong: bool = False


Text: TypeAlias = tuple[Run, ...]
_MARKUP = re.compile(r"\*\*(?P<strong>.+?)\*\*|\[(?P<words>[^\]]+)\]\((?P<link>#[^)]+)\)")


def plain(text: str) -> Text:
    """Text without markup."""
    return (Run(text),)


def rich(template: str, **values: object) -> Text:
    """A template of ours as text: markup is read first, values are filled in afterwards."""
    runs, at = [], 0
    for found in _MARKUP.finditer(template):
        if found.start() > at:
            runs.append(Run(template[at : found.start()].format(**values)))
        if found["strong"]:
            runs.append(Run(found["strong"].format(**values), strong=True))
        else:
            runs.append(Run(found["words"].format(**values), link=found["link"].format(**values)))
        at = found.end()
    if at < len(template):
        runs.append(Run(template[at:].format(**values)))
    return tuple(runs)


def inside(title: str) -> str:
    """A title as it stands inside a sentence: its first letter small, the rest (°C, DN) as it was."""
    return title[:1].lower() + title[1:]


def words_of(text: Text) -> str:
    """The text without its markup."""
    return "".join(run.text for run in text)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text; ``kind`` is body, lead (opening sentence) or note (small print)."""

    text: Text
    kind: str = "body"


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list of points."""

    items: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Notice:
    """A boxed line: ``level`` info, assumption or warning; its name stands in words before the text."""

    level: str
    title: str
    text: Text


@dataclass(frozen=True, slots=True)
class KeyFigure:
    """One headline figure: label, value with unit, band, how it came about, and the anchor of its method."""

    label: str
    value: str
    unit: str
    band: str
    basis: str
    method: str


@dataclass(frozen=True, slots=True)
class KeyFigures:
    """Headline figures side by side; ``method_word`` is the text of the link to the method."""

    items: tuple[KeyFigure, ...]
    method_word: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table; the first cell of a row is its heading. ``numeric``: which columns stand right. ``strong_last``: a row of totals.

    ``method``: the anchor in docs/method.md of what the figures are, linked below the table; empty: none.
    """

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[Text, ...], ...]
    numeric: tuple[bool, ...]
    note: str = ""
    strong_last: bool = False
    method: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """A drawing: SVG text, caption, text for who cannot see it, and the lines that must stand below it (sources).

    ``method``: as for a table.
    """

    name: str
    svg: str
    caption: str
    alt: str
    note: str = ""
    method: str = ""


@dataclass(frozen=True, slots=True)
class Atlas:
    """Maps of the same window: one below the other on paper and without script, layers of one map on screen.

    ``titles``: name of each layer. ``labels``: the words on the controls.
    """

    figures: tuple[Figure, ...]
    titles: tuple[str, ...]
    labels: dict[str, str]


@dataclass(frozen=True, slots=True)
class Details:
    """Blocks that may be folded on screen; printed in full on paper."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Columns:
    """Two stacks of blocks beside each other where the page is wide enough; ``even``: both as wide, else the left one wider."""

    left: tuple[Block, ...]
    right: tuple[Block, ...]
    even: bool = False


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading inside a section."""

    title: str
    anchor: str = ""


Block: TypeAlias = Paragraph | Bullets | Notice | KeyFigures | Table | Figure | Atlas | Details | Columns | Heading


@dataclass(frozen=True, slots=True)
class Section:
    """A numbered chapter of the report."""

    anchor: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A whole report.

    ``date``: year, month and day on which the plan was made. ``labels``: the fixed words of the page (skip link, ...).
    """

    title: str
    subtitle: str
    language: str
    date: dict[str, int]
    footer: str
    sections: tuple[Section, ...]
    labels: dict[str, str] = field(default_factory=dict)


def blocks_of(blocks: Iterable[Block]) -> Iterator[Block]:
    """Every block, those inside columns, details and maps with layers included, in reading order."""
    for block in blocks:
        yield block
        if isinstance(block, Details):
            yield from blocks_of(block.blocks)
        elif isinstance(block, Columns):
            yield from blocks_of((*block.left, *block.right))
        elif isinstance(block, Atlas):
            yield from block.figures
