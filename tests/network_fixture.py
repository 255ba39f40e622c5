"""A heat network made by hand through the enlarged Krekelwijk: pipes along the streets, who connects, and the business case.

The main begins at the west end of the first row of the Krekelstraat, passes its three blocks, and climbs along the first Veldpad
to the second row. Behind the last block of each row stand six houses: too few to show a load. One apartment building takes part.
"""

import geopandas as gpd
import pandas as pd
from shapely.geometry import LineString, Point

from koppelkans import tables
from koppelkans.place.model import Place
from koppelkans.scenario import Source

NAMES = (
    "network_variants", "network_sources", "pipes", "connections", "thresholds", "project", "project_years", "network_phases", "network_draws",
    "network_switches", "network_uptake", "network_joiners", "network_losses",
)  # fmt: skip
SOURCE = Source(
    name="Restwarmte molen",
    x_m=2.0,
    y_m=-8.0,
    capacity_kw=600,
    supply_c=75,
    price_eur_per_mwh=30,
    note="Niet onderzocht.",
)
KWH_PER_HOUSE = 14_400.0
_APARTMENTS = "a1_0"
_ROUTE = [
    # pipe, section, begin, end, diameter, buildings behind it
    ("m0", "k_0", (0, -5), (55, -5), 65, 37), ("m1", "k_0", (55, -5), (60, -5), 50, 12), ("m2", None, (60, -5), (130, -5), 50, 12),
    ("m3", "k_1", (130, -5), (190, -5), 50, 12), ("m4", None, (190, -5), (260, -5), 32, 6), ("m5", "k_2", (260, -5), (320, -5), 32, 6),
    ("m6", "v_0", (55, -5), (55, 55), 50, 19), ("m7", None, (55, 55), (0, 105), 50, 18), ("m8", "k_3", (0, 105), (60, 105), 50, 18),
    ("m9", None, (60, 105), (130, 105), 50, 12), ("m10", "k_4", (130, 105), (190, 105), 50, 12),
    ("m11", None, (190, 105), (260, 105), 32, 6), ("m12", "k_5", (260, 105), (320, 105), 32, 6),
]  # fmt: skip
_EUR_PER_M = {32: 700.0, 50: 800.0, 65: 900.0}


