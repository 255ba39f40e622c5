"""The report of a plan cut into the views of the site: which chapter stands where, and who may read it.

The report has passed disclosure control. Two things in it do not go to everybody on a page: what matters to a tender (prices of heat
sources, cash flow and break-even price of the heat company) and years that the engine computed.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape
from itertools import count
from typing import Any, Literal

from koppelkans.report.document import (
    Atlas,
    Block,
    Details,
    Document,
    Figure,
    Heading,
    Paragraph,
    Section,
    Table,
    blocks_of,
    plain,
    words_of,
)
from koppelkans.report.html import section_html
from koppelkans.report.material import Words

Audience = Literal["public", "tender", "team"]
AUDIENCES: tuple[Audience, ...] = ("public", "tender", "team")
TENDER_INDICATORS = ("network_break_even_eur_per_mwh", "network_npv_meur", "response_heat_price")
"""Indicators that tell a bidder what the heat company can bear."""

_VIEWS = {
    "start": "gebouwen", "vraag": "gebouwen", "ijking": "gebouwen", "renovatie": "gebouwen", "oplossingen": "gebouwen", "keuze": "gebouwen",
    "labels": "gebouwen", "volgordes": "gebouwen", "planning": "kalender", "bewijs": "aannames", "warmtedichtheid": "straten", "warmtenet": "net",
    "facturen": "gezinnen", "uitstoot": "uitstoot", "gegevens": "aannames", "cijfers": "aannames", "kanttekeningen": "aannames",
    "bronnen": "aannames", "zakenplan": "geld", "warmtevoorziening": "net", "grootboek": "geld", "per-straat": "net",
    "robuustheid": "net", "net-perioden": "kalender", "werken": "kalender", "straatruimte": "straten", "gedrag": "gezinnen",
    "warmtemarkt": "gezinnen",
}  # fmt: skip
"""View of each chapter of the report, and of the anchors inside that other chapters point at."""
MARKET = "warmtemarkt"
"""Heading of the prices at which a heat company and its customers settle."""
PERIODS = "net-perioden"
"""Heading of the network in periods: the years in it are computed."""
_TEXTS = {
    "nl": {
        "drawing": "Tekening", "kaarten": "Kaarten", "prices": "Kostendekkende prijs en waarde van het net", "years": "Wanneer elke volgorde klaar is (berekend)",
        "planning": "De berekende jaren blijven bij het projectteam: wanneer een straat of woning aan de beurt komt, beslissen eigenaars en gemeente.",
    },
    "en": {
        "drawing": "Drawing", "kaarten": "Maps", "prices": "Break-even price and value of the network", "years": "When each ordering is done (computed)",
        "planning": "Computed years stay with the project team: when a street or home has its turn is decided by owners and municipality.",
    },
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of the report on one view, for one audience: everybody, everybody once the tender is open, or the team."""

    view: str
    audience: Audience
    section: Section


def parts(document: Document, *, tender_words: Collection[str], has_network: bool) -> list[Part]:
    """Every piece of a report in reading order.

    ``tender_words``: names of the indicators and texts of the remarks that matter to a tender: rows of tables with one of these stand apart.
    The summary is left out: the first page of a plan says the same from its figures. So are the methods in short: they have a page.
    """
    words, found = Words(document.language), [Part("kaart", "public", _maps(document))]
    for section in document.sections:
        match section.anchor:
            case "samenvatting":
                continue
            case "warmtenet":
                found += _network(section, words)
            case "uitstoot":
                found += _effects(section, words, tender_words, has_network=has_network)
            case "kanttekeningen":
                found += _remarks(section, tender_words)
            case "volgordes":
                found += _orderings(section, words)
            case "gedrag":
                found += _response(section, words, has_network=has_network)
            case "planning":
                found += _planning(section, words)
            case "bronnen":
                found.append(
                    Part("aannames", "public", replace(section, blocks=_without_methods(section.blocks, words)))
                )
            case _:
                found.append(Part(_VIEWS[section.anchor], "public", section))
    return [part for part in found if part.section.blocks]


def without_years(document: Document) -> Document:
    """The same report without years that the engine computed: what everybody may download."""
    words = Words(document.language)
    told = Paragraph(plain(_TEXTS[document.language]["planning"]))
    sections = [
        replace(section, blocks=(told,)) if section.anchor == "planning" else section for section in document.sections
    ]
    open_parts = {
        section.anchor: _orderings(section, words)[0].section for section in sections if section.anchor == "volgordes"
    }
    open_parts |= {
        section.anchor: replace(section, blocks=_apart(section.blocks, PERIODS)[0])
        for section in sections
        if section.anchor == "warmtenet"
    }
    return replace(document, sections=tuple(open_parts.get(section.anchor, section) for section in sections))


