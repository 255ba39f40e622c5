"""What stands beside a calibrated demand: what was metered, what it told, and what it could not tell."""

from __future__ import annotations

import numpy as np
import pandas as pd

from koppelkans import tables
from koppelkans.building.calibration.groups import Groups
from koppelkans.building.calibration.linear import summed
from koppelkans.building.calibration.observations import ANCHOR
from koppelkans.building.calibration.prior import Stock
from koppelkans.tables import RemarkRow

IDENTIFIABILITY = "calibration-identifiability"


def calibration_remarks(
    stated: list[RemarkRow],
    table: pd.DataFrame,
    figures: pd.DataFrame,
    *,
    calibrated: pd.Series,
    own_meter: pd.Series,
    with_score: int,
    unidentified: float,
) -> list[RemarkRow]:
    """The remarks so far, with those on readings, totals, certificates and on what they identify."""
    rows = list(stated)
    used = table[table["used"]]
    if own_meter.any():
        rows.append(_own(used[used["level"] == "building"], own_meter))
    totals = used[used["level"] != "building"]
    if len(totals):
        rows.append(_totals(totals, float(calibrated.mean())))
    if with_score:
        rows.append(_scores(with_score, len(calibrated)))
    if len(used):
        rows += [_exponent(figures.T["exponent"], unidentified), _model(float(calibrated.mean()))]
    return rows


def _own(readings: pd.DataFrame, own_meter: pd.Series) -> RemarkRow:
    factor = float((readings["metered_kwh"] / readings["prior_kwh"]).median())
    count = int(own_meter.sum())
    return tables.remark(
        "demand", f"{count} gebouwen zijn geijkt op hun eigen meter (mediaan {factor:.2f} maal de berekening).",
        f"{count} buildings are calibrated on their own meter (median {factor:.2f} times the model).",
        level="info", rows_share=float(own_meter.mean()), method=ANCHOR,
    )  # fmt: skip


def _totals(totals: pd.DataFrame, share: float) -> RemarkRow:
    factor = float(totals["posterior_kwh"].sum() / totals["prior_kwh"].sum())
    years = ", ".join(str(year) for year in sorted(set(totals["year"])))
    counts = totals.drop_duplicates(["level", "name"])["level"].value_counts()
    dutch = {"street": "straten", "sector": "sectoren (samen)", "municipality": "gemeente"}
    english = {"street": "streets", "sector": "sectors (together)", "municipality": "municipality"}
    listed, listed_en = (
        ", ".join(f"{counts[level]} {words[level]}" for level in words if level in counts) for words in (dutch, english)
    )
    return tables.remark(
        "demand", f"De woningen zijn geijkt op gemeten gastotalen van {years} ({listed}): samen factor {factor:.2f} op de berekening. "
        "Woningen zonder gas gelden als gelijk aan die met gas.", f"Dwellings are calibrated on metered gas totals of {years} ({listed_en}): "
        f"together factor {factor:.2f} on the model. Homes without gas are taken as alike those with it.",
        level="assumption", rows_share=share, method=ANCHOR,
    )  # fmt: skip


def _scores(count: int, buildings: int) -> RemarkRow:
    return tables.remark(
        "epc_score_kwh_per_m2", f"Het EPC-kengetal van {count} gebouwen telt mee als een ruwe aanwijzing van de schil: officiële kengetallen zijn te hoog "
        "tegenover het model, en het verbruik volgt de schil maar ten dele.", f"The certificate score of {count} buildings counts as a rough sign "
        "of the envelope: official scores are high against the model, and use follows the envelope only in part.",
        rows_share=count / buildings, method="calibration-certificates",
    )  # fmt: skip


def _exponent(exponent: pd.Series, unidentified: float) -> RemarkRow:
    removed = 1.0 - (exponent["posterior_sigma"] / exponent["prior_sigma"]) ** 2
    after = f"{exponent['posterior']:.2f} ± {exponent['posterior_sigma']:.2f}".replace(".", ",")
    after_en = after.replace(",", ".")
    if exponent["posterior_sigma"] > unidentified * exponent["prior_sigma"]:
        return tables.remark(
            "space_heat_kwh", f"De exponent (hoe het verbruik de kwaliteit van de woning volgt) is met deze totalen niet bepaald: {removed:.0%} van de "
            f"onzekerheid is weg, hij blijft {after}. De besparing van een renovatie rust dus op een aanname.", "The exponent (how use follows the "
            f"quality of the house) is not identified by these totals: {removed:.0%} of the prior variance is gone, it stays {after_en}. The "
            "saving of a renovation therefore rests on an assumption.", level="warning", method=IDENTIFIABILITY,
        )  # fmt: skip
    return tables.remark(
        "space_heat_kwh", f"De totalen bepalen de exponent ten dele: {removed:.0%} van de onzekerheid is weg, hij wordt {after}.",
        f"The totals identify the exponent in part: {removed:.0%} of the prior variance is gone, it becomes {after_en}.",
        level="info", method=IDENTIFIABILITY,
    )  # fmt: skip