def network(place: Place, demand: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Every table of the network, by name."""
    heated = place.buildings[place.buildings["heated"]]
    joined = heated["street"].eq("Krekelstraat") | (heated.index == _APARTMENTS)
    pipes = _pipes(place, list(heated.index[joined]), demand)
    made = {
        "network_variants": _variants(pipes), "network_sources": _sources(), "pipes": pipes, "connections": _connections(heated, joined), "thresholds": _thresholds(place),
        "project": _project(), "project_years": _project_years(), "network_phases": _phases(), "network_draws": _draws(),
        "network_switches": _switches(joined), "network_uptake": _uptake(), "network_joiners": _joiners(), "network_losses": _losses(list(heated.index[joined])),
    }  # fmt: skip
    return {name: tables.check(tables.TABLES[name], frame) for name, frame in made.items()}


def options(heated: pd.DataFrame, demand: pd.DataFrame) -> pd.DataFrame:
    """The connection at 70/40 °C as an option of every heated building: 2,000 euro a year for society, 12,000 to invest."""
    kwh = demand["heat_kwh"].reindex(heated.index)
    size = heated["dwellings"].clip(lower=1).astype(float)
    frame = pd.DataFrame({
        "building": heated.index.astype("str"), "solution": "network_middle", "package": "low_temperature_emitters", "rung": 0,
        "measures": "low_temperature_emitters", "flow_c": 60.0,
        "investment_eur": 12_000.0 * size, "society_eur_per_year": 2_000.0 * size, "vat_eur": 720.0 * size, "premium_eur": 0.0,
        "owner_investment_eur": 6_000.0 * size, "owner_eur_per_year": 1_900.0 * size, "gas_kwh": 0.0, "electricity_kwh": 0.0,
        "emission_kg": kwh * 0.01, "electric_peak_kw": 0.0, "spf": 1.0,
    }, index=heated.index)  # fmt: skip
    frame.index = pd.Index(heated.index.astype(str) + "|network_middle", name="option", dtype="str")
    return frame.astype({"solution": "str", "package": "str", "measures": "str"})[tables.OPTIONS.column_names]


def choices(choices_without: pd.DataFrame, connected: pd.Series) -> pd.DataFrame:
    """The choices of the plan, the network for whoever connects."""
    joined = connected.reindex(choices_without.index)
    return choices_without.assign(
        solution=choices_without["solution"].mask(joined, "network_middle"),
        package=choices_without["package"].mask(joined, "low_temperature_emitters"),
        measures=choices_without["measures"].mask(joined, "low_temperature_emitters"),
        second_best=choices_without["second_best"].mask(joined, "air_heat_pump"),
    )


def _pipes(place: Place, connected: list[str], demand: pd.DataFrame) -> gpd.GeoDataFrame:
    mains = [
        {
            "pipe": pipe, "kind": "main", "section": section, "building": None, "from_node": f"n{begin}", "to_node": f"n{end}",
            "length_m": LineString([begin, end]).length, "diameter_mm": diameter, "buildings": behind, "design_kw": 6.0 * behind,
            "heat_mwh": behind * KWH_PER_HOUSE / 1e3, "investment_eur": LineString([begin, end]).length * _EUR_PER_M[diameter],
            "geometry": LineString([begin, end]),
        }
        for pipe, section, begin, end, diameter, behind in _ROUTE
    ]  # fmt: skip
    services = []
    for building in connected:
        door = place.buildings.geometry[building].centroid
        line = LineString([Point(door.x, door.y - 10), door])
        services.append({
            "pipe": f"x{building}", "kind": "service", "section": None, "building": building, "from_node": f"b{building}", "to_node": f"d{building}",
            "length_m": 10.0, "diameter_mm": 20, "buildings": 1, "design_kw": 10.0, "heat_mwh": demand.loc[building, "heat_kwh"] / 1e3,
            "investment_eur": 4_000.0, "geometry": line,
        })  # fmt: skip
    frame = pd.DataFrame([*mains, *services]).set_index("pipe")
    frame = frame.assign(
        density_mwh_per_m=frame["heat_mwh"] / frame["length_m"], loss_mwh=frame["length_m"] * 0.13, velocity_m_per_s=0.8,
        gradient_pa_per_m=120.0, supply_c=68.5, difference_bar=0.8, raised_steps=0,
    ).astype({"section": "str", "building": "str"})  # fmt: skip
    return gpd.GeoDataFrame(frame[[*tables.PIPES.column_names, "geometry"]], geometry="geometry", crs=place.crs)


def _variants(pipes: pd.DataFrame) -> pd.DataFrame:
    """The middle one is chosen: 740 instead of 800 thousand euro a year, proven within 7.5 thousand."""
    mains = pipes[pipes["kind"] == "main"]
    rows = [
        ("network_high", 90.0, 60.0, 24, 23, 340.0, 150.0, 760_000.0, 752_000.0, False),
        ("network_middle", 70.0, 40.0, 37, 44, 634.0, 110.0, 740_000.0, 732_500.0, True),
        ("network_low", 55.0, 25.0, 6, 6, 86.0, 60.0, 790_000.0, 780_000.0, False),
    ]
    names = ["variant", "supply_c", "return_c", "buildings", "dwellings", "heat_mwh", "loss_mwh", "whole_eur_per_year", "bound_eur_per_year", "chosen"]  # fmt: skip
    frame = pd.DataFrame(rows, columns=names).set_index("variant")
    return frame.assign(
        source=SOURCE.name, peak_kw=frame["buildings"] * 7.0, pump_mwh=4.0, main_m=mains["length_m"].sum(), service_m=370.0,
        investment_eur=pipes["investment_eur"].sum(), network_eur_per_year=45_000.0, without_eur_per_year=800_000.0,
        gap_share=1 - frame["bound_eur_per_year"] / frame["whole_eur_per_year"], pump_kw=3.0, head_bar=1.6, pressure_bar=4.6,
        lowest_supply_c=frame["supply_c"] - 2.0, summer_supply_c=frame["supply_c"] - 25.0, bypass_share=0.03, raised_pipes=2, raised_eur=1_250.0,
        limits_kept=True, package_saving_eur_per_year=[0.0, 1_234.0, 0.0],
    )[tables.NETWORK_VARIANTS.column_names]  # fmt: skip


def _sources() -> pd.DataFrame:
    """One source that feeds everybody."""
    row = {
        "buildings": 37, "heat_mwh": 634.0, "loss_mwh": 110.0, "heat_share": 1.0, "peak_kw": 259.0, "capacity_kw": SOURCE.capacity_kw,
        "supply_c": SOURCE.supply_c, "price_eur_per_mwh": SOURCE.price_eur_per_mwh, "fixed_eur_per_year": 0.0,
    }  # fmt: skip
    frame = pd.DataFrame([row], index=pd.Index([SOURCE.name], name="source", dtype="str"))
    return frame.astype({"capacity_kw": float, "supply_c": float, "price_eur_per_mwh": float})


def _connections(heated: pd.DataFrame, joined: pd.Series) -> pd.DataFrame:
    reason = pd.Series("no_advantage", index=heated.index)
    reason = reason.mask(heated["street"].str.startswith("Veldpad"), "does_not_pay").mask(joined, "pays")
    reason.loc["school_5"] = "not_reachable"
    frame = pd.DataFrame({
        "connected": joined, "alternative": "air_heat_pump", "advantage_eur_per_year": joined.map({True: 900.0, False: -150.0}), "reason": reason,
        "supply_c": joined.map({True: 68.0, False: float("nan")}), "summer_supply_c": joined.map({True: 45.0, False: float("nan")}),
        "connected_because": joined.map({True: "shared_way", False: None}), "margin_eur_per_year": joined.map({True: 300.0, False: -120.0}),
        "drop_out_eur_per_mwh": joined.map({True: 55.0, False: float("nan")}), "missing_eur_per_mwh": joined.map({True: float("nan"), False: 9.0}),
        "package_alone": joined.map({True: "as_is", False: None}), "peak_saved_kw": joined.map({True: 1.0, False: float("nan")}),
        "package_more_eur_per_year": joined.map({True: 20.0, False: float("nan")}),
    }).astype({"alternative": "str", "reason": "str", "connected_because": "str", "package_alone": "str"})  # fmt: skip
    return frame.rename_axis("building")


def _thresholds(place: Place) -> pd.DataFrame:
    """Half of the Krekelstraat, more than everybody in the Sprinkhaanlaan, never in the Veldpad."""
    assert place.streets is not None
    street = place.streets["street"].astype(str)
    krekel, laan = street.eq("Krekelstraat"), street.eq("Sprinkhaanlaan")
    share = pd.Series(float("nan"), index=street.index).mask(krekel, 0.5).mask(laan, 1.2)
    frame = pd.DataFrame({
        "street": street, "trench_eur_per_m": 700.0, "dwellings": krekel.map({True: 6, False: 3}), "heat_mwh_per_m": krekel.map({True: 1.4, False: 0.8}),
        "large_mwh_per_m": 0.0, "share": share, "low_share": share * 0.8, "high_share": share.where(krekel) * 1.4, "branch_share": share.where(krekel) * 1.1,
    })  # fmt: skip
    return frame.rename_axis("section")


def _project() -> pd.DataFrame:
    rows = [
        # uptake, share, heat, break-even, npv, irr, equity irr, dscr, residual, refinancing
        ("plan", 1.0, 634.0, 62.0, 15_000.0, 0.058, 0.071, 1.21, 90_000.0, 0.0),
        ("70", 0.7, 444.0, 84.0, -90_000.0, 0.021, None, 0.93, 90_000.0, 12_000.0),
        ("50", 0.5, 317.0, 112.0, -170_000.0, -0.01, None, 0.66, 90_000.0, 45_000.0),
        ("30", 0.3, 190.0, 171.0, -250_000.0, None, None, 0.38, 90_000.0, 78_000.0),
    ]
    names = [
        "uptake", "connected_share", "heat_mwh", "break_even_eur_per_mwh", "npv_eur", "irr_share", "equity_irr_share", "min_dscr", "residual_eur",
        "refinancing_eur",
    ]  # fmt: skip
    frame = (
        pd.DataFrame(rows, columns=names).set_index("uptake").astype({"irr_share": float, "equity_irr_share": float})
    )
    share = frame["connected_share"]
    return frame.assign(
        investment_eur=700_000.0 + 150_000 * share,
        contribution_eur=200_000 * share,
        heat_price_eur_per_mwh=65.0,
        debt_eur=400_000.0,
    )[tables.PROJECT.column_names]


def _project_years() -> pd.DataFrame:
    parts = []
    for uptake, share in (("plan", 1.0), ("70", 0.7), ("50", 0.5), ("30", 0.3)):
        year = pd.Series(range(2027, 2057))
        loan = (year < 2052).astype(float)
        cash = share * (20_000.0 + 34_800.0 - 21_000.0)
        parts.append(pd.DataFrame({
            "uptake": uptake, "year": year, "heat_mwh": 634.0 * share, "revenue_eur": 54_800.0 * share, "purchase_eur": 15_000.0 * share,
            "upkeep_eur": 6_000.0 * share, "investment_eur": (year == 2027) * 850_000.0, "contribution_eur": (year == 2027) * 200_000.0 * share,
            "depreciation_eur": 20_000.0, "book_eur": (650_000.0 - 20_000.0 * (year - 2026)).clip(lower=0), "interest_eur": 12_000.0 * loan,
            "repayment_eur": 16_000.0 * loan, "debt_left_eur": (400_000.0 - 16_000.0 * (year - 2026)).clip(lower=0), "dscr": (cash / 28_000.0) / loan.where(loan > 0),
        }))  # fmt: skip
    frame = pd.concat(parts, ignore_index=True).astype({"uptake": "str"})
    frame.index = pd.Index(frame["uptake"] + "." + frame["year"].astype(str), name="row", dtype="str")
    return frame


def _phases() -> pd.DataFrame:
    """The first row in 2028, the second in 2031, its last block not at all."""
    rows = [
        (None, 2028.0, 8.0, 8_000.0, 0.0), ("k_0", 2028.0, 180.0, 165_000.0, 201.6), ("k_1", 2028.0, 120.0, 110_000.0, 86.4), ("v_0", 2031.0, 60.0, 48_000.0, 115.2),
        ("k_3", 2031.0, 200.0, 170_000.0, 86.4), ("k_5", None, 120.0, 90_000.0, 86.4),
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["section", "built_year", "length_m", "investment_eur", "heat_mwh"])
    frame = frame.assign(
        street="Krekelstraat",
        gain_eur_per_year=frame["heat_mwh"] * 20 - 900,
        temporary_source=[False] * 3 + [True] + [False] * 2,
    )
    frame.index = pd.Index(
        [f"{section or 'source'}|{at}" for at, section in enumerate(frame["section"])], name="piece", dtype="str"
    )
    return frame.astype({"section": "str", "street": "str", "built_year": float})[tables.NETWORK_PHASES.column_names]


def _draws() -> pd.DataFrame:
    """Four draws: nobody, two, six and eight of 66 buildings switch; once the network should have been another."""
    frame = pd.DataFrame({
        "alternative_share": [0.95, 1.02, 1.08, 0.91], "pipes_share": [0.8, 1.0, 1.2, 1.1], "switched_buildings": [0, 2, 6, 8],
        "kept_eur_per_year": [-60_000.0, -62_000.0, -70_000.0, -40_000.0], "found_eur_per_year": [-60_000.0, -62_400.0, -71_600.0, -50_000.0],
        "beyond_gap": [False, False, False, True],
    })  # fmt: skip
    return frame.set_axis(pd.Index(["1", "2", "3", "4"], name="draw", dtype="str"))


def _switches(joined: pd.Series) -> pd.DataFrame:
    frame = pd.DataFrame({"connected": joined, "switch_share": joined.map({True: 0.0, False: 0.25})})
    return frame.rename_axis("building")


def _uptake() -> pd.DataFrame:
    """71 euro per MWh when all of the design connect, 130 at half of it."""
    rows = [
        (0.5, 317.0, 130.0, 118.0, 151.0, 0.4),
        (0.8, 507.0, 86.0, 82.0, 90.0, 0.1),
        (1.0, 634.0, 71.0, 71.0, 71.0, 0.0),
    ]
    frame = pd.DataFrame(rows, columns=tables.NETWORK_UPTAKE.column_names)
    return frame.set_axis(pd.Index(["50", "80", "100"], name="uptake", dtype="str"))


def _joiners() -> pd.DataFrame:
    row = {
        "designed_eur_per_year": 820.0,
        "along_buildings": 24,
        "fitting_buildings": 18,
        "paying_buildings": 0,
        "fitting_eur_per_year": -2_700.0,
    }
    return pd.DataFrame([row], index=pd.Index(["network_middle"], name="variant", dtype="str"))


def _losses(connected: list[str]) -> pd.DataFrame:
    """The only source, and ten customers: the apartments and nine houses."""
    houses = [building for building in connected if building != _APARTMENTS][:9]
    rows = [
        ("source", SOURCE.name, 744.0, 259.0, 77_740.0, 77_740.0, "temporary_boiler", 0, 0),
        ("customer", _APARTMENTS, 115.2, 0.0, 2_300.0, 2_000.0, "dropped", 3, 0),
    ]
    rows += [("customer", house, 14.4, 0.0, 300.0, 300.0, "kept", 0, 0) for house in houses]
    frame = pd.DataFrame(rows, columns=tables.NETWORK_LOSSES.column_names).astype(
        {"kind": "str", "name": "str", "repair": "str"}
    )
    return frame.set_axis(pd.Index(frame["kind"] + "|" + frame["name"], name="loss", dtype="str"))
