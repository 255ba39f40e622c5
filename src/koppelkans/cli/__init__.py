"""The command line: check, plan, compare, report, levers, lab, serve, audit, account. It reads, calls and shows; it computes nothing.

Heavy libraries are imported inside the commands, so that ``--help`` answers at once.
"""

from __future__ import annotations

import math
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from koppelkans.cli.exchange import export, import_network
from koppelkans.cli.laboratory import Language, lab, levers, print_areas, print_stale
from koppelkans.cli.site import account, audit, serve
from koppelkans.cli.templates import write_template
from koppelkans.cli.verification import verify
from koppelkans.errors import KoppelkansError, ScenarioError

if TYPE_CHECKING:
    import pandas as pd

    from koppelkans.place.check import PlaceCheck
    from koppelkans.plan import Plan

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode="rich")
out, err = Console(), Console(stderr=True)


PlaceArgument = Annotated[str, typer.Argument(metavar="PLACE", help="Meegeleverd gebied, of een map of GeoPackage van uzelf. A shipped place, or your own folder or GeoPackage.")]  # fmt: skip
OptionalPlaceArgument = Annotated[str | None, typer.Argument(metavar="PLACE", help="Meegeleverd gebied, of een map of GeoPackage van uzelf. A shipped place, or your own folder or GeoPackage.")]  # fmt: skip
LanguageOption = Annotated[Language, typer.Option("--lang", help="nl of en / nl or en")]
ScenarioOption = Annotated[
    Path | None, typer.Option("--scenario", help="Scenario als TOML-bestand. Scenario as a TOML file.")
]
PlanArgument = Annotated[Path, typer.Argument(metavar="PLAN", help="Map van een plan. Folder of a plan.")]


def main() -> None:
    """Entry point: a fault that the user can mend becomes one message on stderr and exit code 1."""
    try:
        app()
    except KoppelkansError as error:
        err.print(f"[bold red]koppelkans:[/] {escape(error.message)}", highlight=False, soft_wrap=True)
        for fault in error.faults:
            err.print(f"  - {escape(fault)}", highlight=False, soft_wrap=True)
        sys.exit(1)


@app.callback()
def koppelkans() -> None:
    """Eén geïntegreerd plan uit fossiele brandstof voor een bestaande wijk. One integrated plan out of fossil fuels."""


@app.command()
def check(
    place: OptionalPlaceArgument = None,
    scenario: ScenarioOption = None,
    rules: Annotated[bool, typer.Option("--rules", help="Toon ook elk cijfer van wet en tarief. Also list every figure of law and tariff.")] = False,
    template: Annotated[str | None, typer.Option("--template", metavar="TABLE", help="Schrijf een leeg sjabloon van een eigen tabel: assets of works. Write an empty template.")] = None,
) -> None:  # fmt: skip
    """Controleer een gebied: tabellen, niveau, aantallen, dekking van de regels, kanttekeningen. Check a place."""
    from koppelkans.parameters import read_parameters
    from koppelkans.parameters.coverage import coverage
    from koppelkans.place import check_place
    from koppelkans.scenario import STAND_IN_AREA, Scenario, read_scenario

    if template is not None:
        write_template(template, place)
        return
    if place is None:
        raise typer.BadParameter("geef een gebied, of --template; give a place, or --template", param_hint="PLACE")
    chosen = read_scenario(scenario) if scenario else Scenario()
    with err.status(f"{place} wordt gelezen"):
        found = check_place(place, seed=chosen.seed)
    _print_place(found)
    parameters = read_parameters().choosing(stand_ins=chosen.stand_ins, hold=chosen.hold)
    area = chosen.grid_area or found.grid_area or STAND_IN_AREA
    first = chosen.reference_date.year
    _print_coverage(coverage(parameters, area=area, years=range(first - 1, first + 4)), area, every=rules)
    if rules:
        print_areas(range(first - 1, first + 4))
        print_stale(date.today())
    _print_remarks(found.remarks, Language.nl)


