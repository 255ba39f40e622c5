"""Everything that was metered, in one form: readings of buildings and totals of groups, on gross calorific value, with the weather of their year."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from koppelkans import tables
from koppelkans.errors import DataError
from koppelkans.parameters import Parameters
from koppelkans.tables import RemarkRow

ANCHOR = "calibration"
KWH_PER_UNIT = {"kwh": 1.0, "mwh": 1e3, "gwh": 1e6}
GAS, CONNECTIONS = "gas_kwh", "gas_connections"
COLUMNS = ["level", "name", "year", "gas_kwh", "connections"]
NORMAL = 1.0


@dataclass(frozen=True, slots=True)
class Observations:
    """Metered gas on gross calorific value [kWh].

    own: one row per reading of a building; totals: one row per group and year. Columns level, name, year, gas_kwh, connections,
    and weather: degree days of the year over those of a normal year (1 for a reading that is already normal).
    """

    own: pd.DataFrame
    totals: pd.DataFrame
    remarks: list[RemarkRow]

    @property
    def empty(self) -> bool:
        """Whether nothing was metered."""
        return self.own.empty and self.totals.empty


def observed_totals(
    buildings: pd.DataFrame,
    meters: pd.DataFrame | None,
    statistics: pd.DataFrame | None,
    *,
    parameters: Parameters,
    day: date,
) -> Observations:
    """All that was metered in and around a place: given totals, readings in the building table, figures per sector.

    buildings: ``metered_gas_kwh`` (a normal year). meters: contract METERS. statistics: contract SECTOR_STATISTICS, rows of
    gas_kwh and gas_connections, of which the latest year that has both counts. Given totals go before the other two.

    Sectors of one year are added: which building lies in which sector is not known. A sector or municipality without a number
    of connections says nothing about a part of it and is left out, with a remark.
    Raises DataError for gas in an unknown unit. Method: docs/method.md#calibration-observations.
    """
    if meters is None and statistics is None and not buildings["metered_gas_kwh"].notna().any():
        nothing = _nothing().assign(weather=NORMAL)
        return Observations(nothing, nothing, [])
    given = _given(meters, parameters, day)
    own = given[given["level"] == "building"]
    column = _column(buildings, day)
    own = pd.concat([own, column[~column["name"].isin(own["name"])]], ignore_index=True)
    own = own[(own["gas_kwh"] > 0) & own["name"].isin(buildings.index)]
    groups = given[given["level"] != "building"]
    sectors, rows = _of_sectors(statistics)
    twice = sectors["name"].isin(groups["name"]) & sectors["year"].isin(groups["year"])
    groups = pd.concat([groups, sectors[~twice]], ignore_index=True)
    totals, left_out = _comparable(groups[groups["gas_kwh"] > 0])
    own, totals = (frame.assign(weather=_weather(frame["year"], parameters, day)) for frame in (own, totals))
    own = own.assign(weather=own["weather"].mask(own["normal"] == NORMAL, NORMAL))
    years = sorted(set(own.loc[own["normal"] != NORMAL, "year"]) | set(totals["year"]))
    remarks = [*rows, *left_out, *_weather_remarks(years, parameters, day)]
    return Observations(own.reset_index(drop=True), totals.reset_index(drop=True), remarks)


def _given(meters: pd.DataFrame | None, parameters: Parameters, day: date) -> pd.DataFrame:
    if meters is None or meters.empty:
        return _nothing()
    gross = meters["calorific"].map({"gross": 1.0, "net": parameters.at("building.boiler.gross_per_net", day)})
    return meters[COLUMNS].assign(gas_kwh=meters["gas_kwh"] * gross, normal=0.0).reset_index(drop=True)


def _nothing() -> pd.DataFrame:
    kinds = {
        "level": "str",
        "name": "str",
        "year": "int64",
        "gas_kwh": "float64",
        "connections": "float64",
        "normal": "float64",
    }
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in kinds.items()})


def _column(buildings: pd.DataFrame, day: date) -> pd.DataFrame:
    """Readings in the building table: of a normal year, so their year is only a label."""
    known = buildings["metered_gas_kwh"].dropna()
    if known.empty:
        return _nothing()
    return pd.DataFrame({
        "level": "building", "name": known.index.astype("str"), "year": day.year, "gas_kwh": known.to_numpy(float),
        "connections": float("nan"), "normal": NORMAL,
    })  # fmt: skip


def _of_sectors(statistics: pd.DataFrame | None) -> tuple[pd.DataFrame, list[RemarkRow]]:
    """Gas [kWh] and connections of each sector in the latest year that has both."""
    if statistics is None:
        return _nothing(), []
    rows = statistics[statistics["quantity"].isin([GAS, CONNECTIONS])].dropna(subset=["value"])
    gas_rows = rows["quantity"] == GAS
    units = rows["unit"].str.strip().str.lower()
    strange = sorted(set(units[gas_rows]) - set(KWH_PER_UNIT))
    if strange:
        raise DataError(
            f"gas of the sectors is in {', '.join(strange)}; expected one of kWh, MWh, GWh. Correct the column unit"
        )
    scale = units.map(KWH_PER_UNIT).where(gas_rows, 1.0)
    wide = rows.assign(value=rows["value"] * scale).pivot_table(
        index=["year", "sector"], columns="quantity", values="value", aggfunc="sum"
    )
    both = wide.reindex(columns=[GAS, CONNECTIONS]).dropna()
    both = both[(both[CONNECTIONS] > 0) & (both[GAS] > 0)]
    if both.empty:
        return _nothing(), _unused_remarks(bool(gas_rows.any()))
    latest = both[both.index.get_level_values("year") == both.index.get_level_values("year").max()].reset_index()
    return pd.DataFrame({
        "level": "sector", "name": latest["sector"], "year": latest["year"].astype("int64"), "gas_kwh": latest[GAS],
        "connections": latest[CONNECTIONS], "normal": 0.0,
    }), []  # fmt: skip


def _comparable(groups: pd.DataFrame) -> tuple[pd.DataFrame, list[RemarkRow]]:
    """Totals that can be held against the place; sectors of one year added."""
    wide = groups["level"].isin(["sector", "municipality"])
    bare = wide & ~(groups["connections"] > 0)
    remarks = _unused_remarks(True) if bare.any() else []
    sectors = groups[(groups["level"] == "sector") & ~bare]
    pooled = sectors.groupby("year", as_index=False).agg(
        level=("level", "first"), name=("name", _joined), gas_kwh=("gas_kwh", "sum"),
        connections=("connections", "sum"), normal=("normal", "first"),
    )  # fmt: skip
    others = groups[(groups["level"] != "sector") & ~bare]
    kept = pd.concat([part for part in (others, pooled) if len(part)], ignore_index=True) if len(groups) else groups
    return kept[[*COLUMNS, "normal"]].sort_values(["level", "name", "year"]), remarks


def _joined(found: pd.Series) -> str:
    """Names of sectors that were added, in one name."""
    return tables.first_keys(sorted(found))


def _unused_remarks(gas_known: bool) -> list[RemarkRow]:
    if not gas_known:
        return []
    return [tables.remark(
        "sector_statistics", "Het gasverbruik per sector of gemeente is niet gebruikt waar het aantal aansluitingen (gas_connections) van "
        "hetzelfde jaar ontbreekt: zonder aantal is niet te zien welk deel van de woningen het is.", "The gas use of a sector or municipality "
        "was not used where the number of connections (gas_connections) of the same year is missing: without a number there is no telling "
        "which part of the dwellings it is.", level="warning", method=ANCHOR,
    )]  # fmt: skip


# --------------------------------------------------------------------------------------------------------------------- weather


def _weather(years: pd.Series, parameters: Parameters, day: date) -> pd.Series:
    """Degree days of each year over those of a normal year; 1 where the year is not known."""
    known = _known_years(parameters, day)
    normal = parameters.at("climate.normal_degree_days", day)
    ratios = {
        year: parameters.at("climate.degree_days", day, str(year)) / normal for year in set(years) if str(year) in known
    }
    return years.map(ratios).astype("float64").fillna(NORMAL)


def _known_years(parameters: Parameters, day: date) -> set[str]:
    return set(parameters.silent().table("climate.degree_days", day).index)


def _weather_remarks(years: list[int], parameters: Parameters, day: date) -> list[RemarkRow]:
    unknown = [str(year) for year in years if str(year) not in _known_years(parameters, day)]
    if not unknown:
        return []
    listed = ", ".join(unknown)
    return [tables.remark(
        "meters", f"Voor {listed} zijn geen graaddagen bekend: het gasverbruik geldt als dat van een normaal jaar.",
        f"No degree days are known for {listed}: the gas use is taken as that of a normal year.", level="assumption", method=ANCHOR,
    )]  # fmt: skip
