"""What stands beside every label."""

from __future__ import annotations

import pandas as pd

from koppelkans import tables
from koppelkans.building.epc.rules import NetworkHeat
from koppelkans.tables import RemarkRow


def label_remarks(
    homes: pd.DataFrame, solution: pd.Series, source: pd.Series, *, network: NetworkHeat | None, left_out: int
) -> list[RemarkRow]:
    """Limits of the labels of a stock, with the share of dwelling buildings each one touches."""
    if homes.empty:
        return []
    certified = float((source == "certificate").mean())
    rows = [_distribution(), _pessimism(1.0 - certified), _reference(), _rules()]
    if certified > 0:
        rows.append(_certificates(int((source == "certificate").sum()), certified))
    connected = solution.isin(tables.NETWORK_SOLUTIONS)
    if connected.any():
        rows.append(_network(int(homes.loc[connected, "dwellings"].sum()), float(connected.mean()), network))
    if left_out:
        rows.append(_left_out(left_out))
    return rows


def _distribution() -> RemarkRow:
    return tables.remark(
        "epc", "Een label is hier een kans, nooit het EPC van een huis: wat attesten van zulke woningen zouden tonen, benaderd met de "
        "seizoensmethode en vaste waarden per installatie, niet met de officiële software.", "A label is a chance here, never the EPC of a "
        "house: what certificates of such homes would show, approached by the seasonal method and fixed values per system, not by the "
        "official software.", level="warning", rows_share=1.0, method="epc-distribution",
    )  # fmt: skip


def _pessimism(share: float) -> RemarkRow:
    return tables.remark(
        "epc", "Officiële kengetallen liggen hoger dan de berekening: een factor op de vraag brengt de Vlaamse voorraad op het gemiddelde "
        "van de attesten (372 kWh/m² begin 2023). Die factor en de spreiding zijn aannames; wat met documenten gerenoveerd is, verliest "
        "beide.", "Official scores lie above the computation: a factor on the need brings the Flemish stock to the mean of certificates (372 "
        "kWh/m2 at the start of 2023). That factor and the spread are assumptions; what is renovated with documents loses both.",
        rows_share=share, method="epc-distribution",
    )  # fmt: skip


def _reference() -> RemarkRow:
    return tables.remark(
        "epc", "Het label nu gaat uit van een condenserende gasketel: welke installatie er staat, zit niet in de gegevens.",
        "The label now takes a condensing gas boiler: which installation a home has is not in the data.", rows_share=1.0, method="epc-rules",
    )  # fmt: skip


def _rules() -> RemarkRow:
    return tables.remark(
        "epc", "Alleen de regel 'today' volgt het recht van vandaag, en ook daar zijn de grenzen B en E en de termen niet nagegaan. De andere "
        "regels zijn voorstellen om mee te vergelijken.", "Only the rule 'today' follows the law of today, and there too borders B and E and "
        "the terms have not been checked. The other rules are proposals to compare with.", method="epc-rules",
    )  # fmt: skip


def _certificates(count: int, share: float) -> RemarkRow:
    return tables.remark(
        "epc", f"Voor {count} gebouwen is een kengetal gegeven: dat telt, met een kleine spreiding. De installatie achter het attest is niet "
        "gekend en geldt als condenserende gasketel.", f"A score is given for {count} buildings: it counts, with a small spread. The "
        "installation behind the certificate is not known and is taken to be a condensing gas boiler.", rows_share=share, method="epc-distribution",
    )  # fmt: skip


def _network(dwellings: int, share: float, network: NetworkHeat | None) -> RemarkRow:
    own = (
        "geen eigen factor gegeven"
        if network is None
        else f"eigen factor {network.primary_factor:.2f}".replace(".", ",")
    )
    own_en = "no factor of its own given" if network is None else f"factor of its own {network.primary_factor:.2f}"
    return tables.remark(
        "epc", f"{dwellings} woningen op het warmtenet krijgen onder de regel van vandaag de standaardfactor 2,00; de gedetailleerde weg neemt "
        f"de factor van het net zelf ({own}). Of het EPC van bestaande woningen die weg kent, is niet nagegaan.", f"{dwellings} dwellings on "
        f"the heat network get the default factor 2.00 under the rule of today; the detailed route takes the factor of the network itself "
        f"({own_en}). Whether the EPC of existing homes has that route has not been checked.", level="warning", rows_share=share, method="epc-rules",
    )  # fmt: skip


def _left_out(dwellings: int) -> RemarkRow:
    return tables.remark(
        "epc", f"{dwellings} woningen in gebouwen met een ander hoofdgebruik hebben hier geen label.",
        f"{dwellings} dwellings in buildings with another main use have no label here.", level="info", method="epc-distribution",
    )  # fmt: skip