def _maps(document: Document) -> Section:
    """All maps of the report below one another; the map of the summary only where no chapter has its own."""
    drawn: dict[str, Figure] = {}
    for section in document.sections[1:]:
        for block in blocks_of(section.blocks):
            if isinstance(block, Atlas):
                drawn |= {figure.name: figure for figure in block.figures}
    if not drawn:
        first = blocks_of(document.sections[0].blocks)
        drawn = {block.name: block for block in first if isinstance(block, Figure)}
    return Section("kaarten", _TEXTS[document.language]["kaarten"], tuple(drawn.values()))


def _network(section: Section, words: Words) -> list[Part]:
    """The network for everybody; prices of its sources and the business case apart, and its periods for the team alone."""
    blocks, periods = _apart(section.blocks, PERIODS)
    sources, business = words("network.source_table"), _at(blocks, "zakenplan")
    closed = (sources, words("supply.costs"))
    before, after = blocks[:business], blocks[business + 1 :]
    priced = tuple(block for block in before if isinstance(block, Table) and block.caption in closed)
    rest = tuple(block for block in before if block not in priced)
    return [
        Part("net", "public", replace(section, blocks=rest)),
        Part("net", "tender", Section("warmtebronnen", sources, priced)),
        Part("geld", "tender", Section("zakenplan", words("business.title"), after)),
        Part("kalender", "team", Section(PERIODS, words("netphases.title"), periods)),
    ]


def _apart(blocks: Sequence[Block], anchor: str) -> tuple[tuple[Block, ...], tuple[Block, ...]]:
    """The other blocks, and those below the heading with an anchor, up to the next heading."""
    first = _at(blocks, anchor)
    last = next((at for at, block in enumerate(blocks) if at > first and isinstance(block, Heading)), len(blocks))
    return (*blocks[:first], *blocks[last:]), tuple(blocks[first + 1 : last])


def _effects(section: Section, words: Words, tender_words: Collection[str], *, has_network: bool) -> list[Part]:
    """Indicators on one view, the ledger on another; with a network the ledger holds the cash flow of the heat company."""
    titled = [
        at
        for at, block in enumerate(section.blocks)
        if isinstance(block, Heading) and block.title == words("effects.ledger")
    ]
    at = titled[0] if titled else len(section.blocks)
    open_blocks, closed = _split(section.blocks[:at], tender_words)
    ledger = Section("grootboek", words("effects.ledger"), section.blocks[at + 1 :])
    return [
        Part("uitstoot", "public", replace(section, blocks=open_blocks)),
        Part("geld", "tender", Section("warmteprijs", _TEXTS[words.language]["prices"], closed)),
        Part("geld", "tender" if has_network else "public", ledger),
    ]


def _response(section: Section, words: Words, *, has_network: bool) -> list[Part]:
    """What people do for everybody; at which prices a heat company could do with it, and what it is paid, apart where there is a network."""
    if not has_network:
        return [Part("gezinnen", "public", section)]
    rest, market = _apart(section.blocks, MARKET)
    money = tuple(
        block for block in rest if isinstance(block, Details) and block.title == words("response.money_title")
    )
    return [
        Part("gezinnen", "public", replace(section, blocks=tuple(block for block in rest if block not in money))),
        Part("gezinnen", "tender", Section(MARKET, words("response.network"), (*market, *money))),
    ]


def _planning(section: Section, words: Words) -> list[Part]:
    """The periods of the works for the team alone; how good the answer is for everybody."""
    titled = [
        at
        for at, block in enumerate(section.blocks)
        if isinstance(block, Heading) and block.title == words("schedule.proof_title")
    ]
    at = titled[0] if titled else len(section.blocks)
    proof = Section("bewijs", words("schedule.proof_title"), section.blocks[at + 1 :])
    return [Part("kalender", "team", replace(section, blocks=section.blocks[:at])), Part("aannames", "public", proof)]


def _remarks(section: Section, tender_words: Collection[str]) -> list[Part]:
    """The remarks, those with prices of sources or of the business case apart."""
    open_blocks, closed = _split(section.blocks, tender_words)
    return [
        Part("aannames", "public", replace(section, blocks=open_blocks)),
        Part("aannames", "tender", Section("kanttekeningen-warmtenet", section.title, closed)),
    ]


def _orderings(section: Section, words: Words) -> list[Part]:
    """The three orderings; the year in which each is done for the team alone."""
    open_blocks, closed = _split(section.blocks, {words("orderings.row_last_year")})
    return [
        Part("gebouwen", "public", replace(section, blocks=open_blocks)),
        Part("kalender", "team", Section("volgordes-jaren", _TEXTS[words.language]["years"], closed)),
    ]


def _split(blocks: Sequence[Block], told: Collection[str]) -> tuple[tuple[Block, ...], tuple[Block, ...]]:
    """Blocks without the rows that have a cell with one of these texts, and tables with those rows alone."""
    kept: list[Block] = []
    taken: list[Block] = []
    for block in blocks:
        if not isinstance(block, Table):
            kept.append(block)
            continue
        apart = tuple(row for row in block.rows if any(words_of(cell) in told for cell in row))
        kept.append(replace(block, rows=tuple(row for row in block.rows if row not in apart)) if apart else block)
        taken += [replace(block, rows=apart, strong_last=False)] if apart else []
    return tuple(kept), tuple(taken)


