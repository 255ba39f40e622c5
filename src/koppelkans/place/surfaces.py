"""Do given surfaces fit the building that they belong to: walls against the free perimeter, roof and ground against the footprint."""

from __future__ import annotations

import pandas as pd

from koppelkans import tables
from koppelkans.errors import DataError
from koppelkans.parameters import Parameters
from koppelkans.place.impute_stock import AS_OF


def refuse_contradictions(buildings: pd.DataFrame, where: str, parameters: Parameters) -> None:
    """Raise DataError when surfaces contradict the geometry of their building, with every fault and the keys.

    Compared, each to a factor ``place.surfaces.factor``: ground and roof with the footprint; wall and window together with free
    perimeter x storeys x storey height, where the shape is drawn and the storeys are not a typical value. buildings: contract
    BUILDINGS. ``where`` names file and layer.
    Method: docs/method.md#place-surfaces.
    """
    factor = parameters.at("place.surfaces.factor", AS_OF)
    storey_m = parameters.at("place.storey_height_m", AS_OF)
    drawn = buildings["exposed_perimeter_m"] * buildings["storeys"] * storey_m
    drawn = drawn.where((drawn > 0) & ~buildings["storeys_from"].isin(tables.IMPUTED))
    outside = buildings["wall_m2"] + buildings["window_m2"]
    height = f"free perimeter x storeys x {storey_m:g} m"
    compared = (
        ("roof_m2", buildings["roof_m2"], buildings["footprint_m2"], "the footprint"),
        ("ground_m2", buildings["ground_m2"], buildings["footprint_m2"], "the footprint"),
        ("wall_m2 + window_m2", outside, drawn, height),
    )
    faults = []
    for column, given_m2, geometry_m2, what in compared:
        ratio = given_m2 / geometry_m2.where(geometry_m2 > 0)
        wrong = ratio.notna() & ~ratio.between(1 / factor, factor)
        if wrong.any():
            keys = buildings.index[wrong]
            faults.append(
                f"{where}, column {column}: {int(wrong.sum())} buildings ({tables.first_keys(keys)}) hold {given_m2[keys[0]]:g} m2 where "
                f"{what} gives {geometry_m2[keys[0]]:.0f} m2, expected {1 / factor:g} to {factor:g} times that"
            )
    if faults:
        raise DataError(
            "surfaces contradict the geometry of their building; correct their unit (m2) or the shape, or leave the columns empty so that "
            "the surfaces follow from the shape",
            faults,
        )
