"""What a building is used for and whether it is heated, from what the source says, else from address and size."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from koppelkans.parameters import Parameters
from koppelkans.place.impute_stock import AS_OF
from koppelkans.tables import BUILDINGS, RemarkRow, remark

HOUSE_CLASSES = ("house", "farm", "cabin", "static_caravan", "houseboat")
"""Classes of a source that say one-family house without saying which form."""


def says_house(records: gpd.GeoDataFrame) -> pd.Series:
    """Whether the class of the source is that of a one-family house."""
    said: pd.Series = records["source_class"].str.strip().str.lower().isin(list(HOUSE_CLASSES))
    return said


def footprints_m2(records: gpd.GeoDataFrame) -> pd.Series:
    """Footprint of each record [m2]: as given, else of its polygon, else its slab on the ground; empty for a bare point."""
    drawn = records.geometry.area.where(records.geometry.geom_type != "Point")
    known: pd.Series = records["footprint_m2"].fillna(drawn).fillna(records["ground_m2"])
    return known.clip(lower=BUILDINGS["footprint_m2"].low).rename("footprint_m2")


def addressed(records: gpd.GeoDataFrame) -> pd.Series:
    """Whether a house number or box is attached to the record."""
    attached: pd.Series = (records["addresses"] > 0) | (records["boxes"] > 0) | records["house_number"].notna()
    return attached


def addresses_complete(records: gpd.GeoDataFrame, parameters: Parameters) -> pd.Series:
    """Whether a missing address says something: enough buildings of house size have one, among those of the same level.

    Even with every address known far fewer than all do: in a farming village more than half of the large buildings are outbuildings.
    """
    house_size = footprints_m2(records) >= parameters.at("place.annex.footprint_max_m2", AS_OF)
    covered = addressed(records).astype("float64").where(house_size).groupby(records["level"]).transform("mean")
    return (covered.fillna(0.0) >= parameters.at("place.address_coverage.min_share", AS_OF)).rename("complete")


def uses(records: gpd.GeoDataFrame, parameters: Parameters) -> tuple[pd.DataFrame, list[RemarkRow]]:
    """Main use of each building, its provenance, and whether it is heated; index building.

    What the source says (use or form) is kept. Else, in this order: without address and smaller than a house, or without address
    where addresses are complete: an unheated annex; larger than any house, by footprint, volume or height: non-residential ``other``, not
    heated when it also lacks an address where addresses are complete; all else is a home.

    Method: docs/method.md#impute-use.
    """

    def figure(name: str) -> float:
        return parameters.at(f"place.{name}", AS_OF)

    footprint, by_address = footprints_m2(records), addressed(records)
    complete = addresses_complete(records, parameters)
    form = (
        records["type"]
        .map({"annex": "annex", "non_residential": "other"})
        .fillna(records["type"].where(records["type"].isna(), "residential"))
    )
    said = records["use"].fillna(form)
    unsaid = said.isna()

    ground = records["ground_m2"].fillna(footprint)
    bulky = (records["volume_m3"] > figure("house.volume_max_m3")) | (
        records["volume_m3"] / ground > figure("house.height_max_m")
    )
    several = (records["boxes"] >= 2) | (records["dwellings"] >= 2)
    large = unsaid & ~several & ((footprint >= figure("large.footprint_min_m2")) | bulky)
    small = footprint < figure("annex.footprint_max_m2")
    too_small = footprint < figure("house.footprint_min_m2")
    annex = unsaid & ~large & ((~by_address & (small | (complete & footprint.notna()))) | (by_address & too_small))
    hall = large & ~by_address & complete

    use = said.mask(annex, "annex").mask(large, "other").fillna("residential").astype("str")
    origin = records["record_from"].where(~unsaid, np.where(annex | large, "derived", "statistics")).astype("str")
    result = pd.DataFrame({"use": use, "use_from": origin, "heated": (use != "annex") & ~hall})
    return result, _remarks(records, result, footprint, large=large, annex=annex, hall=hall)


def _remarks(
    records: gpd.GeoDataFrame,
    result: pd.DataFrame,
    footprint: pd.Series,
    *,
    large: pd.Series,
    annex: pd.Series,
    hall: pd.Series,
) -> list[RemarkRow]:
    heated = result["heated"]
    by_default = heated & (result["use_from"] == "statistics")
    rows = [_homes(by_default, heated)] if by_default.any() else []
    kept = large & heated
    if kept.any():
        rows.append(_large_heated(kept, heated, footprint))
    if hall.any():
        rows.append(_halls(hall, footprint))
    if annex.any():
        rows.append(_annexes(annex))
    bare = heated & footprint.isna() & records["use"].isna()
    if bare.any():
        rows.append(_unseen_institutions(bare, heated))
    return rows


def dutch(number: float, decimals: int = 0) -> str:
    """A number as it is written in Dutch: point for thousands, comma for decimals."""
    return f"{number:,.{decimals}f}".translate(str.maketrans(",.", ".,"))


def share_of(rows: pd.Series, heated: pd.Series) -> float:
    """Share of the heated buildings that are among these rows; 0 without heated buildings."""
    return float((rows & heated).sum() / heated.sum()) if heated.any() else 0.0


def _homes(by_default: pd.Series, heated: pd.Series) -> RemarkRow:
    return remark(
        "buildings.use",
        f"{by_default.sum()} gebouwen zonder vermeld gebruik gelden als woning: ze hebben een adres of de maat van een huis.",
        f"{by_default.sum()} buildings without a stated use count as homes: they have an address or the size of a house.",
        rows_share=share_of(by_default, heated), method="impute-use",
    )  # fmt: skip


def _large_heated(rows: pd.Series, heated: pd.Series, footprint: pd.Series) -> RemarkRow:
    area = footprint[rows].sum()
    return remark(
        "buildings.use",
        f"{rows.sum()} gebouwen (samen {dutch(area)} m² grond) zijn te groot voor een huis en hebben geen vermeld gebruik: gerekend als "
        "verwarmd niet-woongebouw 'overig'. Hun warmtevraag is onzeker; vul het gebruik aan.",
        f"{rows.sum()} buildings ({area:,.0f} m² of ground together) are too large for a house and have no stated use: counted as a heated "
        "non-residential building 'other'. Their heat demand is uncertain; state the use.",
        level="warning", rows_share=share_of(rows, heated), method="impute-use",
    )  # fmt: skip


def _halls(rows: pd.Series, footprint: pd.Series) -> RemarkRow:
    area = footprint[rows].sum()
    return remark(
        "buildings.heated",
        f"{rows.sum()} grote gebouwen zonder adres (samen {dutch(area)} m² grond: stallen, loodsen, serres) gelden als niet verwarmd. "
        "Vul het gebruik aan van wie wel verwarmd wordt.",
        f"{rows.sum()} large buildings without an address ({area:,.0f} m² of ground together: stables, halls, greenhouses) count as not "
        "heated. State the use of those that are.",
        level="warning", method="impute-use",
    )  # fmt: skip


def _annexes(rows: pd.Series) -> RemarkRow:
    return remark(
        "buildings.heated",
        f"{rows.sum()} gebouwen zonder adres, of te klein voor een huis, gelden als onverwarmd bijgebouw.",
        f"{rows.sum()} buildings without an address, or too small for a house, count as unheated annexes.",
        method="impute-use",
    )  # fmt: skip


def _unseen_institutions(rows: pd.Series, heated: pd.Series) -> RemarkRow:
    return remark(
        "buildings.use",
        f"Scholen, zorg, winkels en bedrijven zijn niet te herkennen aan een adres alleen: {rows.sum()} adressen zijn als woning gerekend. "
        "Grote verbruikers ontbreken dus in deze cijfers.",
        f"Schools, care, shops and companies cannot be told from an address alone: {rows.sum()} addresses are counted as homes. "
        "Large customers are therefore missing from these figures.",
        level="warning", rows_share=share_of(rows, heated), method="impute-use",
    )  # fmt: skip