def _without_methods(blocks: Sequence[Block], words: Words) -> tuple[Block, ...]:
    first, last = (
        next(
            (at for at, block in enumerate(blocks) if isinstance(block, Heading) and block.title == words(key)),
            len(blocks),
        )
        for key in ("sources.method", "sources.run")
    )
    return (*blocks[:first], *blocks[last:])


def _at(blocks: Sequence[Block], anchor: str) -> int:
    """Where the heading with an anchor stands; the end when there is none."""
    return next(
        (at for at, block in enumerate(blocks) if isinstance(block, Heading) and block.anchor == anchor), len(blocks)
    )


# ------------------------------------------------------------------------------------------------------------------------ pages


def views(found: Sequence[Part], audience: Audience, document: Document) -> dict[str, list[dict[str, Any]]]:
    """The pieces of one audience as HTML, by view: ``order``, ``anchor``, ``title``, ``html`` and ``tables`` (rows as printed)."""
    numbers: dict[str, Iterator[int]] = {}
    shown: dict[str, list[dict[str, Any]]] = {}
    for order, part in enumerate(found):
        html = section_html(part.section, document.labels, numbers.setdefault(part.view, count(1)))
        if part.audience == audience:
            shown.setdefault(part.view, []).append({
                "order": order, "anchor": part.section.anchor, "title": part.section.title, "tables": printed_tables(part.section),
                "html": page_html(html, part, document.language),
            })  # fmt: skip
    return shown


def printed_tables(section: Section) -> list[dict[str, Any]]:
    """The tables of a section as texts, in the order of the page: what its downloads hold."""
    found = [block for block in blocks_of(section.blocks) if isinstance(block, Table)]
    return [
        {
            "name": f"{section.anchor}-{number}", "caption": table.caption, "header": list(table.header),
            "rows": [[words_of(cell).replace("\n", " ").replace("\u2060", "") for cell in row] for row in table.rows],
        }
        for number, table in enumerate(found, start=1)
    ]  # fmt: skip


def page_html(html: str, part: Part, language: str) -> str:
    """The HTML of a piece as the policy of the site allows, links leading to the pages of the site, a download below each table."""
    html = strict(_with_ids(html, part.section.anchor))
    tables = iter(printed_tables(part.section))
    html = _FIGURE.sub(
        rf'\1<div class="scroll drawn" tabindex="0" role="group" aria-label="{_TEXTS[language]["drawing"]}">\2</div>',
        html,
    )
    html = re.sub(r"</table></div>", lambda _: f"</table></div>{_download(next(tables))}", html)
    return re.sub(r'<a href="#([^"]+)"', lambda found: f'<a href="{_address(found[1], part.view, language)}"', html)


_FIGURE = re.compile(r"(<figure[^>]*>)(<svg.*?)(?=<figcaption)", re.DOTALL)
"""A drawing and its caption; on a telephone the drawing keeps letters that can be read and slides in a frame of its own."""


def _with_ids(html: str, anchor: str) -> str:
    """Ids of drawings that stand in several pieces of one page made different."""
    ids: Mapping[str, str] = {name: f"{anchor}-{name}" for name in re.findall(r'\bid="(map[^"]*)"', html)}
    html = re.sub(r'\bid="(map[^"]*)"', lambda found: f'id="{ids[found[1]]}"', html)
    html = re.sub(r'(<use[^>]*href=")#([^"]+)"', lambda found: f'{found[1]}#{ids.get(found[2], found[2])}"', html)
    return re.sub(r"url\(#([^)]+)\)", lambda found: f"url(#{ids.get(found[1], found[1])})", html)


def _download(table: Mapping[str, Any]) -> str:
    named = f'CSV<span class="unseen">: {escape(str(table["caption"]))}</span>'
    return f'<p class="download"><a href="tabel/{table["name"]}.csv" download>{named}</a></p>'


def _address(anchor: str, view: str, language: str) -> str:
    """Where an anchor of the report stands on the site, seen from a view of the plan."""
    if anchor.startswith("methode-"):
        return f"/{language}/methode/#{anchor.removeprefix('methode-')}"
    if anchor == "samenvatting":
        return "../"
    there = _VIEWS.get(anchor, view)
    return f"#{anchor}" if there == view else f"../{there}/#{anchor}"


_STYLE = re.compile(r'\sstyle="([^"]*)"')


def strict(html: str) -> str:
    """The same without anything that the policy refuses: style attributes become attributes of their own, style and script blocks go."""

    def attributes(found: re.Match[str]) -> str:
        pairs = (rule.split(":", 1) for rule in found[1].split(";") if ":" in rule)
        return "".join(f' {name.strip()}="{value.strip()}"' for name, value in pairs)

    html = re.sub(r"<(style|script)\b.*?</\1>", "", html, flags=re.DOTALL | re.IGNORECASE)
    return _STYLE.sub(attributes, re.sub(r'\son\w+="[^"]*"', "", html))
