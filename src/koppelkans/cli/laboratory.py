"""Commands of the policy laboratory: which levers there are, and what they do to a place or to Flanders."""

from __future__ import annotations

import math
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

if TYPE_CHECKING:
    import pandas as pd

    from koppelkans.parameters.lever_table import Argument
    from koppelkans.tables import RemarkRow

out, err = Console(), Console(stderr=True)


class Language(StrEnum):
    """Language of what is printed and written."""

    nl = "nl"
    en = "en"


class Definition(StrEnum):
    """How the ratio of electricity to gas is measured."""

    marginal = "marginal"
    marginal_with_capacity = "marginal_with_capacity"
    all_in = "all_in"


class Protection(StrEnum):
    """How vulnerable households are protected in a tariff shift."""

    none = "none"
    exemption = "exemption"
    lump_sum = "lump_sum"
    group_credit = "group_credit"
    guarantee = "guarantee"


class LabOutcome(StrEnum):
    """What several levers are taken apart on."""

    vulnerable_bill = "vulnerable_bill"
    heat_price = "heat_price"
    public_cost = "public_cost"
    fossil_free = "fossil_free"


class Oil(StrEnum):
    """Whether oil takes part in a tariff shift."""

    out = "out"
    into = "in"


FLANDERS = "flanders"
WhereArgument = Annotated[str, typer.Argument(metavar="PLACE", help="Gebied, of flanders voor heel Vlaanderen. A place, or flanders.")]  # fmt: skip
LeverOption = Annotated[list[str] | None, typer.Option("--lever", help="Hefboom: naam=waarde of naam:argument=waarde,... Mag meermaals. A lever; may be repeated.")]  # fmt: skip


def levers(
    lang: Annotated[Language, typer.Option("--lang", help="nl of en / nl or en")] = Language.nl,
) -> None:
    """Toon alle hefbomen: grenzen, toestand, wie beslist, wat het recht toelaat. List the levers with bounds and who decides."""
    from koppelkans.lab.words import DECIDES, LEGAL, said
    from koppelkans.parameters.lever_words import NO_REQUEST
    from koppelkans.parameters.levers import LEVERS, not_computable
    from koppelkans.report.notation import Notation

    def words(key: str, **values: object) -> str:
        return said(_LEVERS[key], lang.value).format(**values)

    out.print(words("title", count=len(LEVERS)))
    for lever in LEVERS:
        out.print(
            f"[bold]{lever.name}[/]  {escape(said((lever.title_nl, lever.title_en), lang.value))}", highlight=False
        )
        for argument in lever.arguments:
            out.print(f"    {_bounds(argument, lang)}", highlight=False)
        parts = [
            words("decides", who=", ".join(said(DECIDES[name], lang.value) for name in lever.decides)),
            words("legal", flag=said(LEGAL[lever.legal], lang.value)),
        ]
        if lever.earliest:
            parts.append(words("earliest", day=Notation(lang.value).day(lever.earliest)))
        if lever.items:
            parts.append(words("items", items=", ".join(lever.items)))
        elif lever.name in NO_REQUEST:
            parts.append(said(NO_REQUEST[lever.name], lang.value))
        out.print(f"    [dim]{'; '.join(parts)}[/]", highlight=False)
    missing = not_computable()
    out.print(words("missing", count=len(missing)))
    for key, row in zip(missing.index, missing.to_dict("records"), strict=True):
        reason = escape(str(row[f"reason_{lang.value}"]))
        asked = (
            f" [dim]({escape(str(row['request']))})[/]" if lang is Language.en else ""
        )  # the requests are kept in English only
        out.print(
            f"[bold]{key}[/]  {reason}{asked} [dim]{words('note_item', item=row['note_item'])}[/]", highlight=False
        )


_LEVERS = {
    "title": ("[bold]Hefbomen ({count})[/]  koppelkans lab GEBIED --lever naam:argument=waarde,...\n", "[bold]Levers ({count})[/]  koppelkans lab PLACE --lever name:argument=value,...\n"),
    "decides": ("beslist door {who}", "decided by {who}"), "legal": ("recht: {flag}", "in law: {flag}"), "earliest": ("ten vroegste {day}", "at the earliest {day}"),
    "items": ("vragen {items} van de nota", "requests {items} of the note"), "note_item": ("(nota {item})", "(note {item})"),
    "missing": ("\n[bold]Nog niet te berekenen ({count} van de vragen van de nota)[/]", "\n[bold]Not computed yet ({count} of the requests of the note)[/]"),
    "several": ("een of meer van {choices}, met + ertussen", "one or more of {choices}, with + between them"), "name": ("een naam", "a name"),
    "bool": ("true of false", "true or false"), "range": ("{low} tot {high}{unit}", "{low} to {high}{unit}"),
}  # fmt: skip
"""What the list of levers says, Dutch and English."""