@app.command()
def plan(
    place: PlaceArgument,
    scenario: ScenarioOption = None,
    out_folder: Annotated[
        Path | None, typer.Option("--out", help="Map van het plan; standaard plannen/GEBIED-SCENARIO. Plan folder.")
    ] = None,
    lang: LanguageOption = Language.nl,
) -> None:
    """Bereken het plan van een gebied en schrijf de planmap met rapport. Compute the plan of a place."""
    from concurrent.futures import ThreadPoolExecutor

    from koppelkans.place import read_place
    from koppelkans.plan import make_plan, plan_folder, save_plan
    from koppelkans.plan.steps_words import step_words
    from koppelkans.report import write_report
    from koppelkans.scenario import Scenario, read_scenario

    chosen = read_scenario(scenario) if scenario else Scenario()
    with err.status("Gebied wordt gelezen") as status:
        neighbourhood = read_place(place, seed=chosen.seed)
        target = out_folder or Path("plannen") / f"{neighbourhood.name}-{chosen.name}"
        try:
            made = make_plan(
                neighbourhood, chosen, folder=scenario.parent if scenario else None,
                on_step=lambda name: status.update(step_words(name, lang.value)),
            )  # fmt: skip
        except ScenarioError as error:
            # the engine knows the choice that does not fit, only the command line knows the file it stands in
            raise ScenarioError(
                f"{scenario.name}: {error.message}" if scenario else error.message, error.faults
            ) from error
        with plan_folder(target) as folder:
            status.update("Planmap en rapport worden geschreven")
            # writing tables waits for the disk and leaves the interpreter free
            with ThreadPoolExecutor(max_workers=1) as pool:
                saved = pool.submit(save_plan, made, folder)
                write_report(made, folder, language=lang.value)
                saved.result()
    _print_indicators(made, lang)
    _print_warnings(made, lang)
    words = ("Planmap", "Rapport") if lang is Language.nl else ("Plan folder", "Report")
    out.print(f"[bold]{words[0]}:[/] {escape(str(target))}", soft_wrap=True, highlight=False)
    out.print(
        f"[bold]{words[1]}:[/] {escape(str(target / 'report.html'))} · {escape(str(target / 'report.pdf'))}",
        soft_wrap=True,
        highlight=False,
    )


@app.command()
def compare(plans: Annotated[list[Path], typer.Argument(metavar="PLAN PLAN...", help="Twee of meer planmappen. Two or more plan folders.")], lang: LanguageOption = Language.nl, note_file: Annotated[Path | None, typer.Option("--out", help="Schrijf de nota ook naar dit bestand. Also write the note to this file.")] = None) -> None:  # fmt: skip
    """Zet plannen naast elkaar, de grootste verschillen eerst, met een nota voor de raad. Plans side by side, with a note."""
    from rich.markdown import Markdown

    from koppelkans.plan import compare as side_by_side
    from koppelkans.plan import read_plan
    from koppelkans.plan.folder import write_text
    from koppelkans.plan.side_by_side import scenario_differences
    from koppelkans.report.note import council_note

    read = [read_plan(folder) for folder in plans]
    frame = side_by_side(*read)
    names = [name for name in frame.columns if name not in ("title", "title_en", "unit", "difference_share")]
    table = Table(title="Indicatoren" if lang is Language.nl else "Indicators")
    table.add_column("Indicator")
    for name in names:
        table.add_column(str(name), justify="right")
    table.add_column("Verschil" if lang is Language.nl else "Difference", justify="right")
    for row in frame.to_dict("records"):
        title = row["title"] if lang is Language.nl else row["title_en"]
        values = [_number(row[name]) for name in names]
        table.add_row(f"{title} [dim]({row['unit']})[/]", *values, f"{100 * row['difference_share']:.1f} %")
    out.print(table)
    differs = scenario_differences(*read)
    if not differs.empty:
        choices = Table(title="Keuzes die verschillen" if lang is Language.nl else "Choices that differ")
        choices.add_column("Keuze" if lang is Language.nl else "Choice")
        for name in differs.columns:
            choices.add_column(str(name))
        for key, *values in differs.itertuples():
            choices.add_row(str(key), *[escape(str(value)) for value in values])
        out.print(choices)
    note = council_note(*read, language=lang.value)
    out.print(Markdown(note))
    if note_file is not None:
        write_text(note_file, note)


