"""What stands beside a design of a network: assumptions, buildings out of reach, what each source gives, which regime was chosen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from koppelkans import tables
from koppelkans.heat.network.design_graph import StreetGraph
from koppelkans.heat.offers import KWH_PER_MWH, NetworkCase
from koppelkans.tables import RemarkRow

FEW = 10
"""Buildings behind a source from which its part of the heat is said in a remark."""


def design_remarks(
    graph: StreetGraph, offers: pd.DataFrame, reasons: pd.Series, row: dict[str, Any]
) -> list[RemarkRow]:
    """What stands beside a design: assumptions, buildings out of reach, an empty answer."""
    count = max(1, len(offers))
    far = reasons == "not_reachable"
    rows = [tables.remark(
        "network_variants", "Het net is berekend met de retour van zijn regime. Radiatoren die niet ingeregeld zijn, geven warmer water terug: dan kan een "
        "leiding minder dan hier staat. Prijzen van sleuf en leiding komen uit een Nederlandse tabel zonder prijsjaar (±25 %).", "The network is "
        "computed with the return of its regime. Radiators that are not balanced send back warmer water: a pipe then carries less than stated "
        "here. Prices of trench and pipe come from a Dutch table without price year (±25 %).", rows_share=1.0, method="network-design",
    )]  # fmt: skip
    boosted = offers["electricity_kwh"] > 0
    if boosted.any():
        rows.append(tables.remark(
            "connections", f"Bij {row['supply_c']:g} °C is het net te koel voor warm water van {int(boosted.sum())} gebouwen: een elektrische naverwarming per "
            f"woning levert het laatste stuk, {dutch(offers['electricity_kwh'].sum() / KWH_PER_MWH)} MWh per jaar als iedereen aansluit.", f"At "
            f"{row['supply_c']:g} °C the network is too cool for the hot water of {int(boosted.sum())} buildings: an electric booster per dwelling adds the "
            f"rest, {offers['electricity_kwh'].sum() / KWH_PER_MWH:,.0f} MWh a year if everybody connects.", rows_share=float(boosted.sum() / count),
            method="network-offers",
        ))  # fmt: skip
    if far.any():
        others = len(graph.unreached)
        rows.append(tables.remark(
            "connections", f"{int(far.sum())} verwarmde gebouwen kan het net niet bereiken: {others} liggen aan straten die niet aan de bron hangen (de straten "
            f"vormen {graph.components} losse delen), de andere hebben geen straat in de buurt.", f"{int(far.sum())} heated buildings cannot be reached: "
            f"{others} stand on streets that are not joined to the source (the streets form {graph.components} separate parts), the others have no "
            "street nearby.", level="warning" if far.sum() > count / 10 else "info", rows_share=float(far.sum() / count), method="network-design",
        ))  # fmt: skip
    if row["buildings"] == 0:
        # the mean of ten, never one building's own value: remarks are printed in public reports
        best = max(0.0, float(offers["advantage_eur_per_year"].nlargest(10).mean())) if len(offers) >= 10 else 0.0
        value = float(offers["advantage_eur_per_year"].clip(lower=0).sum())
        rows.append(tables.remark(
            "network_variants", f"Op {row['supply_c']:g} °C loont het voor geen enkel gebouw om aan te sluiten: het voordeel voor het net is bij de tien beste gebouwen "
            f"gemiddeld {dutch(best)} EUR per jaar, samen {dutch(value)} EUR per jaar, minder dan de leidingen kosten.", f"At {row['supply_c']:g} °C "
            f"connecting pays for no building: the advantage before pipes is {best:,.0f} EUR a year on average of the ten best buildings, {value:,.0f} EUR a year "
            "in all, less than the pipes cost.", level="info", method="network-design",
        ))  # fmt: skip
    return rows


def source_remarks(given: pd.DataFrame, case: NetworkCase) -> list[RemarkRow]:
    """What each of several sources gives, and how their heat was priced."""
    if len(given) == 1:
        return []
    # remarks are printed in public: tens of percents, and none where few buildings hang on a source
    shown = bool((given["buildings"][given["heat_share"] > 0] >= FEW).all())
    used = given[given["heat_share"] > 0]
    parts = [
        f"{name} {round(part, 1):.0%}" if shown else name
        for name, part in zip(used.index, used["heat_share"], strict=True)
    ]
    said = "; ".join(parts) or "-"
    idle = ", ".join(given.index[given["heat_share"] <= 0])
    nl, en = said + (f"; niet gebruikt: {idle}" if idle else ""), said + (f"; not used: {idle}" if idle else "")
    return [tables.remark(
        "network_variants", f"Elke warmtebron voedt een eigen deel van het net: {nl}. De warmte van een duurdere bron is geteld aan de gemiddelde vollasturen van alle "
        f"gebouwen, verliezen aan de prijs van {case.source.name}. Buiten de piek kunnen bronnen elkaar helpen waar de delen aan elkaar liggen; dat is niet gerekend.",
        f"Each heat source feeds a part of the network of its own: {en}. Heat of a dearer source is counted at the mean full-load hours of all buildings, losses at "
        f"the price of {case.source.name}. Off the peak sources can help each other where their parts touch; that is not counted.", level="assumption",
        method="network-sources",
    )]  # fmt: skip


def dutch(number: float, decimals: int = 0) -> str:
    """A number as it is written in Dutch."""
    return f"{number:,.{decimals}f}".translate(str.maketrans(",.", ".,"))


def choice_remarks(regimes: Sequence[str], best: str, row: dict[str, Any], built: bool) -> list[RemarkRow]:
    """Which regime was chosen of those looked at, and what that saves; ``row``: the figures of the best."""
    saved = row["without_eur_per_year"] - row["whole_eur_per_year"]
    names = ", ".join(regimes)
    if not built:
        return [tables.remark(
            "network_variants", f"Geen warmtenet: bij geen van de regimes ({names}) kost het geheel minder dan met oplossingen per gebouw.",
            f"No heat network: at none of the regimes ({names}) does the whole cost less than with solutions per building.", level="info",
            method="network-design",
        )]  # fmt: skip
    return [tables.remark(
        "network_variants", f"Gekozen regime: {best}, {row['buildings']} gebouwen; het geheel kost {dutch(saved)} EUR per jaar minder dan zonder net. "
        f"Geen net op deze temperatuur kost het geheel meer dan {dutch(100 * row['gap_share'], 1)} % minder; die grens bewijst de rekening, niet de prijzen. "
        "De invloed van onzekere cijfers is berekend op de oplossingen per gebouw, zonder het net.", f"Regime chosen: {best}, {row['buildings']} "
        f"buildings; the whole costs {saved:,.0f} EUR a year less than without a network. No network at this temperature makes the whole more than "
        f"{row['gap_share']:.1%} cheaper; that bound proves the arithmetic, not the prices. The influence of uncertain figures is computed on the "
        "solutions per building, without the network.", level="info", method="network-design",
    )]  # fmt: skip
