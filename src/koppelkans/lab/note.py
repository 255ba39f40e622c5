"""A policy note of at most two pages per lever: the rule, households with the vulnerable first, the project, budgets, what is not known."""

from __future__ import annotations

import math
from dataclasses import replace

import pandas as pd

from koppelkans.errors import KoppelkansError
from koppelkans.lab import words as terms
from koppelkans.lab.effects import BEFORE, LATER, SCENARIO, TODAY
from koppelkans.lab.note_draft import LEVELS, THRESHOLD, Draft, by_state, cell
from koppelkans.lab.note_first_page import first_page
from koppelkans.lab.note_response import back_tested, decisive_figure, headline, last_year, shown_rows, why_no_riders
from koppelkans.lab.result import LabResult
from koppelkans.lab.solved import GAS_LEVERS, SHIFT_LEVERS
from koppelkans.lab.words import Language, said
from koppelkans.parameters import read_parameters
from koppelkans.parameters.english import label_in, source_in
from koppelkans.parameters.levers import Setting
from koppelkans.report.document import Block, Bullets, Document, Heading, Paragraph, Section, plain
from koppelkans.report.pdf import pdf_bytes

PAGES = 2
SOLVED_ROWS = {
    "tariff_shift": (SHIFT_LEVERS, (
        "losing_share", "ratio_marginal", "gas_addition", "electricity_reduction", "moved", "credits", "protection_price",
    )),
    "gas_exit": (GAS_LEVERS, (
        "vulnerable_share_2040", "tariff_2030", "tariff_2040", "stranded", "contribution", "closing_cost", "residual",
    )),
}  # fmt: skip
"""Rows of the solvers that a note shows, vulnerable first, and the levers that they belong to."""
WHY_NETWORK = "Warmtenet in de respons"
"""How the remark begins that says why the network comes about or not."""
CROWDED = 2
"""From this level on a note shows only the tables of its own lever."""
PROJECT_ROWS = (
    "break_even_heat_price",
    "threshold_median",
    "irr",
    "npv",
    "min_dscr",
    "connected_dwellings",
    "investment",
)


def lever_note(result: LabResult, setting: Setting, *, language: Language = "nl") -> tuple[Document, bytes]:
    """The note on one lever of a result, as a document and as the PDF of it, at most two A4 pages.

    What does not fit falls away step by step: rules that stay the same, then groups and remarks; never a vulnerable household. Room that
    is then left goes to the response. Raises KoppelkansError should two pages not hold even that. Method: docs/method.md#lab-note.
    """
    for level in LEVELS:
        made = _fitting(Draft(result, setting, language, level, level))
        if made is not None:
            fuller = (_fitting(Draft(result, setting, language, level, more)) for more in LEVELS[:level])
            return next((one for one in fuller if one is not None), made)
    raise KoppelkansError(f"the note on {setting.lever.name} does not fit on {PAGES} pages")


def _fitting(draft: Draft) -> tuple[Document, bytes] | None:
    document = _document(draft)
    pdf = pdf_bytes(document)
    return (document, pdf) if pages_of(pdf) <= PAGES else None


def pages_of(pdf: bytes) -> int:
    """The number of pages of a PDF that Typst wrote."""
    return pdf.count(b"/Type/Page") - pdf.count(b"/Type/Pages")


def _document(draft: Draft) -> Document:
    """The whole note."""
    result, day = draft.result, draft.result.scenario.reference_date
    return Document(
        title=draft.say("title", title=said((draft.setting.lever.title_nl, draft.setting.lever.title_en), draft.language)),
        subtitle=draft.say(
            "subtitle", where=result.title, day=draft.notation.day(day), world=said(terms.WORLDS[result.scenario.price_world], draft.language), id=result.result_id,
            version=result.engine_version,
        ),
        language=draft.language, date={"year": day.year, "month": day.month, "day": day.day}, footer=draft.say("footer", id=result.result_id),
        sections=(
            Section("regel", draft.say("first"), tuple(first_page(draft))),
            Section("effect", draft.say("second"), (*_response(draft), *_project(draft), *_budgets(draft), *_solved(draft), *_uncertainty(draft), *_left_out(draft), *_sources(draft))),
        ),
        labels={name: draft.say(name) for name in ("skip", "contents", "page", "figure", "method")},
    )  # fmt: skip


