"""The building stock that stands behind an imputation: of the municipality, else of Flanders, else of Belgium."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from koppelkans.parameters import Parameters, reference_table

AS_OF = date(2025, 1, 1)
"""Day of the building-stock statistics; the figures of imputation are asked for this day, so that a place does not change with time."""

RESIDENTIAL_TYPES = ("terraced", "semi_detached", "detached", "apartment_building")
HOUSE_TYPES = RESIDENTIAL_TYPES[:3]
_STATBEL_TYPES = {
    "gesloten": "terraced",
    "halfopen": "semi_detached",
    "open": "detached",
    "appartementsgebouw": "apartment_building",
}
_FLEMISH_NIS = ("1", "23", "24", "3", "4", "7")


@dataclass(frozen=True, slots=True)
class Stock:
    """Buildings and dwellings by type, and the share of each construction class by type.

    ``buildings`` and ``dwellings``: index type. ``class_shares``: one row per type of ``RESIDENTIAL_TYPES``, one column per class,
    rows sum to 1; class k runs from ``first_years[k]`` to ``last_years[k]``, both included.
    """

    title: str
    title_en: str
    own_municipality: bool
    buildings: pd.Series
    dwellings: pd.Series
    class_shares: npt.NDArray[np.float64]
    first_years: npt.NDArray[np.int64]
    last_years: npt.NDArray[np.int64]

    @property
    def house_shares(self) -> npt.NDArray[np.float64]:
        """Share of closed, semi-detached and detached among the houses, apartment buildings left out."""
        houses = self.buildings.loc[list(HOUSE_TYPES)].to_numpy(dtype=float)
        return np.asarray(houses / houses.sum(), dtype=np.float64)

    @property
    def apartment_share(self) -> float:
        """Apartment buildings as a share of the residential buildings."""
        return float(self.buildings["apartment_building"] / self.buildings.sum())

    @property
    def dwellings_per_apartment_building(self) -> float:
        """Mean number of dwellings in an apartment building."""
        return float(self.dwellings["apartment_building"] / self.buildings["apartment_building"])


def stock_of(nis: str | None, country: str, parameters: Parameters) -> Stock:
    """Building stock that stands for a municipality.

    Order: Statbel 2025 of the municipality itself; Flemish totals of Statbel 2018 (also the stand-in abroad); for a Belgian municipality
    outside Flanders the dwelling frequencies of TABULA 2006. The last two give types and a coarse age only: inside each coarse age the
    classes follow the municipalities of the Statbel table together.

    Method: docs/method.md#impute-stock.
    """
    table = reference_table("building_stock_2025").astype({"nis": "str"})
    table = table.assign(type=table["type"].map(_STATBEL_TYPES))
    own = table[table["nis"] == nis] if country == "BE" else table.iloc[:0]
    first_years, last_years = _class_years(table, parameters)
    if len(own):
        name = str(own["gemeente"].iloc[0])
        counts, titles = (
            own.set_index("type"),
            (f"gemeente {name} (Statbel 2025)", f"municipality of {name} (Statbel 2025)"),
        )
        shares = _class_shares(counts)
        return Stock(*titles, True, counts["gebouwen"], counts["woningen"], shares, first_years, last_years)
    flanders = reference_table("flemish_stock_2018").set_index("type")
    pooled = _class_shares(table.groupby("type").sum(numeric_only=True))
    if country == "BE" and nis is not None and not nis.startswith(_FLEMISH_NIS):
        titles = (
            "België (TABULA 2006, types naar Vlaams totaal van Statbel 2018)",
            "Belgium (TABULA 2006, types as in Flanders, Statbel 2018)",
        )
        shares = _as_in_belgium(pooled, first_years)
    else:
        titles = ("Vlaanderen (Statbel 2018)", "Flanders (Statbel 2018)")
        shares = _as_in_flanders(pooled, first_years, flanders)
    return Stock(*titles, False, flanders["buildings"], flanders["dwellings"], shares, first_years, last_years)


def _class_years(table: pd.DataFrame, parameters: Parameters) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    names = _class_names(table)
    last = [int(name[-4:]) for name in names]
    last[0] -= 1  # voor_1900 ends in 1899
    first = [int(parameters.at("place.age.first_year", AS_OF)), *(year + 1 for year in last[:-1])]
    return np.array(first, dtype=np.int64), np.array(last, dtype=np.int64)


def _class_names(table: pd.DataFrame) -> list[str]:
    return [str(name) for name in table.columns if str(name)[-4:].isdigit()]


def _class_shares(counts: pd.DataFrame) -> npt.NDArray[np.float64]:
    classes = counts.loc[list(RESIDENTIAL_TYPES), _class_names(counts)].to_numpy(dtype=float)
    return np.asarray(classes / classes.sum(axis=1, keepdims=True), dtype=np.float64)


def _as_in_flanders(
    pooled: npt.NDArray[np.float64], first_years: npt.NDArray[np.int64], flanders: pd.DataFrame
) -> npt.NDArray[np.float64]:
    built_after_1981 = (
        (flanders["built_after_1981"] / flanders["buildings"]).loc[list(RESIDENTIAL_TYPES)].to_numpy(dtype=float)
    )
    wanted = np.column_stack([1.0 - built_after_1981, built_after_1981])
    return _scaled_to(pooled, np.searchsorted([1982], first_years, side="right"), wanted)


def _as_in_belgium(pooled: npt.NDArray[np.float64], first_years: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    frequency = reference_table("tabula_frequency_2006").set_index("size")
    rows = frequency.loc[["SFH", "SFH", "SFH", "MFH"]].to_numpy(dtype=float)
    # the classes of TABULA end in 1970, 1990 and 2006; the nearest of Statbel in 1970, 1991 and 2011, and newer is not in TABULA
    period = np.searchsorted([1971, 1992, 2012], first_years, side="right")
    newest = pooled[:, period == rows.shape[1]].sum(axis=1, keepdims=True)
    wanted = np.hstack([rows / rows.sum(axis=1, keepdims=True) * (1.0 - newest), newest])
    return _scaled_to(pooled, period, wanted)


def _scaled_to(
    shares: npt.NDArray[np.float64], group: npt.NDArray[np.intp], wanted: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """The same shape inside each group of classes, with the group totals that are wanted."""
    totals = np.column_stack([shares[:, group == number].sum(axis=1) for number in range(wanted.shape[1])])
    return np.asarray(shares * (wanted / totals)[:, group], dtype=np.float64)
