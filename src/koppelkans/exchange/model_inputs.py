"""The sheets that hold what the business case starts from: assumptions, quantities, customers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from koppelkans.exchange.formulas import Term, most, number, total
from koppelkans.exchange.pages import UNIT, VALUE, Book, Page
from koppelkans.exchange.words import NAMES, PARTS, QUANTITIES, STANDINGS
from koppelkans.money.project_terms import (
    CHOOSABLE,
    CUSTOMERS,
    HOMES,
    KWH_PER_MWH,
    SOCIAL,
    Supply,
    Terms,
)
from koppelkans.money.project_terms import QUANTITIES as OF_CUSTOMERS
from koppelkans.plan.record import Plan
from koppelkans.tables import unit_of

LOW, HIGH, STANDING, SOURCE = 4, 5, 6, 7
_SHOWN = {
    "_eur_per_kwh": "price",
    "_share": "share",
    "_years": "years",
    "_mwh": "heat",
    "_kw": "heat",
    "_dscr": "ratio",
}
_FIGURES = {
    **{name: f"{key}@all" for name, key in CHOOSABLE.items()},
    "administration_eur_per_year": "project.administration_eur_per_year@all",
    "social_reference_eur_per_kwh": "project.social_reference_eur_per_kwh@all",
    "social_lump_eur_per_year": "heat.social_tariff.supplier_lump_sum@connection_point",
    "residual_paid_share": "project.residual_paid_share@all", "lender_dscr": "project.lender_dscr@all",
}  # fmt: skip
"""The row of the table of figures that a term comes from, when the scenario does not choose it."""
_GROUPS = (
    (("Tarief", "Tariff"), ("tariff_eur_per_kwh", "fixed_eur_per_year", "service_eur_per_year", "capacity_eur_per_kw", "connection_fee_eur")),
    (("Sociaal tarief", "Social tariff"), ("social_share", "social_eur_per_kwh", "social_reference_eur_per_kwh", "social_lump_eur_per_year")),
    (("Drie klokken en opstart", "Three clocks and the ramp"), ("depreciation_years", "debt_years", "concession_years", "ramp_years")),
    (("Steun, lening en rendement", "Grant, loan and return"), ("grant_share", "gearing_share", "interest_share", "project_rate_share", "residual_paid_share", "lender_dscr")),
    (("Beheer", "Administration"), ("administration_eur_per_year",)),
)  # fmt: skip
PIPE_ASSETS = {"main_pipes": "main", "service_pipes": "service"}
"""Assets whose amount is added up from pipes, and the kind of pipe."""
_CENT = 0.005


@dataclass(frozen=True, slots=True)
class Basis:
    """What the business case of a plan was computed from; see ``money.project_basis``."""

    plan: Plan
    assets: pd.DataFrame
    customers: pd.DataFrame
    supply: Supply
    terms: Terms


@dataclass(frozen=True, slots=True)
class Inputs:
    """Cells of the sheet of assumptions: terms, supply and uptake by name; life and upkeep by asset; customers by class and quantity."""

    of: dict[str, Term]
    life: dict[str, Term]
    upkeep: dict[str, Term]
    customers: dict[tuple[str, str], Term]


def shown(quantity: str) -> str:
    """How a quantity is written."""
    fitting = [style for ending, style in _SHOWN.items() if quantity.endswith(ending)]
    return fitting[0] if fitting else "price"


def assumptions(book: Book, basis: Basis, longest_years: int) -> Inputs:
    """The sheet of assumptions: every input a coloured cell, with range, standing and source."""
    page = Page(book, "Aannames", "Aannames", "Assumptions: change the coloured cells")
    page.sheet.set_column(LOW, HIGH, 10)
    page.sheet.set_column(STANDING, STANDING, 24)
    page.sheet.set_column(SOURCE, SOURCE, 70)
    page.head(
        [
            "Aanname",
            "Assumption",
            "Eenheid / unit",
            "Waarde / value",
            "Laag / low",
            "Hoog / high",
            "Status / standing",
            "Bron / source",
        ]
    )
    page.sheet.freeze_panes(page.row, VALUE)
    of: dict[str, Term] = {}
    for words, names in _GROUPS:
        page.group(words, SOURCE)
        for name in names:
            _provenance(page, basis, _FIGURES.get(name, ""), chosen=name in basis.terms.chosen)
            of[name] = page.line(QUANTITIES[name], _unit(name), getattr(basis.terms, name), shown(name), "input")
            if name.endswith("_years"):
                _whole_years(page, page.row - 1, longest_years if name == "concession_years" else 100)
    of |= _supply(page, basis)
    of["start_year"] = page.line(
        ("Jaar van de bouw", "Year of construction"), "jaartal", basis.plan.scenario.start_year, "years", "input"
    )
    life, upkeep = _assets(page, basis)
    return Inputs(of, life, upkeep, _customers(page, basis))


def _unit(quantity: str) -> str:
    return "%" if quantity.endswith("_share") else unit_of(quantity)


def _provenance(page: Page, basis: Basis, figure: str, *, chosen: bool = False, told: str = "") -> None:
    """Range, standing and source of the input in the current line."""
    figures, style = basis.plan["figures"], page.book.style("wrap")
    if chosen:
        page.sheet.write_string(page.row, SOURCE, "gekozen in het scenario / chosen in the scenario", style)
    elif figure in figures.index:
        row: dict[Any, Any] = figures.loc[[figure]].to_dict("records")[0]
        for column, end in ((LOW, "low"), (HIGH, "high")):
            if pd.notna(row[end]):
                page.sheet.write_number(
                    page.row, column, float(row[end]), page.book.style("plain", shown(figure.partition("@")[0]))
                )
        page.sheet.write_string(page.row, STANDING, STANDINGS.get(str(row["standing"]), ""), style)
        page.sheet.write_string(page.row, SOURCE, str(row["source"]), style)
    elif told:
        page.sheet.write_string(page.row, SOURCE, told, style)


def _whole_years(page: Page, row: int, most: int) -> None:
    page.sheet.data_validation(row, VALUE, row, VALUE, {
        "validate": "integer", "criteria": "between", "minimum": 1, "maximum": most,
        "error_title": "Hele jaren", "error_message": f"Een geheel aantal jaren van 1 tot {most}. Whole years from 1 to {most}.",
    })  # fmt: skip


def _supply(page: Page, basis: Basis) -> dict[str, Term]:
    variant = basis.plan["network_variants"].query("chosen").iloc[0]
    told = {
        "source_eur_per_mwh": f"bron {variant['source']} in het scenario / source in the scenario",
        "power_eur_per_mwh": "elektriciteitsprijs van het plan / electricity price of the plan",
    }  # fmt: skip
    page.group(("Warmte en elektriciteit van het ontwerp", "Heat and power of the design"), SOURCE)
    made = {}
    for name in ("source_eur_per_mwh", "loss_mwh", "pump_mwh", "power_eur_per_mwh"):
        _provenance(page, basis, "", told=told.get(name, "berekend ontwerp / computed design"))
        made[name] = page.line(QUANTITIES[name], _unit(name), getattr(basis.supply, name), shown(name), "input")
    page.group(("Wat als", "What if"), SOURCE)
    made["uptake_share"] = page.line(
        ("Deelname: deel van de klanten van het ontwerp", "Uptake: share of the customers of the design"),
        "%",
        1.0,
        "share",
        "input",
    )
    _provenance(page, basis, "heat_network.pipe.price_factor@all", told="1 = prijzen van het plan / prices of the plan")
    made["pipe_price_factor"] = page.line(
        ("Prijsfactor van sleuf en leiding", "Price factor of trench and pipe"), "maal", 1.0, "ratio", "input"
    )
    return made


def _assets(page: Page, basis: Basis) -> tuple[dict[str, Term], dict[str, Term]]:
    page.group(("Levensduur en onderhoud", "Life and upkeep"), SOURCE)
    life: dict[str, Term] = {}
    upkeep: dict[str, Term] = {}
    for name in basis.assets.index.astype(str):
        words = NAMES.get(name, (name, name))
        for answer, quantity in ((life, "life_years"), (upkeep, "upkeep_share")):
            _provenance(page, basis, f"project.{quantity}@{name}")
            about = (f"{words[0]}: {QUANTITIES[quantity][0]}", f"{words[1]}: {QUANTITIES[quantity][1]}")
            answer[name] = page.line(
                about, _unit(quantity), float(basis.assets[quantity].to_dict()[name]), shown(quantity), "input"
            )
            if quantity == "life_years":
                _whole_years(page, page.row - 1, 100)
    return life, upkeep


def _customers(page: Page, basis: Basis) -> dict[tuple[str, str], Term]:
    """Customers of the whole design as given; the sheet of customers splits them."""
    page.group(("Klanten van het hele ontwerp", "Customers of the whole design"), SOURCE)
    made = {}
    for name in CUSTOMERS:
        if name == SOCIAL and name not in basis.customers.index:
            continue
        words = NAMES[name]
        for quantity in OF_CUSTOMERS:
            about = (f"{words[0]}: {QUANTITIES[quantity][0]}", f"{words[1]}: {QUANTITIES[quantity][1]}")
            value = float(basis.customers[quantity].to_dict().get(name, 0.0))
            _provenance(page, basis, "", told="berekend ontwerp / computed design")
            made[name, quantity] = page.line(about, _unit(quantity) or "aantal", value, shown(quantity), "input")
    return made


# ------------------------------------------------------------------------------------------------------------------ quantities


def quantities(book: Book, basis: Basis, inputs: Inputs) -> dict[str, Term]:
    """The sheet of quantities: metres and pieces times unit price. The amount of every asset, before uptake."""
    page = Page(book, "Hoeveelheden", "Hoeveelheden en eenheidsprijzen", "Quantities and unit prices")
    page.sheet.set_column(UNIT, 7, 14)
    page.head(
        [
            "Onderdeel",
            "Part",
            "DN",
            "Stuks / pieces",
            "Meter / metres",
            "EUR per m of stuk / each",
            "Investering / investment [EUR]",
        ]
    )
    page.sheet.freeze_panes(page.row, UNIT)
    amounts = {}
    for name, amount in basis.assets["investment_eur"].astype(float).to_dict().items():
        words = NAMES.get(str(name), (str(name), str(name)))
        if name in PIPE_ASSETS:
            amounts[str(name)] = _pipes(
                page, words, PIPE_ASSETS[str(name)], amount, basis, inputs.of["pipe_price_factor"]
            )
        else:
            amounts[str(name)] = _pieces(page, words, str(name), amount, basis)
    page.row += 1
    _sum_line(page, ("Investering van het hele ontwerp", "Investment of the whole design"), total(*amounts.values()))
    return amounts


_COUNT, _METRES, _EACH, _AMOUNT = 3, 4, 5, 6


def _pipes(page: Page, words: tuple[str, str], kind: str, amount_eur: float, basis: Basis, factor: Term) -> Term:
    """Pipes of a kind by diameter and price per metre; what the amount of the plan holds besides has its own line."""
    page.group(words, _AMOUNT)
    pipes = basis.plan["pipes"]
    laid = pipes[(pipes["kind"] == kind) & (pipes["length_m"] > 0)]
    laid = laid.assign(each=(laid["investment_eur"] / laid["length_m"]).round(4))
    grouped = laid.groupby(["diameter_mm", "each"], as_index=False).agg(
        metres=("length_m", "sum"), euros=("investment_eur", "sum"), count=("length_m", "size")
    )
    rows = []
    for row in grouped.astype(float).to_dict("records"):
        page.labels(words)
        page.sheet.write_string(page.row, UNIT, f"DN{row['diameter_mm']:.0f}")
        page.cell(_COUNT, row["count"], "years")
        length = page.cell(_METRES, row["metres"], "count", "input", fixed=False)
        each = page.cell(_EACH, row["euros"] / row["metres"], "price", "input", fixed=False)
        rows.append(page.cell(_AMOUNT, length * each * factor, "eur"))
        page.row += 1
    rest = amount_eur - sum(row.value for row in rows) / factor.value
    if abs(rest) > _CENT:
        page.labels(("Andere posten van dit onderdeel", "Other items of this part"))
        rows.append(page.cell(_AMOUNT, rest, "eur", "input"))
        page.row += 1
    return _sum_line(page, (f"{words[0]}, samen", f"{words[1]}, total"), total(*rows) if rows else number(0.0))


def _pieces(page: Page, words: tuple[str, str], name: str, amount_eur: float, basis: Basis) -> Term:
    """An asset by the piece: one delivery set per connected building; others are one piece."""
    page.group(words, _AMOUNT)
    pieces = float(basis.plan["connections"]["connected"].sum()) if name == "delivery_sets" else 1.0
    page.labels(words)
    count = page.cell(_COUNT, max(pieces, 1.0), "years", "input", fixed=False)
    each = page.cell(_EACH, amount_eur / max(pieces, 1.0), "price", "input", fixed=False)
    amount = page.cell(_AMOUNT, count * each, "eur", "sum")
    page.row += 1
    return amount


def _sum_line(page: Page, words: tuple[str, str], term: Term) -> Term:
    page.labels(words, kind="sum")
    for column in (UNIT, _COUNT, _METRES, _EACH):
        page.sheet.write_blank(page.row, column, None, page.book.style("sum"))
    named = page.cell(_AMOUNT, term, "eur", "sum")
    page.row += 1
    return named


# ------------------------------------------------------------------------------------------------------------------- customers


@dataclass(frozen=True, slots=True)
class Sales:
    """Cells of the sheet of customers, uptake included: heat and connections by class and in all, revenue of a full year by part."""

    heat: dict[str, Term]
    connections: dict[str, Term]
    all_heat: Term
    all_connections: Term
    parts: dict[str, Term]


def customers(book: Book, inputs: Inputs) -> Sales:
    """The sheet of customers: three classes, what each buys, and what each pays in a year with everybody connected."""
    page = Page(book, "Klanten", "Klanten en opbrengst van een vol jaar", "Customers and revenue of a full year")
    page.sheet.set_column(UNIT, 8, 16)
    page.head(["Groep", "Class", "Warmte / heat [MWh]", "Aansluitingen / connections", "Vermogen / capacity [kW]"])
    page.sheet.freeze_panes(page.row, UNIT)
    found: dict[str, dict[str, Term]] = {quantity: {} for quantity in OF_CUSTOMERS}
    for name in CUSTOMERS:
        page.labels(NAMES[name])
        for column, quantity in enumerate(OF_CUSTOMERS, start=UNIT):
            found[quantity][name] = page.cell(column, _of_class(name, quantity, inputs), "count")
        page.row += 1
    page.labels(("Samen", "Total"), kind="sum")
    sums = {
        quantity: page.cell(column, total(*found[quantity].values()), "count", "sum")
        for column, quantity in enumerate(OF_CUSTOMERS, start=UNIT)
    }
    page.row += 2
    page.head(["Opbrengst per jaar [EUR]", "Revenue per year [EUR]", *[PARTS[name][0] for name in PARTS]])
    paid: dict[str, dict[str, Term]] = {part: {} for part in PARTS}
    for name in CUSTOMERS:
        page.labels(NAMES[name])
        terms = _revenue(name, {quantity: found[quantity][name] for quantity in OF_CUSTOMERS}, inputs.of)
        for column, part in enumerate(PARTS, start=UNIT):
            paid[part][name] = page.cell(column, terms[part], "eur")
        page.row += 1
    page.labels(("Samen", "Total"), kind="sum")
    parts = {
        part: page.cell(column, total(*paid[part].values()), "eur", "sum")
        for column, part in enumerate(PARTS, start=UNIT)
    }
    return Sales(found["heat_mwh"], found["connections"], sums["heat_mwh"], sums["connections"], parts)


def _of_class(name: str, quantity: str, inputs: Inputs) -> Term:
    """Customers of a class at the uptake: the social share is taken from the households."""
    share, uptake, given = inputs.of["social_share"], inputs.of["uptake_share"], inputs.customers
    if name == HOMES:
        return given[HOMES, quantity] * (number(1) - share) * uptake
    if name == SOCIAL:
        split = given[HOMES, quantity] * share
        return (split + given[SOCIAL, quantity] if (SOCIAL, quantity) in given else split) * uptake
    return given[name, quantity] * uptake


def _revenue(name: str, bought: dict[str, Term], of: dict[str, Term]) -> dict[str, Term]:
    """What a class pays in a year; see ``yearly_revenue_eur`` of the money chapter."""
    kwh, none = bought["heat_mwh"] * KWH_PER_MWH, number(0)
    service = bought["connections"] * of["service_eur_per_year"]
    if name == SOCIAL:
        back = most(of["social_reference_eur_per_kwh"] - of["social_eur_per_kwh"], 0)
        lump = bought["connections"] * of["social_lump_eur_per_year"]
        return {
            "energy": kwh * of["social_eur_per_kwh"],
            "fixed": none,
            "capacity": none,
            "service": service,
            "reimbursement": kwh * back + lump,
        }
    return {
        "energy": kwh * of["tariff_eur_per_kwh"], "fixed": bought["connections"] * of["fixed_eur_per_year"],
        "capacity": bought["capacity_kw"] * of["capacity_eur_per_kw"], "service": service, "reimbursement": none,
    }  # fmt: skip
