"""Rows of the tables of buildings, network, money and assumptions for the team: tables of a plan folder joined, sorted and named."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from django.utils.translation import get_language

from koppelkans.web.plans.plan_tables import read_table

if TYPE_CHECKING:
    import pandas as pd


def streets(folder: Path) -> pd.DataFrame:
    """Every street with its density, the thresholds of its sections and the pipes that lie in it."""
    density = read_table(folder, "line_density").drop(columns="length_from").set_index("street")
    sections, pipes = read_table(folder, "thresholds"), read_table(folder, "pipes")
    by_street = sections.groupby("street")
    least = (
        by_street[["share", "branch_share"]]
        .min()
        .rename(columns={"share": "least_share", "branch_share": "least_branch_share"})
    )
    mains = pipes[pipes["kind"] == "main"].join(sections.set_index("section")["street"], on="section")
    laid = mains.groupby("street")[["length_m"]].sum().rename(columns={"length_m": "pipe_m"})
    return density.join(by_street.size().rename("sections")).join(least).join(laid).reset_index()


def buildings(folder: Path) -> pd.DataFrame:
    """Every heated building: what it is, asks and gets, the second best and what that would cost more."""
    about = read_table(folder, "buildings").set_index("building")
    columns = ["street", "house_number", "use", "type", "dwellings", "built_year", "floor_area_m2"]
    demand = read_table(folder, "demand").set_index("building")[
        ["heat_kwh", "heat_low_kwh", "heat_high_kwh", "peak_kw"]
    ]
    chosen = read_table(folder, "choices").set_index("building").drop(columns="reason")
    works = read_table(folder, "schedule").set_index("building")["first_year"]
    found = about.loc[about["heated"], columns].join(demand).join(chosen).join(works)
    return found.sort_values(["street", "house_number"], kind="stable", na_position="last").reset_index()


def pipes(folder: Path) -> pd.DataFrame:
    """Every pipe with the street it lies in."""
    streets = read_table(folder, "thresholds").set_index("section")["street"]
    found = read_table(folder, "pipes").join(streets, on="section")
    first = ["pipe", "street", "kind", "section"]
    return found[[*first, *(name for name in found.columns if name not in first)]]


def connections(folder: Path) -> pd.DataFrame:
    """Every heated building by address: whether it connects, and why or why not."""
    about = read_table(folder, "buildings").set_index("building")[["street", "house_number", "use"]]
    found = read_table(folder, "connections").join(about, on="building")
    first = ["building", "street", "house_number", "use"]
    return found[[*first, *(name for name in found.columns if name not in first)]]


def switches(folder: Path) -> pd.DataFrame:
    """Every building in play by how often another design decides otherwise, the most first."""
    about = read_table(folder, "buildings").set_index("building")[["street", "house_number", "use"]]
    found = read_table(folder, "network_switches").join(about, on="building")
    found = found.sort_values("switch_share", ascending=False, kind="stable")
    first = ["building", "street", "house_number", "use"]
    return found[[*first, *(name for name in found.columns if name not in first)]]


def sources(folder: Path) -> pd.DataFrame:
    """The heat sources of the scenario."""
    import json

    import pandas as pd

    found = json.loads((folder / "plan.json").read_text(encoding="utf-8"))["scenario"]["sources"]
    columns = [
        "name",
        "capacity_kw",
        "supply_c",
        "price_eur_per_mwh",
        "emission_kg_per_kwh",
        "available_from_year",
        "assumption",
        "note",
    ]
    return pd.DataFrame(found, columns=columns)


def ledger(folder: Path) -> pd.DataFrame:
    """Payments by payer, payee and purpose over all years, the largest first."""
    ledger = read_table(folder, "ledger")
    by = ledger.groupby(["payer", "payee", "what"])
    found = by.agg(first=("year", "min"), last=("year", "max"), amount_eur=("amount_eur", "sum")).reset_index()
    found = found.rename(columns={"first": "first_payment_year", "last": "last_payment_year"})
    return found.sort_values("amount_eur", ascending=False, kind="stable")


def bills(folder: Path) -> pd.DataFrame:
    """The bill of every household type with every way of heating, by carrier."""
    names = read_table(folder, "households").set_index("household")["title" if get_language() == "nl" else "title_en"]
    found = read_table(folder, "bills")
    found = (
        found.groupby(["household", "heating", "carrier"], sort=False)[["excl_vat_eur", "vat_eur", "incl_vat_eur"]]
        .sum()
        .reset_index()
    )
    return found.assign(household=found["household"].map(names))


def remarks(folder: Path) -> pd.DataFrame:
    """Remarks in the language of the page."""
    text = "text" if get_language() == "nl" else "text_en"
    return read_table(folder, "remarks")[["about", "level", text, "rows_share", "method"]]


def households(folder: Path) -> pd.DataFrame:
    """Typical households, titled in the language of the page."""
    return read_table(folder, "households").drop(columns="title_en" if get_language() == "nl" else "title")


def turns(folder: Path) -> pd.DataFrame:
    """Buildings of each street by the period in which the plan has their turn."""
    works = read_table(folder, "schedule").set_index("building")[["first_year", "present_cost_eur"]]
    streets = read_table(folder, "buildings").set_index("building")[["street", "dwellings"]]
    joined = works.join(streets)
    by = joined.groupby(["street", "first_year"])
    return by.agg(
        buildings=("dwellings", "size"), dwellings=("dwellings", "sum"), present_cost_eur=("present_cost_eur", "sum")
    ).reset_index()


def plain(name: str) -> Callable[[Path], pd.DataFrame]:
    """A reader of a table as it stands in the plan folder."""
    return lambda folder: read_table(folder, name)


def basis(folder: Path) -> pd.DataFrame:
    """What the business case rests on, in the language of the page, with the unit of each figure."""
    from koppelkans.exchange.words import NAMES, QUANTITIES
    from koppelkans.tables import unit_of

    found, language = read_table(folder, "project_basis"), int(get_language() == "en")
    words = {key: both[language] for key, both in {**NAMES, **QUANTITIES}.items()}
    unit = found["quantity"].map(unit_of)
    told = {name: found[name].map(lambda key: words.get(key, key)) for name in ("name", "quantity")}
    told["name"] = told["name"].where(found["part"].isin(["assets", "customers"]), "–")
    return found.assign(**told, unit=unit)[["part", "name", "quantity", "value", "unit", "chosen"]]


def figures(folder: Path) -> pd.DataFrame:
    """Figures of law and technique, those that move the plan most first."""
    found = read_table(folder, "figures").drop(columns="figure")
    size = found[["influence_low_share", "influence_high_share"]].abs().max(axis=1).fillna(0.0)
    return found.loc[size.sort_values(ascending=False, kind="stable").index]
