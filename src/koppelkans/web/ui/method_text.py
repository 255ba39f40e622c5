"""The method as a page: the document that ships with the engine, its anchors kept, with a table of contents.

The document is in English. In Dutch every section that the report knows opens with the sentence that the report has for it.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import koppelkans

if TYPE_CHECKING:
    from markdown_it.token import Token

_IN_WHEEL = Path(__file__).parent / "method.md"
_IN_REPOSITORY = Path(koppelkans.__path__[0]).parents[1] / "docs" / "method.md"
_ANCHOR = re.compile(r'<a id="([a-z0-9-]+)"></a>')


@dataclass(frozen=True, slots=True)
class Chapter:
    """A chapter of the method: anchor, title, and its sections as anchor and title."""

    anchor: str
    title: str
    sections: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class MethodText:
    """The method as HTML, and its chapters."""

    html: str
    chapters: tuple[Chapter, ...]
    anchors: frozenset[str]


def method_file() -> Path:
    """The document: beside this module in a wheel, in the folder of documents in a repository."""
    return _IN_WHEEL if _IN_WHEEL.is_file() else _IN_REPOSITORY


@cache
def method_text(language: str) -> MethodText:
    """The page of the method in a language of the site."""
    return rendered(method_file().read_text(encoding="utf-8"), short_texts() if language == "nl" else {})


@cache
def short_texts() -> dict[str, str]:
    """What the Dutch report says of a method in one sentence, by anchor."""
    words = Path(koppelkans.__path__[0]) / "report" / "words" / "nl.toml"
    return {str(key): str(text) for key, text in tomllib.loads(words.read_text(encoding="utf-8"))["methods"].items()}


def rendered(text: str, short: dict[str, str]) -> MethodText:
    """A document with ``<a id>`` lines before its headings as HTML that the policy of the site allows.

    The title of the document falls away; an anchor becomes the id of the heading after it; links to other documents become text.
    """
    from markdown_it import MarkdownIt

    reader = MarkdownIt("commonmark", {"html": True}).enable("table")
    tokens, anchors, headings = _with_ids(reader.parse(text), short)
    html = reader.renderer.render(_tables_in_frames(_without_documents(tokens)), reader.options, {})
    return MethodText(html, tuple(_chapters(headings)), frozenset(anchors))


def _with_ids(tokens: list[Token], short: dict[str, str]) -> tuple[list[Token], list[str], list[tuple[str, str, str]]]:
    """Tokens with ids on headings; every anchor; every heading as level, anchor and title."""
    from markdown_it.token import Token

    out: list[Token] = []
    waiting: list[str] = []
    anchors: list[str] = []
    headings: list[tuple[str, str, str]] = []
    skip = ""
    for at, token in enumerate(tokens):
        found = _ANCHOR.findall(token.content) if token.type in ("html_block", "inline") else []
        alone = bool(found) and not _ANCHOR.sub("", token.content).strip()
        anchors += found
        if alone:
            waiting += found
            if out and out[-1].type == "paragraph_open":  # an anchor on a line of its own is read as a paragraph
                out.pop()
                skip = "paragraph_close"
            continue
        if token.type == skip:
            skip = ""
            continue
        if token.type == "heading_open" and token.tag == "h1":
            skip = "heading_close"
            continue
        if skip == "heading_close":
            continue
        if token.type == "heading_open":
            title = tokens[at + 1].content.replace("`", "")
            anchor = waiting[-1] if waiting else _slug(title, anchors)
            token.attrSet("id", anchor)
            out += [Token("html_block", "", 0, content=f'<span id="{name}"></span>') for name in waiting[:-1]]
            anchors += [] if waiting else [anchor]
            headings.append((token.tag, anchor, title))
            waiting = []
        out.append(token)
        if token.type == "heading_close" and headings and headings[-1][1] in short:
            out.append(Token("html_block", "", 0, content=_short(short[headings[-1][1]])))
    return out, anchors, headings


def _short(text: str) -> str:
    from html import escape

    return f'<p class="in-short" lang="nl">{escape(text)}</p>\n'


def _slug(title: str, taken: list[str]) -> str:
    """An anchor for a heading without one."""
    plain = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")
    return f"part-{plain}" if f"part-{plain}" not in taken else f"part-{plain}-{len(taken)}"


def _chapters(headings: list[tuple[str, str, str]]) -> list[Chapter]:
    found: list[tuple[str, str, list[tuple[str, str]]]] = []
    for level, anchor, title in headings:
        if level == "h2":
            found.append((anchor, title, []))
        elif level == "h3" and found:
            found[-1][2].append((anchor, title))
    return [Chapter(anchor, title, tuple(sections)) for anchor, title, sections in found]


def _without_documents(tokens: list[Token]) -> list[Token]:
    """Links to other documents of the repository as plain text: they are no pages of the site."""
    for token in tokens:
        if not token.children:
            continue
        kept, inside = [], False
        for child in token.children:
            if child.type == "link_open" and ".md" in str(child.attrGet("href")):
                inside = True
            elif child.type == "link_close" and inside:
                inside = False
            else:
                kept.append(child)
        token.children = kept
    return tokens


def _tables_in_frames(tokens: list[Token]) -> list[Token]:
    """Tables in frames that scroll by themselves, numbers to the right by a class instead of a style."""
    from html import escape

    from markdown_it.token import Token

    out: list[Token] = []
    title, number = "", 0
    for at, token in enumerate(tokens):
        if token.type == "heading_open":
            title = tokens[at + 1].content.replace("`", "")
        if token.type in ("th_open", "td_open"):
            style = str(token.attrs.pop("style", ""))
            if "right" in style:
                token.attrSet("class", "number")
            if token.type == "th_open" and tokens[at + 1].content.strip():
                token.attrSet("scope", "col")
            elif token.type == "th_open":  # the corner of a table heads nothing
                token.tag = tokens[at + 2].tag = "td"
        if token.type == "table_open":
            number += 1
            label = escape(f"{title}, table {number}")
            out.append(
                Token(
                    "html_block",
                    "",
                    0,
                    content=f'<div class="scroll" tabindex="0" role="group" aria-label="{label}">\n',
                )
            )
        out.append(token)
        if token.type == "table_open":
            out.append(Token("html_block", "", 0, content=f'<caption class="unseen">{label}</caption>\n'))
        if token.type == "table_close":
            out.append(Token("html_block", "", 0, content="</div>\n"))
    return out
