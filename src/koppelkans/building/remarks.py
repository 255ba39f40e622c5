"""What stands beside every demand figure."""

from __future__ import annotations

import pandas as pd

from koppelkans import tables
from koppelkans.tables import RemarkRow


def demand_remarks(heated: pd.DataFrame, result: pd.DataFrame) -> list[RemarkRow]:
    """Assumptions and limits of the demand of heated buildings, with the share of rows each one touches."""
    if heated.empty:
        return []
    homes = heated["use"] == "residential"
    rows: list[RemarkRow] = []
    if homes.any():
        rows += [
            _prebound(float(homes.mean())),
            _band(float(homes.mean())),
            _peak(float(homes.mean())),
            _shell(float(homes.mean())),
        ]
    typology = result["method"] == "typology"
    if typology.any():
        rows.append(_typology(float(typology.mean())))
    if not homes.all():
        rows.append(_institutions(float((~homes).mean())))
    mixed = ~homes & (heated["dwellings"] > 0)
    if mixed.any():
        rows.append(_mixed(int(mixed.sum()), float(mixed.mean())))
    return rows


def _prebound(share: float) -> RemarkRow:
    return tables.remark(
        "space_heat_kwh", "Het verwachte verbruik is de theoretische vraag, verlaagd zodat een Vlaamse gasvoorraad in het weer van 2024 de 300 "
        "gemeten gasmeters geeft (helft van de meters; de andere helft is de toets). Hoe sterk het verbruik daalt met de kwaliteit van de "
        "woning volgt niet uit die meters: dat is een aanname (exponent).", "Expected use is the theoretical need, lowered so that a Flemish "
        "gas stock in the weather of 2024 gives the 300 measured gas meters (half of them; the other half is the test). How use follows the "
        "quality of the house cannot be read from those meters: that is an assumption (exponent).", rows_share=share, method="prebound",
    )  # fmt: skip


def _band(share: float) -> RemarkRow:
    return tables.remark(
        "heat_kwh", "Per gebouw is dit een verwachting voor gelijkaardige gebouwen, geen meting: 10 % gebruikt minder dan de lage waarde en "
        "10 % meer dan de hoge.", "Per building this is an expectation for similar buildings, not a measurement: 10 % use less than the low "
        "figure and 10 % more than the high one.", level="info", rows_share=share, method="spread",
    )  # fmt: skip


def _peak(share: float) -> RemarkRow:
    return tables.remark(
        "peak_kw", "Het piekvermogen ligt tussen het volle warmteverlies en het gemiddelde gedrag; de keuze daartussen is een aanname en "
        "vervangt geen berekening per woning.", "The peak lies between the full heat loss and average behaviour; where in between is an "
        "assumption and does not replace a calculation per dwelling.", rows_share=share, method="peak",
    )  # fmt: skip


def _shell(share: float) -> RemarkRow:
    return tables.remark(
        "heat_loss_w_per_k", "Warmteverlies en besparing gaan uit van de oorspronkelijke staat van de bouwperiode (TABULA); wat al gerenoveerd "
        "is, staat niet in de gegevens en zit gemiddeld in de verlaging.", "Heat loss and savings start from the original state of the building "
        "period (TABULA); what was renovated since is not in the data and is inside the mean correction.", rows_share=share, method="typology",
    )  # fmt: skip


def _typology(share: float) -> RemarkRow:
    return tables.remark(
        "theoretical_space_heat_kwh", "Zonder omtrek of oppervlakken volgt de schil uit de vloeroppervlakte en de typewoning van TABULA.",
        "Without outline or surfaces the envelope follows from the floor area and the typical building of TABULA.",
        rows_share=share, method="envelope",
    )  # fmt: skip


def _institutions(share: float) -> RemarkRow:
    return tables.remark(
        "heat_kwh", "Gebouwen die geen woning zijn, rekenen met kWh per m² naar gebruik: Nederlandse gemiddelden van 2012 voor kantoren en "
        "winkels, niet geverifieerde cijfers voor de rest. Vraag hun meterstanden.", "Buildings other than dwellings go by kWh per m2 and use: "
        "Dutch means of 2012 for offices and shops, unverified figures for the rest. Ask for their meter readings.",
        level="warning", rows_share=share, method="institutions",
    )  # fmt: skip


def _mixed(count: int, share: float) -> RemarkRow:
    return tables.remark(
        "heat_kwh", f"{count} gebouwen hebben ook woningen naast hun hoofdgebruik; hun warmte volgt het hoofdgebruik.",
        f"{count} buildings hold dwellings beside their main use; their heat follows the main use.", rows_share=share, method="institutions",
    )  # fmt: skip
