"""What must be said beside the works: what was assumed, left out, or counted with somebody else."""

from __future__ import annotations

import numpy as np
import pandas as pd

from koppelkans.street.assets.drawing import drawn_remarks
from koppelkans.street.assets.works import Ground
from koppelkans.street.calendar.case import HEAT, ZONES, WorksCase
from koppelkans.tables import RemarkRow, remark

METHOD = "street-works"


def street_remarks(ground: Ground, works: pd.DataFrame, case: WorksCase) -> list[RemarkRow]:
    """Every assumption behind the works of a place."""
    drawn = ground.assets[ground.assets["drawn"]]
    return [
        *drawn_remarks(drawn, ground.known.about), *_price_remarks(), *_gas_remarks(ground), *_limit_remarks(ground), *_drain_remarks(works),
        *_alone_remarks(ground, works), *_heat_remarks(ground, case),
    ]  # fmt: skip


def _price_remarks() -> list[RemarkRow]:
    return [remark(
        "works",
        "Kosten van werken zijn ramingen zonder btw: Nederlandse kengetallen voor riolen, de prijstabel van het warmtenet, en aannames voor de rest; Vlaamse aanbestedingen zijn niet gelezen.",
        "Costs of works are estimates without VAT: Dutch key figures for sewers, the price table of the heat network, and assumptions for the rest; Flemish tenders were not read.",
        method="street-prices",
    )]  # fmt: skip


def _gas_remarks(ground: Ground) -> list[RemarkRow]:
    parent = ground.gas.parent
    if parent.empty:
        return []
    where = "op de opgegeven plaats" if ground.terms.gas_entry_m is not None else "aan de rand van het gebied"
    where_en = "at the given place" if ground.terms.gas_entry_m is not None else "at the border of the place"
    return [remark(
        "works",
        f"Het gasnet is niet openbaar: aangenomen is dat gas {where} binnenkomt ({len(ground.gas.entries)} punten) en langs de kortste weg door de straten gaat. Gas verdwijnt van de verste huizen af. "
        f"Waar geen warmtenet komt, kan dat vanaf {ground.terms.gas_free_year}.",
        f"The gas network is not public: gas is assumed to enter {where_en} ({len(ground.gas.entries)} points) and to follow the shortest way along the streets. Gas goes from the farthest houses inwards. "
        f"Where no heat network comes, it may go from {ground.terms.gas_free_year}.",
        method="gas-tree",
    )]  # fmt: skip


def _limit_remarks(ground: Ground) -> list[RemarkRow]:
    silent = ground.owners.index[ground.owners["crews_m"].isna()]
    if not len(silent):
        return []
    return [remark(
        "works",
        "Wat allen samen per jaar uitgeven en wat ploegen kunnen, is niet opgegeven: de gewone capaciteit geldt (het jaargemiddelde van alle werken met een marge). Erboven is niet verboden maar kost meer.",
        "What all may spend together in a year and what crews can do was not stated: the usual capacity counts (the yearly mean of all works with a margin). Beyond it nothing is forbidden but dearer.",
        method=METHOD,
    )]  # fmt: skip


def _drain_remarks(works: pd.DataFrame) -> list[RemarkRow]:
    if not (works["kind"] == "drains").any():
        return []
    return [remark(
        "works",
        "Afvoer op privédomein scheiden betaalt de eigenaar van het gebouw; hier staat het bij de rioolbeheerder, die het organiseert.",
        "Parting private drains is paid by the owner of the building; here it stands with the sewer manager, who organises it.", method=METHOD,
    )]  # fmt: skip


def _alone_remarks(ground: Ground, works: pd.DataFrame) -> list[RemarkRow]:
    rows = [remark(
        "works",
        "Telecom gaat mee met de kabels en een voetpad met de heraanleg van de straat: ze hebben geen eigen werken. Elk werk komt hoogstens één keer in de horizon; riolen in straten zonder huizen zijn niet geloot.",
        "Telecom goes along with the cables and a footway with the rebuilding of the street: they have no works of their own. Each work comes at most once in the horizon; sewers in streets without houses are not drawn.",
        method=METHOD,
    )]  # fmt: skip
    lost = (works["kind"] == "heat") & ~works["section"].isin(
        [] if ground.network is None else ground.network.sections.index
    )
    if lost.any():
        rows.append(remark(
            "works", f"{int(lost.sum())} geplande werken leggen warmte waar het net van dit plan niet komt: ze tellen als werk, niet als warmte.",
            f"{int(lost.sum())} planned works lay heat where the network of this plan does not come: they count as works, not as heat.",
            level="warning", method=METHOD,
        ))  # fmt: skip
    return rows


def _heat_remarks(ground: Ground, case: WorksCase) -> list[RemarkRow]:
    """What heat costs alone here, beside what the design of the network reckoned."""
    if ground.network is None or ground.network.sections.empty:
        return []
    designed = float(ground.network.sections[["heat_own_eur", "trench_eur"]].to_numpy().sum())
    works = case.works
    heat = works.kind == HEAT
    opened = case.streets.zone_eur[works.section[heat]][:, [ZONES.index("carriageway"), ZONES.index("house")]].sum()
    alone = float(works.own_eur[heat].sum() + opened + case.streets.closure_eur[works.section[heat]].sum())
    if not designed or not np.isfinite(alone):
        return []
    return [remark(
        "works", f"Elk stuk warmtenet alleen aanleggen kost hier {alone / designed:.0%} van wat het ontwerp van het net rekent (leidingen, sleuf, aansluitleidingen).",
        f"Laying every piece of the heat network alone costs {alone / designed:.0%} here of what its design reckons (pipes, trench, service pipes).",
        level="info", method="street-prices",
    )]  # fmt: skip