def _project(draft: Draft) -> list[Block]:
    head = Heading(draft.say("project"))
    if "project" not in draft.result.tables:
        why = draft.say("no_network" if draft.result.households else "no_place")
        return [head, Paragraph(plain(draft.say("project_none", why=why)))]
    if not draft.result.publishable:
        return [head, Paragraph(plain(draft.say("hidden")))]
    frame = draft.result.tables["project"]
    if not draft.on_network and same_under_levers(frame):
        now = frame[frame["state"] == TODAY].set_index("outcome")[["value", "unit"]].to_dict("index")
        shown = {name: draft.figure(row["value"], row["unit"], str(name)) for name, row in now.items()}
        threshold = shown[THRESHOLD] + ("" if shown[THRESHOLD] == draft.say("impossible") else " %")
        text = draft.say(
            "same_project",
            price=shown["break_even_heat_price"],
            dwellings=shown["connected_dwellings"],
            threshold=threshold,
        )
        return [head, Paragraph(plain(text))]
    rows = PROJECT_ROWS[: (7, 7, 6, 4)[draft.level]]
    return [head, draft.table(frame, rows, said(terms.TABLES["project"], draft.language))]


def _response(draft: Draft) -> list[Block]:
    """What people and companies do under the rules, of a place that has dwellings."""
    if "lab_response" not in draft.result.tables:
        return []
    head = Heading(said(terms.TABLES["lab_response"], draft.language))
    if not draft.result.publishable:
        return [head, Paragraph(plain(draft.say("hidden")))]
    frame, bands = draft.result.tables["lab_response"], draft.result.tables["lab_response_bands"]
    part, outcomes = shown_rows(frame, draft.response_level, on_network=draft.on_network)
    shares = headline(frame)
    numbers = {name: draft.notation.number(100 * value) for name, value in shares.items()}
    homes = {f"homes_{name}": _homes(draft, shares[name]) for name in ("now", "then")}
    texts = [draft.say("response", year=last_year(frame), levers=draft.levers, **numbers, **homes), *_network(draft)]
    decisive = decisive_figure(bands)
    if decisive:
        texts.append(draft.say("decisive", figure=terms.figure_name(decisive, draft.language)))
    found = back_tested()
    if found is not None:
        texts.append(
            draft.say(
                "tested", first=found.first, last=found.last, missed=draft.notation.number(100 * found.missed_share)
            )
        )
    limits = [draft.say("cannot")]
    if not {"free_riders", "cost_per_extra"} <= set(outcomes) and draft.response_level < LEVELS[-1]:
        limits.append(draft.say("no_riders", why=draft.say(why_no_riders(frame))))
    table = draft.table(part, outcomes, draft.say("response_table"), draft.coarse)
    return [head, Paragraph(plain(" ".join(texts))), replace(table, note=" ".join(limits))]


def _homes(draft: Draft, share: float) -> str:
    """How many homes a share of the place is, between brackets; nothing where that is not known."""
    total = draft.result.dwellings
    return "" if math.isnan(total * share) else f" ({draft.notation.rounded(total * share, 2)})"


def _network(draft: Draft) -> list[str]:
    """Whether the heat network of the plan comes about in the response, and why or why not."""
    comes = draft.network_comes
    if comes is None:
        return []
    if comes[0] == comes[1]:
        text = draft.say("comes_both" if comes[0] else "comes_neither", levers=draft.levers)
    else:
        now, then = (draft.say("comes" if one else "comes_not") for one in comes)
        text = draft.say("network", now=now, then=then, levers=draft.levers)
    remarks = draft.result.remarks
    why = remarks[(remarks["about"] == "lab_response") & remarks["text"].str.startswith(WHY_NETWORK)]
    return [text, *why["text" if draft.language == "nl" else "text_en"].head(1)]


def same_under_levers(frame: pd.DataFrame) -> bool:
    """Whether the levers leave every row of a table as it is, today and later."""
    wide = by_state(frame)
    pairs = [(state, BEFORE[state]) for state in (SCENARIO, LATER) if state in wide and BEFORE[state] in wide]
    return all(
        ((wide[one] - wide[other]).abs().fillna(0) <= _SAME * (1 + wide[other].abs().fillna(0))).all()
        and (wide[one].isna() == wide[other].isna()).all()
        for one, other in pairs
    )