def _bounds(argument: Argument, lang: Language) -> str:
    """One argument with what it may be, and what it means where that is told."""
    from koppelkans.lab.words import said
    from koppelkans.parameters.lever_words import NOTES, UNITS

    single = [choice for choice in argument.choices if "+" not in choice]
    unit = said(UNITS.get(argument.unit, (argument.unit, argument.unit)), lang.value)
    if len(single) < len(argument.choices):
        key = "several"
    elif argument.choices:
        key = ""
    elif argument.kind in ("name", "bool"):
        key = argument.kind
    else:
        key = "range"
    low, high = f"{argument.low:g}", f"{argument.high:g}"  # as it must be typed, in either language
    choices = ", ".join(single)
    allowed = (
        said(_LEVERS[key], lang.value).format(choices=choices, low=low, high=high, unit=f" {unit}" if unit else "")
        if key
        else choices
    )
    note = NOTES.get(argument.note, argument.note) if lang is Language.nl else argument.note
    return escape(f"{argument.name}: {allowed}{f' ({note})' if note else ''}")


def lab(  # noqa: PLR0913, PLR0917 - a command has as many options as there are choices
    place: WhereArgument,
    lever: LeverOption = None,
    ratio: Annotated[float | None, typer.Option("--ratio", min=1.0, max=6.0, help="Los een neutrale tariefverschuiving op naar deze verhouding stroom/gas. Solve a neutral tariff shift to this ratio.")] = None,
    definition: Annotated[Definition, typer.Option("--definition", help="Hoe de verhouding gemeten wordt. How the ratio is measured.")] = Definition.marginal,
    protection: Annotated[Protection, typer.Option("--protection", help="Wie beschermd wordt tegen verlies. How vulnerable households are protected.")] = Protection.guarantee,
    oil: Annotated[Oil, typer.Option("--oil", help="Telt stookolie mee in de verschuiving. Whether oil takes part.")] = Oil.out,
    outcome: Annotated[LabOutcome, typer.Option("--outcome", help="Waarop meerdere hefbomen uit elkaar gehaald worden. What several levers are taken apart on.")] = LabOutcome.vulnerable_bill,
    scenario: Annotated[Path | None, typer.Option("--scenario", help="Scenario als TOML-bestand. Scenario as a TOML file.")] = None,
    rules: Annotated[Path | None, typer.Option("--rules", help="CSV met eigen regels bovenop de meegeleverde. A CSV of rules on top of those shipped.")] = None,
    out_folder: Annotated[Path | None, typer.Option("--out", help="Map van de uitkomst; standaard labo/GEBIED. Folder of the result.")] = None,
    lang: Annotated[Language, typer.Option("--lang", help="nl of en / nl or en")] = Language.nl,
) -> None:  # fmt: skip
    """Reken hefbomen door: vandaag, wat al gestemd is, en uw scenario; kwetsbaren eerst. Weigh levers on a place or on Flanders."""
    from koppelkans.lab import LabChoices, laboratory, printable, write_lab
    from koppelkans.lab.shift import ShiftPolicy
    from koppelkans.parameters import read_parameters
    from koppelkans.parameters.importers import overlay, read_rules
    from koppelkans.people.response.figure_check import refuse_figures
    from koppelkans.place import read_place
    from koppelkans.scenario import Scenario, read_scenario

    chosen = read_scenario(scenario) if scenario else Scenario()
    law, stated = read_parameters(), list["RemarkRow"]()
    if rules is not None:
        law, stated = overlay(law, read_rules(rules))
        refuse_figures(law, chosen.reference_date, where=rules.name)
    policy = None
    if ratio is not None:
        policy = ShiftPolicy(ratio, definition=definition.value, protection=protection.value, oil=oil.value)
    with err.status("Gebied wordt gelezen") as status:
        neighbourhood = None if place == FLANDERS else read_place(place, seed=chosen.seed)
        name = FLANDERS if neighbourhood is None else neighbourhood.name
        result = laboratory(
            neighbourhood, lever or [], scenario=chosen, rules=law, choices=LabChoices(shift=policy, outcome=outcome.value), on_step=status.update,
        )  # fmt: skip
        status.update("Nota's worden gemaakt")
        paths = write_lab(result, out_folder or Path("labo") / name, language=lang.value)
    heading = result.heading if lang is Language.nl else result.heading_en
    if heading:
        out.print(f"[bold]{escape(heading)}[/]")
    for table in result.tables:
        _print_frame(printable(result, table, language=lang.value), lang)
    if "winners" in result.details:
        _print_frame(_by_heating(result.details["winners"], lang), lang)
    column = "text" if lang is Language.nl else "text_en"
    said: list[dict[Any, Any]] = [*stated, *result.remarks.to_dict("records")]
    for row in said:
        if row["level"] == "warning":
            out.print(f"[yellow]![/] {escape(str(row[column]))}", highlight=False)
    out.print(f"[bold]{'Uitkomst' if lang is Language.nl else 'Result'}:[/] {result.result_id}")
    for path in paths:
        if path.suffix in (".html", ".pdf", ".docx", ".json"):
            out.print(escape(str(path)), soft_wrap=True, highlight=False)


