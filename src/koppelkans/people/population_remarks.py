"""What must stand beside figures of the weighted population."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from koppelkans import tables
from koppelkans.tables import RemarkRow


def flemish_remarks(cells: pd.DataFrame) -> list[RemarkRow]:
    """Remarks on the population of Flanders."""
    gas = f"{cells.loc[cells['has_gas'], 'weight'].sum() / 1e6:.2f}"
    return [
        *_shared(),
        tables.remark(
            "cells", f"{gas.replace('.', ',')} miljoen gezinnen verwarmen met gas; er zijn ongeveer 2,2 à 2,3 miljoen gasaansluitingen (niet "
            "geverifieerd), waarvan een deel voor koken, leegstand en bedrijven.", f"{gas} million households heat with gas; there are about 2.2 to "
            "2.3 million gas connections (unverified), some of them for cooking, empty homes and firms.", method="population-cells",
        ),
        tables.remark(
            "cells", "De netgebieden verschillen alleen in aantal gezinnen: verwarming, inkomen en gebruik zijn overal de Vlaamse.",
            "The grid areas differ in number of households only: heating, income and use are the Flemish ones everywhere.",
            method="population-cells",
        ),
    ]  # fmt: skip


def place_remarks(cells: pd.DataFrame, heading: tuple[str, str], given: Sequence[str]) -> list[RemarkRow]:
    """Remarks on the population of a place: whose shares these are comes first."""
    if given:
        names = ", ".join(given)
        text = f"{heading[0]}: {names}. Wat niet opgegeven is, volgt uit de Vlaamse samenhang."
        english = f"{heading[1]}: {names}. What is not given follows from the Flemish association."
        return [tables.remark("cells", text, english, method="population-cells"), *_shared()]
    dwellings = f"{cells['weight'].sum():.0f}"
    text = (
        f"{heading[0]}: de {dwellings} woningen krijgen Vlaamse aandelen; alleen de warmtevraag is die van het gebied."
    )
    english = f"{heading[1]}: the {dwellings} dwellings get Flemish shares; only the heat demand is that of the area."
    return [tables.remark("cells", text, english, level="warning", method="population-cells"), *_shared()]


def no_dwellings_remark() -> RemarkRow:
    """The remark in a place without dwellings."""
    return tables.remark(
        "cells", "Geen woningen in dit gebied: er is geen bevolking berekend.", "No dwellings in this area: no population was computed.",
        level="warning", method="population-cells",
    )  # fmt: skip


def _shared() -> list[RemarkRow]:
    return [
        tables.remark(
            "cells", "Hoe inkomen en energiegebruik samenhangen, is voor Vlaanderen niet gepubliceerd: het gebruik per kwartiel en de verwarming per "
            "kwartiel zijn aannames. Reken ook met een steilere en een vlakkere helling (gevoeligheid, totalen blijven).",
            "How income and energy use go together is not published for Flanders: use by quartile and heating by quartile are "
            "assumptions. Compute with a steeper and a flatter gradient too (sensitivity, totals stay).", level="warning", method="population-gradient",
        ),
        tables.remark(
            "cells", "Kwartiel 1 (armste) geldt als inkomenscategorie 4 (laagste) van Mijn VerbouwPremie, kwartiel 4 als categorie 1; de categorieën zijn "
            "inkomensgrenzen en geen kwarten van de gezinnen.", "Quartile 1 (poorest) stands for income category 4 (lowest) of Mijn VerbouwPremie, "
            "quartile 4 for category 1; the categories are income limits, not quarters of the households.", method="population-cells",
        ),
        tables.remark(
            "cells", "Kwetsbaar betekent hier: sociaal tarief (ongeveer 10 % van de gezinnen, afgeleid). Wie weinig verdient zonder sociaal tarief, zit in "
            "kwartiel 1 maar niet in deze groep.", "Vulnerable here means: social tariff (about 10 % of households, derived). Low earners without "
            "the social tariff are in quartile 1 but not in this group.", method="population-cells",
        ),
        tables.remark(
            "cells", "Hout, kolen en flessengas (ongeveer 2 % van de gezinnen) staan zonder brandstofkost in de facturen.",
            "Wood, coal and bottled gas (about 2 % of households) are without fuel cost in the bills.", method="population-cells",
        ),
    ]  # fmt: skip