def _model(share: float) -> RemarkRow:
    return tables.remark(
        "heat_kwh", "Een geijkt cijfer per gebouw blijft een model dat de totalen verdeelt, geen meting van dat gebouw.",
        "A calibrated figure per building stays a model that divides the totals, not a measurement of that building.",
        level="info", rows_share=share, method=ANCHOR,
    )  # fmt: skip


def group_remarks(groups: Groups, stock: Stock) -> list[RemarkRow]:
    """Remarks on who is inside the totals: other buildings in the street, an assumed share on gas, collective boilers, outsiders."""
    if not len(groups) or not groups.used.any():
        return []
    rows = [_others(groups, stock), _assumed(groups), _collective(groups, stock), _outside(groups, stock)]
    return [row for row in rows if row is not None]


def _others(groups: Groups, stock: Stock) -> RemarkRow | None:
    streets = set(groups.table.loc[groups.used & (groups.table["level"] == "street").to_numpy(), "name"])
    named = np.array([name in streets for name in stock.streets] or [False])
    others = ~stock.home & (stock.gas_kwh > 0) & named[stock.street]
    if not others.any():
        return None
    count = len(set(stock.street[others]))
    return tables.remark(
        "meters", f"In {count} straten met een totaal staan ook {int(others.sum())} gebouwen die geen woning zijn: het totaal geldt als dat van de woningen.",
        f"In {count} streets with a total stand {int(others.sum())} buildings that are no dwelling as well: the total is taken as that of the dwellings.",
        method=ANCHOR,
    )  # fmt: skip


def _assumed(groups: Groups) -> RemarkRow | None:
    bare = groups.used & ~groups.counted
    if not bare.any():
        return None
    share = float(np.max(groups.times * groups.chance))
    return tables.remark(
        "meters", f"Bij {int(bare.sum())} totalen ontbreekt het aantal aansluitingen: aangenomen is dat {share:.0%} van de woningen gas heeft.",
        f"{int(bare.sum())} totals have no number of connections: {share:.0%} of the dwellings are assumed to have gas.",
        level="warning", method=ANCHOR,
    )  # fmt: skip


def _collective(groups: Groups, stock: Stock) -> RemarkRow | None:
    """Flats in a group with fewer meters than dwellings: one boiler room may heat many."""
    fewer = groups.used & groups.counted & (groups.dwellings_times < 1.0)
    flats = np.any(groups.column(fewer.astype(float)) > 0, axis=1) & (stock.dwellings > 1.0)
    if not flats.any():
        return None
    return tables.remark(
        "meters", f"{int(flats.sum())} gebouwen met meer woningen staan in een totaal met minder aansluitingen dan woningen: met een collectieve ketel is één "
        "aansluiting meer woningen, en dan is het verbruik per woning te hoog geschat.", f"{int(flats.sum())} buildings with several dwellings are "
        "in a total with fewer connections than dwellings: with a collective boiler one connection is several homes, and use per home is "
        "estimated too high.", rows_share=float(flats.mean()), method=ANCHOR,
    )  # fmt: skip


def _outside(groups: Groups, stock: Stock) -> RemarkRow | None:
    """Totals with more meters than the place has dwellings in them."""
    beyond = groups.used & (groups.dwellings_times > 1.0)
    if not beyond.any():
        return None
    inside = summed(groups.of, (groups.of < len(groups)) * stock.dwellings[:, None], len(groups))
    share = float((inside[beyond] / groups.table["connections"].to_numpy(float)[beyond]).min())
    return tables.remark(
        "meters", f"{int(beyond.sum())} totalen tellen meer aansluitingen dan er woningen van dit gebied in staan (minst: {share:.0%} ligt erin): ze gelden naar "
        "verhouding, met ruimte voor het verschil tussen buurten.", f"{int(beyond.sum())} totals count more connections than this area has "
        f"dwellings in them (least: {share:.0%} lies inside): they count in proportion, with room for the difference between neighbourhoods.",
        method=ANCHOR,
    )  # fmt: skip