def _by_heating(winners: pd.DataFrame, lang: Language) -> pd.DataFrame:
    """Winners and losers of a solved shift by protection and heating, vulnerable first; the file has quartile, tenure and area too."""
    import pandas as pd

    weighed = winners.assign(
        change=winners["mean_change_eur"] * winners["households"],
        losing=winners["losing_share"] * winners["households"],
    )
    sums = (
        weighed.groupby(["vulnerable", "heating"], sort=False)[["households", "change", "losing"]]
        .sum()
        .sort_index(ascending=[False, True])
    )
    dutch = lang is Language.nl
    shown = pd.DataFrame({
        ("Sociaal tarief" if dutch else "Social tariff"): [("ja" if dutch else "yes") if flag else ("nee" if dutch else "no") for flag, _ in sums.index],
        ("Verwarming" if dutch else "Heating"): [name for _, name in sums.index],
        ("Gezinnen" if dutch else "Households"): sums["households"].to_numpy(),
        ("EUR per jaar, gemiddeld" if dutch else "EUR a year, mean"): (sums["change"] / sums["households"]).to_numpy(),
        ("% dat verliest" if dutch else "% losing"): (100 * sums["losing"] / sums["households"]).to_numpy(),
    })  # fmt: skip
    shown.attrs["title"] = (
        "Winnaars en verliezers van de opgeloste verschuiving" if dutch else "Winners and losers of the solved shift"
    )
    return shown


def _print_frame(frame: pd.DataFrame, lang: Language) -> None:
    """A table of the laboratory, numbers short and as the language writes them."""
    table = Table(title=escape(str(frame.attrs.get("title", ""))))
    for name in frame.columns:
        table.add_column(
            escape(str(name)), justify="right" if frame[name].dtype.kind in "fi" else "left", overflow="fold"
        )
    for values in frame.itertuples(index=False):
        dated = not _CALENDAR.isdisjoint(values)
        places = next((known for unit, known in _PLACES.items() if unit in values), 2)
        table.add_row(
            *[
                _short(value, places, dated=dated, lang=lang) if isinstance(value, float) else escape(str(value))
                for value in values
            ]
        )
    out.print(table)


_CALENDAR = {"jaartal", "calendar year"}
"""Units of a row that holds years of the calendar: written without a sign between thousands."""


_PLACES = {"%": 1, "woningen": 0, "dwellings": 0, "aansluitingen": 0, "connections": 0}
"""Decimals of a row by its unit, where two would say more than is known."""


def _short(value: float, places: int = 2, *, dated: bool = False, lang: Language = Language.nl) -> str:
    if math.isnan(value):
        return "-"
    if dated:
        return f"{value:.0f}"
    places = 0 if abs(value) >= 100 else places
    text = f"{round(value, places) + 0.0:,.{places}f}"  # plus zero: never a minus before nothing
    return text.translate(str.maketrans(",.", ".,")) if lang is Language.nl else text


def print_areas(years: range) -> None:
    """How many dated rules have no value, per grid area and year."""
    from koppelkans.parameters import read_parameters
    from koppelkans.parameters.coverage import coverage_of_areas

    found = coverage_of_areas(read_parameters(), years=years)
    missing = (found == "no value").groupby(level="area").sum()
    table = Table(title=f"Gedateerde regels zonder waarde, per netgebied (van {len(found) // max(len(missing), 1)})")
    table.add_column("netgebied")
    for year in missing.columns:
        table.add_column(str(year), justify="right")
    for area, counts in zip(missing.index, missing.to_numpy(), strict=True):
        table.add_row(str(area), *[str(int(count)) for count in counts])
    out.print(table)


def print_stale(today: date) -> None:
    """Rules whose source was last read more than six months ago."""
    from koppelkans.parameters import read_parameters
    from koppelkans.parameters.coverage import stale

    found = stale(read_parameters(), today)
    title = f"Regels die langer dan zes maanden geleden gelezen zijn: {len(found)}"
    if found.empty:
        out.print(title)
        return
    table = Table(title=title)
    for name in ("cijfer", "voor", "waarde", "status", "bron", "gelezen"):
        table.add_column(name, overflow="fold")
    for key, row in zip(found.index, found.to_dict("records"), strict=True):
        table.add_row(
            str(key[0]),
            str(key[1]),
            str(row["value"]),
            str(row["standing"]),
            escape(str(row["source"])),
            str(row["read"]),
        )
    out.print(table)
