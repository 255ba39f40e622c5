"""What the class of a road means: where a heat pipe may be laid, and how wide such a street usually is."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd

from koppelkans.parameters import reference_table
from koppelkans.tables import RemarkRow, remark

UNKNOWN = "unknown"
LISTED = 5
"""Names shown in a remark before it says that there are more."""


def road_rules(streets: gpd.GeoDataFrame) -> tuple[pd.DataFrame, list[RemarkRow]]:
    """Group of each road (motorway, main, ..., path, unknown) and whether a heat pipe may be laid in it; and the remarks.

    Index as the streets; columns ``group`` and ``trench``. The table is ``street_classes``: classes of OpenStreetMap and
    Wegenregister, compared without capitals. A class that it does not know, or no class at all, is taken as a street where a pipe may lie.
    Method: docs/method.md#street-graph.
    """
    known = reference_table("street_classes").set_index("road_class")
    written = streets["road_class"].str.lower().str.strip()
    found = pd.DataFrame(
        {
            "group": written.map(known["group"]).fillna(UNKNOWN).astype("str"),
            "trench": written.map(known["trench"]).fillna(1.0).astype(bool),
        },
        index=streets.index,
    )
    strange = written.notna() & ~written.isin(known.index)
    rows = [*_unsaid(written.isna()), *_unheard(streets, strange), *_excluded(streets, found["trench"])]
    return found, [*rows, *_raised(found["trench"] & streets["structure"].notna())]


def _unsaid(missing: pd.Series) -> list[RemarkRow]:
    if not missing.any():
        return []
    share = float(missing.mean())
    return [
        remark(
            "streets",
            f"{int(missing.sum())} straatlijnen ({share:.0%}) hebben geen wegklasse: ze gelden als straten waar een leiding mag liggen.",
            f"{int(missing.sum())} street lines ({share:.0%}) have no road class: they count as streets where a pipe may be laid.",
            rows_share=share, method="street-graph",
        )
    ]  # fmt: skip


def _unheard(streets: gpd.GeoDataFrame, strange: pd.Series) -> list[RemarkRow]:
    if not strange.any():
        return []
    called = sorted(streets.loc[strange, "road_class"].unique())
    shown = ", ".join(called[:LISTED]) + (", ..." if len(called) > LISTED else "")
    return [
        remark(
            "streets",
            f"{int(strange.sum())} straatlijnen hebben een onbekende wegklasse ({shown}): ze gelden als straten waar een leiding mag liggen.",
            f"{int(strange.sum())} street lines have an unknown road class ({shown}): they count as streets where a pipe may be laid.",
            rows_share=float(strange.mean()), method="street-graph",
        )
    ]  # fmt: skip


def _excluded(streets: gpd.GeoDataFrame, trench: pd.Series) -> list[RemarkRow]:
    length_m = streets.geometry.length
    if trench.all() or not length_m.sum():
        return []
    by_class = length_m[~trench].groupby(streets.loc[~trench, "road_class"]).sum().sort_values(ascending=False)
    shown = ", ".join(f"{name} {length / 1000:.1f} km" for name, length in by_class.items())
    share = float(length_m[~trench].sum() / length_m.sum())
    return [
        remark(
            "streets",
            f"Geen warmteleiding in {share:.0%} van de weglengte, naar wegklasse: {shown}.",
            f"No heat pipe in {share:.0%} of the road length, by class of road: {shown}.",
            rows_share=float((~trench).mean()), method="street-graph",
        )
    ]  # fmt: skip


def _raised(raised: pd.Series) -> list[RemarkRow]:
    if not raised.any():
        return []
    return [
        remark(
            "streets",
            f"{int(raised.sum())} straatlijnen liggen op een brug of in een tunnel: een leiding daar kost meer dan in de grond, en dat is niet gerekend.",
            f"{int(raised.sum())} street lines are a bridge or a tunnel: a pipe there costs more than in the ground, which is not counted.",
            rows_share=float(raised.mean()), method="street-graph",
        )
    ]  # fmt: skip