@app.command()
def report(folder: PlanArgument, lang: LanguageOption = Language.nl) -> None:
    """Maak het rapport van een planmap opnieuw. Write the report of a plan again."""
    from koppelkans.plan import read_plan
    from koppelkans.report import write_report

    with err.status("Rapport wordt gemaakt"):
        paths = write_report(read_plan(folder), folder, language=lang.value)
    for path in paths:
        out.print(escape(str(path)), soft_wrap=True, highlight=False)


app.command()(levers)
app.command()(lab)
app.command()(verify)
app.command()(export)
app.command(name="import")(import_network)
app.command()(serve)
app.add_typer(audit, name="audit")
app.add_typer(account, name="account")


# --------------------------------------------------------------------------------------------------------------------- printing


def _print_place(place: PlaceCheck) -> None:
    table = Table(title=f"{place.title} ({place.name})", show_header=False)
    levels = ", ".join(f"{level}: {share:.0%}" for level, share in place.levels.items())
    table.add_row("Niveau van de rijen", levels)
    table.add_row(
        "Gemeente, netgebied, land", f"{place.municipality or '?'}, {place.grid_area or 'niet bekend'}, {place.country}"
    )
    table.add_row("Coördinaten", place.crs)
    for name, count in place.counts.items():
        table.add_row(str(name), f"{count:,}".replace(",", "."))
    for item in place.attributions:
        table.add_row(f"Bron {item.layer}", escape(f"{item.line} ({item.licence}, {item.dated})"))
    out.print(table)


def _print_coverage(frame: pd.DataFrame, area: str, *, every: bool) -> None:
    incomplete = frame[(frame != "yes").any(axis=1)]
    shown = frame if every else incomplete
    table = Table(
        title=f"Dekking van de regels, netgebied {area}: {len(incomplete)} van {len(frame)} gedateerde cijfers niet in elk jaar bekend"
    )
    for name in ("cijfer", "voor"):
        table.add_column(name, overflow="fold")
    for name in map(str, frame.columns):
        table.add_column(name, no_wrap=True)
    table.caption = (
        "op 1 oktober van elk jaar; ja: bekend, vast: laatste waarde aangehouden, st.: stand-in, -: geen waarde"
    )
    words = {"yes": "ja", "no value": "[red]-[/]", "held": "vast"}
    for (key, scope), *answers in shown.itertuples():
        table.add_row(key, scope, *[words.get(str(answer), "st.") for answer in answers])
    out.print(table)


def _print_remarks(remarks: pd.DataFrame, lang: Language) -> None:
    table = Table(title="Kanttekeningen" if lang is Language.nl else "Remarks")
    for name in ("over", "soort", "tekst", "rijen"):
        table.add_column(name)
    for row in remarks.to_dict("records"):
        share = "" if math.isnan(row["rows_share"]) else f"{row['rows_share']:.0%}"
        table.add_row(row["about"], row["level"], escape(row["text"] if lang is Language.nl else row["text_en"]), share)
    out.print(table)


def _print_indicators(made: Plan, lang: Language) -> None:
    table = Table(title=f"{made.place.title} · {made.scenario.title}")
    for name, justify in (("Indicator", "left"), ("Waarde" if lang is Language.nl else "Value", "right"), ("Laag - hoog" if lang is Language.nl else "Low - high", "right"), ("", "left")):  # fmt: skip
        table.add_column(name, justify=justify)  # type: ignore[arg-type]
    for row in made["indicators"].to_dict("records"):
        band = "" if math.isnan(row["low"]) else f"{_number(row['low'])} - {_number(row['high'])}"
        table.add_row(
            row["title"] if lang is Language.nl else row["title_en"], _number(row["value"]), band, row["unit"]
        )
    out.print(table)


def _print_warnings(made: Plan, lang: Language) -> None:
    remarks = made["remarks"]
    for row in remarks[remarks["level"] == "warning"].to_dict("records"):
        out.print(f"[yellow]![/] {escape(row['text'] if lang is Language.nl else row['text_en'])}", highlight=False)


def _number(value: float) -> str:
    """A number in Dutch notation, three significant digits below 100."""
    if math.isnan(value):
        return "-"
    size = abs(value)
    text = f"{value:,.0f}" if size >= 100 else f"{value:,.1f}" if size >= 10 else f"{value:,.2f}"
    return text.translate(str.maketrans(",.", ".,"))
