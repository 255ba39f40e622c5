"""Demand against published figures: the Belgian typology and 300 measured gas meters."""

import sys
from pathlib import Path

import pandas as pd
import pytest

from koppelkans.parameters import read_parameters

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "benchmarks"))

import building_figures  # noqa: E402
import fit_prebound  # noqa: E402

TABULA = pd.read_csv(ROOT / "tests/published/tabula_be.csv", index_col="variant")
METERS = pd.read_csv(ROOT / "tests/published/meters_2024.csv")


def test_all_99_variants_of_the_typology_within_tolerance():
    errors = building_figures.tabula_errors()
    assert len(errors) == 99
    beyond = errors[errors.abs() > TABULA["tolerance_share"]]
    assert beyond.empty, beyond.to_string()


@pytest.fixture(scope="module")
def comparison() -> pd.DataFrame:
    return fit_prebound.comparison()


@pytest.mark.parametrize("row", METERS.to_dict("records"), ids=lambda row: f"{row['sample']}-{row['quantity']}")
def test_modelled_stock_reproduces_the_meters(comparison, row):
    modelled = comparison.loc[row["quantity"], "model"]
    assert comparison.loc[row["quantity"], row["sample"]] == pytest.approx(row["published"], rel=0.01)
    assert abs(modelled - row["published"]) <= row["tolerance"], (
        f"model {modelled:,.3f}, measured {row['published']:,.3f}"
    )


def test_shipped_parameters_are_the_fit_on_the_odd_meters():
    parameters = read_parameters()
    fitted = fit_prebound.fit(fit_prebound.halves()[0], parameters)
    for name, key in fit_prebound.SHIPPED.items():
        assert parameters.at(key, fit_prebound.DAY) == pytest.approx(fitted[name], rel=0.005), key


def test_the_meters_cannot_tell_the_exponent():
    # documented limit: any exponent gives the same mean and spread, so the exponent must be marked unverified
    others = fit_prebound.other_exponents()
    assert others["annual_kwh"].max() / others["annual_kwh"].min() == pytest.approx(1, abs=0.002)
    assert others["ln_deviation"].max() - others["ln_deviation"].min() < 0.002
    assert read_parameters().value("building.prebound.exponent", fit_prebound.DAY).standing == "unverified"


def test_mean_heating_power_on_the_coldest_day_lies_below_the_sizing_peak():
    # 117 kWh gas on 10 January 2024 (-3.5 C) = 4.9 kW over 24 h at the meter, 4.1 kW useful; sizing is for the hour
    daily = pd.read_csv(ROOT / "tests/data/gas_meters_2024_daily.csv", comment="#")
    coldest = daily.loc[daily["outdoor_c"].idxmin()]
    useful_kw = coldest["all_kwh"] / 24 / (1.108 * 1.07)
    stock = fit_prebound.stock()
    result, _ = fit_prebound.expected_demand(
        stock.drop(columns="weight"),
        parameters=read_parameters(),
        day=fit_prebound.DAY,
        design_outdoor_c=float(coldest["outdoor_c"]),
    )
    peak_kw = float((stock["weight"] * result["peak_kw"] / stock["dwellings"]).sum())
    assert 1.3 * useful_kw < peak_kw < 2.5 * useful_kw
