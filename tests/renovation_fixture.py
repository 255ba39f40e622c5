"""Renovation ladders written by hand, for tests of what reads them."""

import pandas as pd

from koppelkans import tables

LIGHT, DEEP = "roof+wall_cavity", "roof_deep+wall_external+floor+glazing_deep+ventilation_balanced"


def rung(place, share, eur_per_m2, *, measures="", depth="as_is", fan_kwh=0.0, need_share=None):
    """One rung: what it leaves of the space heat, its price by floor area, its electricity."""
    return {
        "rung": place, "measures": measures, "depth": depth, "space_share": share, "peak_share": share**0.9,
        "need_share": share**2.0 if need_share is None else need_share, "eur_per_m2": eur_per_m2, "fan_kwh": fan_kwh,
    }  # fmt: skip


LADDER = (
    rung(0, 1.0, 0.0),
    rung(1, 0.6, 200.0, measures=LIGHT, depth="medium_renovation"),
    rung(2, 0.45, 330.0, measures=DEEP, depth="deep_renovation"),
)
"""What a usual and a thorough renovation leave, at round prices."""


def ladders(buildings, ladder=LADDER, **by_building):
    """RENOVATIONS of every heated building: ``ladder``, or its own from the keyword arguments."""
    heated = buildings[buildings["heated"]]
    rows = [
        {
            "building": name, "floor_area_m2": area_m2, **step,
        } for name, area_m2 in heated["floor_area_m2"].items() for step in by_building.get(name, ladder)
    ]  # fmt: skip
    columns = ["building", "floor_area_m2", *LADDER[0]]
    frame = pd.DataFrame(rows, columns=columns)
    price = frame["eur_per_m2"] * frame["floor_area_m2"]
    frame = frame.assign(
        need_kwh=200.0 * frame["floor_area_m2"] * frame["need_share"], heat_loss_w_per_k=300.0 * frame["peak_share"],
        investment_eur=price, life_years=40.0, roof_eur=price, wall_eur=0.0, floor_eur=0.0, glazing_eur=0.0, ventilation_eur=0.0,
        electricity_kwh=frame["fan_kwh"],
    )  # fmt: skip
    frame = frame.astype({"building": "str", "measures": "str", "depth": "str", "rung": "int64"})
    frame.index = pd.Index(
        frame["building"].astype(object) + "|" + frame["rung"].astype(str).astype(object),
        name="renovation",
        dtype="str",
    )
    numbers = [item.name for item in tables.RENOVATIONS.columns if item.kind is float]
    return tables.check(
        tables.RENOVATIONS, frame.astype(dict.fromkeys(numbers, "float64"))[tables.RENOVATIONS.column_names]
    )
