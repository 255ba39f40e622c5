"""Plans side by side as a note to a city council: the question, what differs, what it does, what is not known, what to decide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from koppelkans import disclosure
from koppelkans.errors import DataError
from koppelkans.plan.record import Plan
from koppelkans.report.business import ordered_project
from koppelkans.report.document import inside
from koppelkans.report.material import Material, Words
from koppelkans.report.network import connected_text, gap_text
from koppelkans.report.notation import Notation
from koppelkans.report.note_choices import choice_lines
from koppelkans.report.note_decisions import decisions
from koppelkans.report.published_network import PLAN, PublishedNetwork
from koppelkans.report.sources import figure_label, signed_share

_MILLION, _THOUSAND, _M_PER_KM = 1e6, 1e3, 1e3
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_HEATINGS = ("heat_network", "air_heat_pump", "gas_boiler")
_HEAVIEST = 3
_HALF = 0.5


def council_note(*plans: Plan, language: str = "nl") -> str:
    """Two or more plans compared, as a note of about one page in Markdown; it reads as plain text too.

    Only what a report may publish is said. Every figure carries its unit, and its band where one was computed.
    Raises DataError for less than two plans or more than the alphabet has letters, KoppelkansError for an unknown language.
    """
    if not 2 <= len(plans) <= len(_LETTERS):
        raise DataError(f"a note compares 2 to {len(_LETTERS)} plans, found {len(plans)}")
    words, notation = Words(language), Notation(language)
    compared = [
        Compared(words("note.plan", letter=letter), PublishedNetwork(Material(plan, words, notation)))
        for letter, plan in zip(_LETTERS, plans, strict=False)
    ]
    parts = [
        _heading(compared),
        choice_lines([(one.name, one.material) for one in compared]),
        _effects(compared),
        _unknown(compared),
    ]
    decided = [
        f"{number}. {line}"
        for number, line in enumerate(decisions([(one.name, one.network) for one in compared]), start=1)
    ]
    parts.append([f"## {words('note.decide')}", "", *decided])
    return "\n\n".join("\n".join(part) for part in parts) + "\n"


@dataclass(frozen=True, slots=True)
class Compared:
    """One plan of the note under its letter."""

    name: str
    network: PublishedNetwork

    @property
    def material(self) -> Material:
        """What may be told of the plan."""
        return self.network.material


def _heading(compared: Sequence[Compared]) -> list[str]:
    first = compared[0].material
    words = first.words
    places = list(dict.fromkeys(one.material.plan.place.title for one in compared))
    title = (
        words("note.title", place=places[0])
        if len(places) == 1
        else words("note.title_places", places=words("note.and").join(places))
    )
    made = max(one.material.plan.run.made_on for one in compared)
    lines = [
        f"# {title}", "", words("note.made", version=first.plan.run.engine_version, day=first.notation.day(made)), "",
        f"## {words('note.question')}", "", words("note.question_text", count=len(compared)), "",
    ]  # fmt: skip
    for one in compared:
        plan = one.material.plan
        verdict = f"{words('note.row_verdict')}: {words(f'note.verdict_{one.network.verdict}')}."
        lines.append(
            f"- {words('note.plan_line', plan=one.name, title=plan.scenario.title, place=plan.place.title, verdict=verdict)}"
        )
    return lines


# --------------------------------------------------------------------------------------------------------------------- effects


def _effects(compared: Sequence[Compared]) -> list[str]:
    words, uptake = compared[0].material.words, _uptake_words(compared)
    told = {name: [teller(one) for one in compared] for name, teller in _TOLD.items()}
    rows = [
        [words(f"note.row_{name}", **uptake), *(value or "–" for value in values)]
        for name, values in told.items()
        if any(values)
    ]
    table = _markdown([words("note.item_column"), *(one.name for one in compared)], rows)
    return [f"## {words('note.effects')}", "", *table, "", words("note.band_note"), *_bills(compared)]


def _markdown(header: list[str], rows: list[list[str]]) -> list[str]:
    """A table in Markdown, its columns aligned so that it reads as plain text."""
    widths = [max(len(row[at]) for row in [header, *rows]) for at in range(len(header))]
    line = ["-" * width for width in widths]
    return [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
        for row in [header, line, *rows]
    ]


def _uptake_words(compared: Sequence[Compared]) -> dict[str, str]:
    """The highest and lowest uptake below the plan, for the names of rows."""
    notation = compared[0].material.notation
    for one in compared:
        less = _less(one.network)
        if len(less):
            ends = less["connected_share"]
            return {"most": notation.share(ends.max()), "least": notation.share(ends.min())}
    return {"most": "", "least": ""}


def _less(network: PublishedNetwork) -> pd.DataFrame:
    """The rows of the business case below the plan, highest uptake first; none where it may not be published."""
    project = ordered_project(network.table("project"))
    return project[project.index != PLAN] if network.publishable else project.iloc[:0]


def _connected(one: Compared) -> str:
    network = one.network
    if network.verdict != "pays":
        return ""
    if not network.publishable:
        return one.material.words("page.hidden")
    return f"{connected_text(network)} ({one.material.notation.share(network.share)})"


def _of_variant(one: Compared, text: Any) -> str:
    row = one.network.chosen
    return str(text(row, one.material.notation)) if row is not None and one.network.publishable else ""


def _saved(one: Compared) -> str:
    def text(row: dict[str, Any], notation: Notation) -> str:
        saved, most = (row["without_eur_per_year"] - row[name] for name in ("whole_eur_per_year", "bound_eur_per_year"))
        return f"{notation.rounded(saved / _THOUSAND)} ({notation.rounded(most / _THOUSAND)})"

    return _of_variant(one, text)


def _indicator(one: Compared, name: str, factor: float = 1.0) -> str:
    row, notation = one.material.indicator(name), one.material.notation
    if row is None:
        return ""
    band = notation.range(row["low"] * factor, row["high"] * factor)
    return notation.rounded(row["value"] * factor) + (f" ({band})" if band else "")


def _case(one: Compared, column: str, decimals: int) -> str:
    """A figure of the business case as planned, with what it becomes at lower uptake between brackets."""
    plan, less, notation = one.network.plan_case, _less(one.network)[column].dropna(), one.material.notation
    if plan is None:
        return ""
    value = notation.number(plan[column], decimals)
    if less.empty:
        return value
    most, least = (notation.number(less.iloc[at], decimals) for at in (0, -1))
    return one.material.words("note.with_less", value=value, most=most, least=least)


def _price(one: Compared) -> str:
    plan = one.network.plan_case
    return "" if plan is None else one.material.notation.number(plan["heat_price_eur_per_mwh"])


def _threshold(one: Compared) -> str:
    known, notation, words = one.network.thresholds, one.material.notation, one.material.words
    if known.empty:
        return ""
    middle, low, high = (
        notation.share(value) if value <= 1 else words("netmap.impossible")
        for value in known[["share", "low_share", "high_share"]].median()
    )
    return f"{middle} ({low}–{high})"


def _streets(one: Compared) -> str:
    known = one.network.thresholds
    return (
        ""
        if known.empty
        else one.material.words("note.streets_of", half=int((known["share"] <= _HALF).sum()), all=len(known))
    )


_TOLD = {
    "verdict": lambda one: one.material.words(f"note.verdict_{one.network.verdict}"),
    "connected": _connected,
    "temperature": lambda one: _of_variant(one, lambda row, _: f"{row['supply_c']:.0f}/{row['return_c']:.0f}"),
    "length": lambda one: _of_variant(one, lambda row, notation: notation.rounded(row["main_m"] / _M_PER_KM, one.network.digits)),
    "society": lambda one: _indicator(one, "society_after_keur_per_year", 1 / _THOUSAND),
    "saved": _saved,
    "network": lambda one: _of_variant(one, lambda row, notation: notation.rounded(row["investment_eur"] / _MILLION, one.network.digits)),
    "buildings": lambda one: _indicator(one, "investment_meur"),
    "co2": lambda one: _indicator(one, "co2_after_tonnes"),
    "break_even": lambda one: _case(one, "break_even_eur_per_mwh", 0),
    "price": _price,
    "dscr": lambda one: _case(one, "min_dscr", 2),
    "threshold": _threshold,
    "streets": _streets,
}  # fmt: skip
"""Rows of the table of effects: how each is told for one plan."""


def _bills(compared: Sequence[Compared]) -> list[str]:
    words = compared[0].material.words
    told = [_bill_texts(one) for one in compared]
    people = list(dict.fromkeys(household for texts in told for household in texts))
    if not people:
        return []
    rows = [[household, *(texts.get(household, "–") for texts in told)] for household in people]
    return [
        "",
        f"{words('note.bills')}:",
        "",
        *_markdown([words("bills.household_column"), *(one.name for one in compared)], rows),
    ]


def _bill_texts(one: Compared) -> dict[str, str]:
    """The yearly bill of each typical household by heating, vulnerable households first."""
    material = one.material
    if int((material.heated["dwellings"] > 0).sum()) < disclosure.RULES.contributors:
        return {}
    summed = material.printed("bills").groupby(["household", "heating"], sort=False)["incl_vat_eur"].sum()
    bills = {str(household): here.droplevel(0).to_dict() for household, here in summed.groupby(level=0)}
    households = material.printed("households").sort_values("vulnerable", ascending=False, kind="stable")
    shown = [heating for heating in _HEATINGS if heating != "heat_network" or one.network.verdict == "pays"]
    texts = {}
    for key, row in households.iterrows():
        own = bills.get(str(key), {})
        known = [(heating, own[heating]) for heating in shown if heating in own]
        parts = [
            material.words(
                "note.bill",
                heating=inside(material.words.name("heatings", heating)),
                amount=material.notation.number(amount),
            )
            for heating, amount in known
        ]
        if parts:
            texts[material.title(row)] = ", ".join(parts)
    return texts


# --------------------------------------------------------------------------------------------------------------------- unknown


def _unknown(compared: Sequence[Compared]) -> list[str]:
    """What stands behind the figures, each sentence once with the plans it holds for."""
    words = compared[0].material.words
    held: dict[str, list[str]] = {}
    for one in compared:
        for line in _doubts(one):
            held.setdefault(line, []).append(one.name)
    lines = [words("note.holds_for", plans=words("note.and").join(names), line=line) for line, names in held.items()]
    assumed = dict.fromkeys(
        source.name for one in compared for source in one.material.plan.scenario.sources if source.assumption
    )
    lines += [words("note.assumed", name=name) for name in assumed]
    return [f"## {words('note.unknown')}", "", *(f"- {line}" for line in [*lines, words("note.behaviour")])]


def _doubts(one: Compared) -> list[str]:
    """What stands behind the figures of one plan: unofficial ones, the heaviest, what the band leaves out, the gap, warnings."""
    material, words, network = one.material, one.material.words, one.network
    figures = material.printed("figures")
    unofficial = int((figures["standing"] != "official").sum())
    lines = [words("note.unofficial", count=unofficial, all=len(figures)), *_heaviest(material)]
    if network.publishable and network.chosen is not None:
        lines += [gap_text(network, network.chosen), words("note.network_band")]
    warnings = int((material.printed("remarks")["level"] == "warning").sum())
    return [*lines, words("note.warnings", count=warnings)] if warnings else lines


def _heaviest(material: Material) -> list[str]:
    """The figures that move the cost to society most, with both ends."""
    figures = material.printed("figures")
    moved = figures.dropna(subset=["influence_low_share", "influence_high_share"]).drop_duplicates("parameter")
    size = moved[["influence_low_share", "influence_high_share"]].abs().max(axis=1)
    heaviest = moved.loc[size.sort_values(ascending=False, kind="stable").index[:_HEAVIEST]]
    told = [
        material.words(
            "note.figure", label=figure_label(row, material), low=signed_share(material, row["influence_low_share"]),
            high=signed_share(material, row["influence_high_share"]),
        )
        for row in heaviest.to_dict("records")
    ]  # fmt: skip
    return [material.words("note.heaviest", figures="; ".join(told))] if told else []
