"""The document as one HTML file: nothing fetched, readable with a screen reader, on a telephone and in print.

Its only script is that of the map (``atlas.js``), which works on what is in the page; without it the maps stand below one another.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping
from html import escape
from itertools import count
from pathlib import Path
from typing import Any

from koppelkans.report import palette
from koppelkans.report.document import (
    Atlas,
    Block,
    Bullets,
    Columns,
    Details,
    Document,
    Figure,
    Heading,
    KeyFigures,
    Notice,
    Paragraph,
    Section,
    Table,
    Text,
    blocks_of,
)

HERE = Path(__file__).parent
_FONTS = {400: "Inter-Regular.woff2", 600: "Inter-SemiBold.woff2"}


def html_page(document: Document) -> str:
    """The whole page as text."""
    labels, numbers = document.labels, count(1)
    contents = "".join(f'<li><a href="#{part.anchor}">{escape(part.title)}</a></li>' for part in document.sections)
    body = "".join(_section(part, number, labels, numbers) for number, part in enumerate(document.sections, start=1))
    return f"""<!DOCTYPE html>
<html lang="{document.language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(document.title)}</title>
<style>{_style()}</style>
</head>
<body>
<a class="skip" href="#{document.sections[0].anchor}">{escape(labels["skip"])}</a>
<header class="top"><div class="page">
<h1>{escape(document.title)}</h1>
<p>{escape(document.subtitle)}</p>
</div></header>
<nav aria-label="{escape(labels["contents"])}"><ol class="page">{contents}</ol></nav>
<main class="page">
{_sharing(body)}
</main>
<footer><p class="page">{escape(document.footer)}</p></footer>
{_script(document)}
</body>
</html>
"""


def section_html(part: Section, labels: Mapping[str, str], numbers: Iterator[int]) -> str:
    """The blocks of one section for a page that is not ours: without its heading, script and controls, maps one below the other.

    ``numbers``: goes on counting the figures of that page. Links stay ``#anchor`` of this report; the caller makes them its own.
    """
    flat = [shown for block in part.blocks for shown in (block.figures if isinstance(block, Atlas) else (block,))]
    return _sharing("".join(_block(block, dict(labels), numbers) for block in flat))


def _style() -> str:
    faces = "".join(
        f'@font-face{{font-family:"Inter";font-weight:{weight};font-display:swap;'
        f"src:url(data:font/woff2;base64,{base64.b64encode((HERE / 'fonts' / name).read_bytes()).decode()}) format('woff2')}}"
        for weight, name in _FONTS.items()
    )
    colours = {
        "ink": palette.INK, "soft": palette.SOFT_INK, "paper": palette.PAPER, "panel": palette.PANEL, "line": palette.LINE,
        "accent": palette.ACCENT, **palette.LEVELS,
    }  # fmt: skip
    variables = "".join(f"--{name}:{colour};" for name, colour in colours.items())
    rules = (HERE / "report.css").read_text(encoding="utf-8")
    return f"{faces}:root{{{variables}}}{rules}"


def _script(document: Document) -> str:
    """The script of the maps, where the document has any."""
    has_map = any(isinstance(block, Atlas) for part in document.sections for block in blocks_of(part.blocks))
    return f"<script>\n{(HERE / 'atlas.js').read_text(encoding='utf-8')}</script>" if has_map else ""


def _sharing(body: str) -> str:
    """The page with the background of its maps once: every later map refers to the first that has it."""
    first: dict[str, str] = {}

    def once(found: re.Match[str]) -> str:
        name = first.setdefault(found[2], found[1])
        return found[0] if name == found[1] else f'<use href="#{name}"/>'

    return re.sub(r'<g id="([^"]+-base)">(.*?)</g>', once, body, flags=re.DOTALL)


def _section(part: Section, number: int, labels: dict[str, str], numbers: Any) -> str:
    blocks = "".join(_block(block, labels, numbers) for block in part.blocks)
    return (
        f'<section id="{part.anchor}" aria-labelledby="{part.anchor}-title">'
        f'<h2 id="{part.anchor}-title">{number}. {escape(part.title)}</h2>{blocks}</section>\n'
    )


def _text(text: Text) -> str:
    parts = []
    for run in text:
        inner = escape(run.text)
        if run.strong:
            inner = f"<strong>{inner}</strong>"
        parts.append(f'<a href="{escape(run.link)}">{inner}</a>' if run.link else inner)
    return "".join(parts)


def _block(block: Block, labels: dict[str, str], numbers: Any) -> str:  # noqa: PLR0911 - one line per kind of block
    match block:
        case Paragraph():
            return f'<p class="{block.kind}">{_text(block.text)}</p>'
        case Heading():
            anchor = f' id="{block.anchor}"' if block.anchor else ""
            return f"<h3{anchor}>{escape(block.title)}</h3>"
        case Bullets():
            return "<ul>" + "".join(f"<li>{_text(item)}</li>" for item in block.items) + "</ul>"
        case Notice():
            return f'<div class="notice {block.level}"><p><strong>{escape(block.title)}</strong> {_text(block.text)}</p></div>'
        case KeyFigures():
            return _key_figures(block)
        case Table():
            return _table(block, labels)
        case Figure():
            return _figure(block, labels, next(numbers))
        case Atlas():
            return _atlas(block, labels, numbers)
        case Details():
            inner = "".join(_block(item, labels, numbers) for item in block.blocks)
            return f"<details><summary>{escape(block.title)}</summary>{inner}</details>"
        case Columns():
            left, right = (
                "".join(_block(item, labels, numbers) for item in side) for side in (block.left, block.right)
            )
            return f'<div class="columns{" even" if block.even else ""}"><div>{left}</div><div>{right}</div></div>'


def _key_figures(block: KeyFigures) -> str:
    items = []
    for item in block.items:
        band = f'<span class="band">{escape(item.band)}</span>' if item.band else ""
        items.append(
            f'<div class="figure"><dt>{escape(item.label)}</dt><dd><span class="value">{escape(item.value)}</span> '
            f'<span class="unit">{escape(item.unit)}</span>{band}<span class="basis">{escape(item.basis)} · '
            f'<a href="#{item.method}" aria-label="{escape(block.method_word)}: {escape(item.label)}">'
            f"{escape(block.method_word)}</a></span></dd></div>"
        )
    return f'<dl class="figures">{"".join(items)}</dl>'


def _table(block: Table, labels: dict[str, str]) -> str:
    sides = [' class="number"' if numeric else "" for numeric in block.numeric]
    head = "".join(
        f'<th scope="col"{side}>{escape(title)}</th>' for title, side in zip(block.header, sides, strict=True)
    )
    rows = []
    for number, row in enumerate(block.rows):
        last = ' class="total"' if block.strong_last and number == len(block.rows) - 1 else ""
        cells = "".join(f"<td{side}>{_text(cell)}</td>" for cell, side in zip(row[1:], sides[1:], strict=True))
        rows.append(f'<tr{last}><th scope="row">{_text(row[0])}</th>{cells}</tr>')
    below = " ".join(part for part in (escape(block.note), _method_link(block, labels)) if part)
    note = f'<p class="note">{below}</p>' if below else ""
    return (
        f'<div class="scroll" role="group" tabindex="0" aria-label="{escape(block.caption)}"><table><caption>{escape(block.caption)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>{note}"
    )


def _figure(block: Figure, labels: dict[str, str], number: int) -> str:
    below = " ".join(part for part in (escape(block.note), _method_link(block, labels)) if part)
    note = f'<span class="note">{below}</span>' if below else ""
    return (
        f'<figure id="{block.name}">{_inline(block.svg, block.alt, block.name)}'
        f"<figcaption>{escape(labels['figure'])} {number}. {escape(block.caption)}{'. ' if note else ''}{note}</figcaption></figure>"
    )


def _method_link(block: Table | Figure, labels: dict[str, str]) -> str:
    """The link from a table or figure to its method, with its own name for who hears links one by one."""
    if not block.method:
        return ""
    word = escape(labels["method"])
    return f'<a href="#methode-{block.method}" aria-label="{word}: {escape(block.caption)}">{word}</a>'


def _atlas(block: Atlas, labels: dict[str, str], numbers: Any) -> str:
    """Maps one below the other, with the controls that the script brings to life."""
    said = {name: escape(words) for name, words in block.labels.items()}
    figures = "".join(_figure(figure, labels, next(numbers)) for figure in block.figures)
    layers = "".join(
        f'<label><input type="radio" name="layer" value="{at}"{" checked" if at == 0 else ""}> {escape(title)}</label>'
        for at, title in enumerate(block.titles)
    )
    buttons = "".join(
        f'<button type="button" data-move="{move}" aria-label="{said[move]}" title="{said[move]}">{sign}</button>'
        for move, sign in _MOVES.items()
    )
    street = f"{block.figures[0].name}-street"
    choice = f"<fieldset><legend>{said['layer']}</legend>{layers}</fieldset>" if len(block.titles) > 1 else ""
    return (
        f'<div class="atlas"><div class="controls" hidden>{choice}'
        f'<div class="street"><label for="{street}">{said["streets"]}</label> '
        f'<select id="{street}"><option value="">{said["choose"]}</option></select></div>'
        f'<div class="moves" role="group" aria-label="{said["move"]}">{buttons}</div></div>'
        f'<p class="said" role="status" hidden>{said["hint"]}</p>'
        f'<div class="view" role="group" aria-label="{said["keys"]}">{figures}</div></div>'
    )


_MOVES = {"nearer": "+", "farther": "−", "west": "←", "north": "↑", "south": "↓", "east": "→", "whole": "⤢"}


def _inline(svg: str, alt: str, name: str) -> str:
    """The drawing as part of the page: named, scaling with the page, its ids unlike those of other drawings."""
    svg = re.sub(r'\bid="([^"]+)"', rf'id="{name}-\1"', svg)
    svg = re.sub(r"url\(#([^)]+)\)", rf"url(#{name}-\1)", svg)
    svg = re.sub(r'href="#([^"]+)"', rf'href="#{name}-\1"', svg)
    return svg.replace("<svg ", f'<svg role="img" aria-label="{escape(alt)}" class="drawing" ', 1)
