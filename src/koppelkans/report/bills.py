"""Bills of typical households, vulnerable ones first: stacked by part, then every line."""

from __future__ import annotations

from typing import Any

import pandas as pd

from koppelkans import disclosure, tables
from koppelkans.money.lines import COMPONENTS
from koppelkans.report import charts, palette
from koppelkans.report.document import Block, Details, Figure, Notice, Paragraph, Section, Table, Text, plain
from koppelkans.report.material import Material, cells

_PARTS = {
    "energy": ("commodity", "heat_energy"),
    "fixed": ("supplier_fee", "service_fee"),
    "network": (
        "distribution_fixed", "capacity", "distribution_kwh", "network_ceiling", "data_management", "transport", "network_fee",
    ),
    "levies": (
        "green_certificates", "chp_certificates", "excise", "excise_first_12mwh", "excise_above_12mwh", "energy_contribution",
        "energy_fund",
    ),
    "social": ("social_tariff",),
}  # fmt: skip
"""Parts of a bill as a household knows them, by component; VAT is a part of its own."""

_PART_OF = {component: part for part, components in _PARTS.items() for component in components}
_REFERENCE = "gas_boiler"


def bills_section(material: Material) -> Section:
    """The chapter on what typical households pay."""
    words, bills = material.words, material.printed("bills")
    day = material.notation.day(material.plan.scenario.reference_date)
    blocks: list[Block] = [Paragraph(words.rich("bills.lead", day=day), "lead")]
    if bills.empty:
        return Section("facturen", words("bills.title"), (*blocks, Paragraph(plain(words("bills.none")))))
    if int((material.heated["dwellings"] > 0).sum()) < disclosure.RULES.contributors:
        return Section("facturen", words("bills.title"), (*blocks, Paragraph(plain(words("bills.too_small")))))
    blocks.append(Paragraph(words.rich("bills.investment")))
    if (bills["carrier"] == "heat").any():
        blocks.append(Notice("assumption", words("levels.assumption"), words.rich("bills.network")))
    households = _households(material)
    blocks.append(Figure("bills", _chart(material, households), words("bills.chart"), words("bills.chart_alt")))
    blocks.append(_totals(material, households))
    lines = tuple(_lines(material, str(household)) for household in households.index)
    blocks.append(Details(words("bills.details"), lines))
    return Section("facturen", words("bills.title"), tuple(blocks))


def _households(material: Material) -> pd.DataFrame:
    """Households that have a bill, vulnerable ones first."""
    found = material.printed("households")
    billed = found[found.index.isin(material.printed("bills")["household"])]
    return billed.sort_values("vulnerable", ascending=False, kind="stable")


def _chart(material: Material, households: pd.DataFrame) -> str:
    words, bills = material.words, material.printed("bills")
    parts = bills["component"].map(_PART_OF).fillna("levies")
    net = bills.assign(part=parts).groupby(["household", "heating", "part"], sort=False)["excl_vat_eur"].sum()
    vat = bills.groupby(["household", "heating"], sort=False)["vat_eur"].sum()
    long = pd.concat([net.rename("amount").reset_index(), vat.rename("amount").reset_index().assign(part="vat")])
    long = long[long["amount"] != 0]
    order = long["household"].map(list(households.index).index)
    long = long.assign(order=order).sort_values("order", kind="stable")
    names = [part for part in (*_PARTS, "vat") if (long["part"] == part).any()]
    colours = {words.name("parts", part): colour for part, colour in zip((*_PARTS, "vat"), palette.PARTS, strict=False)}
    used = {words.name("parts", part): colours[words.name("parts", part)] for part in names}
    titles = {str(key): material.title(row) for key, row in households.iterrows()}
    frame = pd.DataFrame(
        {
            "household": long["household"].map(titles), "heating": long["heating"].map(lambda key: words.name("heatings", key)),
            "part": long["part"].map(lambda part: words.name("parts", part)), "amount": long["amount"],
        }
    )  # fmt: skip
    return charts.stacked_chart(frame, colours=used, titles={"amount": words("bills.axis")}, language=words.language)


def _totals(material: Material, households: pd.DataFrame) -> Table:
    """One row per household and heating: by carrier, in total, and against gas."""
    words, notation, bills = material.words, material.notation, material.printed("bills")
    by_carrier: dict[Any, float] = (
        bills.groupby(["household", "heating", "carrier"], sort=False)["incl_vat_eur"].sum().to_dict()
    )
    total: dict[Any, float] = bills.groupby(["household", "heating"], sort=False)["incl_vat_eur"].sum().to_dict()
    carriers = [name for name in tables.CARRIERS if (bills["carrier"] == name).any()]
    rows: list[tuple[Text, ...]] = []
    for household, heating in sorted(total, key=lambda key: list(households.index).index(key[0])):
        gas, whole = total.get((household, _REFERENCE)), total[(household, heating)]
        change = "" if gas is None or heating == _REFERENCE else _signed(material, whole - gas)
        parts = [by_carrier.get((household, heating, name)) for name in carriers]
        amounts = ["" if part is None else notation.number(part) for part in parts]
        person = material.title(households.loc[household])
        rows.append(cells(person, words.name("heatings", heating), *amounts, notation.number(whole), change))
    header = (
        words("bills.household_column"), words("bills.heating_column"),
        *(words("bills.carrier_amount", carrier=words.name("carriers", name)) for name in carriers),
        words("bills.total_column"), words("bills.difference_column"),
    )  # fmt: skip
    numeric = (False, False, *[True] * (len(carriers) + 2))
    return Table(words("bills.totals"), header, tuple(rows), numeric, words("bills.note"))


def _signed(material: Material, amount: float) -> str:
    text = material.notation.number(amount)
    return f"+{text}" if round(amount) > 0 else text


def _lines(material: Material, household: str) -> Table:
    """Every component of the bills of one household, one column per heating, VAT included, to the cent."""
    words, notation, bills = material.words, material.notation, material.printed("bills")
    person = material.printed("households").loc[household]
    language = int(words.language == "en")
    here = bills[bills["household"] == household]
    heatings = list(dict.fromkeys(here["heating"]))
    amounts: dict[Any, float] = here.groupby(["carrier", "component", "heating"])["incl_vat_eur"].sum().to_dict()
    payees: dict[Any, str] = here.groupby(["carrier", "component"])["payee"].first().to_dict()
    place = {component: number for number, component in enumerate(COMPONENTS)}
    order = sorted(payees, key=lambda line: (tables.CARRIERS.index(line[0]), place.get(line[1], len(place))))
    rows: list[tuple[Text, ...]] = []
    for carrier, component in order:
        title = COMPONENTS.get(component, (component, component))[language]
        cents = [amounts.get((carrier, component, heating)) for heating in heatings]
        shown = ["" if amount is None else notation.number(amount, 2) for amount in cents]
        name = f"{words.name('carriers', carrier)}: {title[0].lower()}{title[1:]}"
        rows.append(cells(name, words.name("actors", payees[(carrier, component)]), *shown))
    sums = here.groupby("heating")["incl_vat_eur"].sum().to_dict()
    rows.append(cells(words("bills.total_column"), "", *[notation.number(sums[heating], 2) for heating in heatings]))
    heat, electricity = notation.rounded(person["heat_kwh"]), notation.rounded(person["electricity_kwh"])
    caption = words("bills.table", household=material.title(person), heat=heat, electricity=electricity)
    titles = [words.name("heatings", heating) for heating in heatings]
    header = (words("bills.component_column"), words("bills.payee_column"), *titles)
    return Table(caption, header, tuple(rows), (False, False, *[True] * len(heatings)), strong_last=True)