_SAME = 1e-6


def _budgets(draft: Draft) -> list[Block]:
    blocks: list[Block] = [Heading(draft.say("budgets"))]
    if not draft.result.publishable:
        return [*blocks, Paragraph(plain(draft.say("hidden")))]
    if "budgets" in draft.result.tables:
        frame = draft.result.tables["budgets"]
        shown = frame[frame["group"].isin(("grid_operator", "treasury", "flanders", "ets2"))]
        if same_under_levers(shown):
            blocks.append(Paragraph(plain(draft.say("same_budgets"))))
        else:
            blocks.append(draft.table(shown, (), said(terms.TABLES["budgets"], draft.language)))
    if "plan_budgets" in draft.result.tables and draft.level < CROWDED:
        blocks.append(
            draft.table(draft.result.tables["plan_budgets"], (), said(terms.TABLES["plan_budgets"], draft.language))
        )
    return blocks


def _solved(draft: Draft) -> list[Block]:
    own = draft.setting.lever.name
    found = [
        (name, rows[: (7, 6, 4, 3)[draft.level]]) for name, (levers, rows) in SOLVED_ROWS.items()
        if name in draft.result.tables and (draft.level < CROWDED or own in levers)
    ]  # fmt: skip
    if not found:
        return []
    tables = [
        draft.table(draft.result.tables[name], rows, said(terms.TABLES[name], draft.language)) for name, rows in found
    ]
    return [Heading(draft.say("solved")), *tables]


def _uncertainty(draft: Draft) -> list[Block]:
    if "groups" not in draft.result.tables:
        return []
    frame = draft.result.tables["groups"]
    bill = frame[(frame["outcome"] == "yearly_bill") & (frame["state"] == SCENARIO)].set_index("group")
    bands = draft.result.tables["bands"]
    worlds = bands[(bands["group"] == "everybody") & bands["outcome"].str.startswith("price_world")]["value"]
    show = draft.notation.number
    first = "vulnerable" if "vulnerable" in bill.index else "everybody"
    blocks: list[Block] = [Heading(draft.say("uncertainty")), Paragraph(plain(draft.say(
        "uncertain", low=show(cell(bill, first, "low")), high=show(cell(bill, first, "high")), alow=show(cell(bill, "everybody", "low")),
        ahigh=show(cell(bill, "everybody", "high")), wlow=show(worlds.min()), whigh=show(worlds.max()),
    )))]  # fmt: skip
    figures = bands[bands["outcome"].str.startswith("figure_")].head(3)
    if len(figures):
        known = read_parameters().entries
        names = [
            label_in(known[name.split("@")[0]], draft.language)
            for name in figures["group"]
            if name.split("@")[0] in known
        ]
        blocks.append(Paragraph(plain(draft.say("figures", names="; ".join(dict.fromkeys(names))))))
    return blocks


def _left_out(draft: Draft) -> list[Block]:
    remarks = draft.result.remarks
    about = remarks["about"]
    own, general, of_levers = (
        about == f"lever.{draft.setting.lever.name}",
        about == "lab",
        about.str.startswith("lever."),
    )
    response = about == "lab_response"
    warned = remarks["level"] == "warning"
    rest = remarks[warned & ~own & ~general & ~of_levers & ~response]
    ordered = pd.concat([remarks[own], remarks[response & warned], remarks[general], rest])
    column = "text" if draft.language == "nl" else "text_en"
    texts = list(dict.fromkeys(ordered[column]))[: (7, 6, 4, 3)[draft.level]]
    return [Heading(draft.say("left_out")), Bullets(tuple(plain(text) for text in texts))]


def _sources(draft: Draft) -> list[Block]:
    frame = draft.result.rules[draft.result.rules["lever"] == draft.setting.lever.name]
    known = read_parameters().sources
    titles = dict.fromkeys(
        source_in(name, str(known[name]["title"]), draft.language) for name in frame["source"] if name in known
    )
    text = "; ".join(list(titles)[: (6, 4, 3, 2)[draft.level]])
    return [Heading(draft.say("sources")), Paragraph(plain(f"{text}."), "note")] if text else []
