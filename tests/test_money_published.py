"""Bills against published bills and comparison results: one row each, with source, date and tolerance."""

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from koppelkans import tables
from koppelkans.money import annual_bills
from koppelkans.parameters import Parameters, read_parameters

PUBLISHED = pd.read_csv(Path(__file__).parent / "published" / "bills.csv").set_index("id")
MARGIN_EUR_PER_MWH = 10.0


def figures(row: pd.Series) -> Parameters:
    """The shipped figures; with the printed energy price and fee where the row has them."""
    known, day = read_parameters(), date.fromisoformat(row["day"])
    if pd.isna(row["commodity_eur_per_mwh"]):
        return known
    for carrier in ("gas", "power"):
        wholesale = row["commodity_eur_per_mwh"] - MARGIN_EUR_PER_MWH
        known = known.changed(f"market.{carrier}_wholesale_eur_per_mwh", since=day, value=wholesale, scope="calm")
    return known.changed("market.supplier_fee_eur_per_year", since=day, value=row["supplier_fee_eur"])


def computed_bill(row: pd.Series) -> pd.DataFrame:
    heat_kwh = float(row["gas_kwh"] + row["heat_kwh"])
    home = pd.DataFrame(
        {"title": "Gezin", "title_en": "Household", "tenure": "owner", "vulnerable": bool(row["vulnerable"]), "heat_kwh": heat_kwh,
         "electricity_kwh": float(row["electricity_kwh"]), "peak_kw": float(row["peak_kw"])},
        index=pd.Index(["home"], name="household", dtype="str"),
    )  # fmt: skip
    by_gas = float(row["gas_kwh"] > 0)
    heatings = pd.DataFrame(
        {"gas_per_heat": by_gas, "electricity_per_heat": 0.0, "heat_per_heat": 1.0 - by_gas, "extra_peak_kw_per_mwh": 0.0},
        index=pd.Index(["heating"], name="heating", dtype="str"),
    )  # fmt: skip
    bills, _ = annual_bills(
        tables.check(tables.HOUSEHOLDS, home), heatings=heatings, parameters=figures(row), day=date.fromisoformat(row["day"]),
        grid_area=row["grid_area"], price_world="calm",
    )  # fmt: skip
    return bills


@pytest.mark.parametrize("name", PUBLISHED.index)
def test_bill_against_published(name):
    row = PUBLISHED.loc[name]
    bills = computed_bill(row)
    named = row["components"].split()
    chosen = bills["carrier"].isin(named) | (bills["carrier"] + "." + bills["component"]).isin(named)
    amount = bills.loc[chosen, f"{row['vat']}_vat_eur"].sum()
    assert amount == pytest.approx(row["published_eur"], abs=row["tolerance_eur"] + 1e-9), row["what"]


def test_every_published_row_says_where_it_comes_from():
    assert (PUBLISHED["source"].str.len() > 10).all()
    assert pd.to_datetime(PUBLISHED["published_on"]).notna().all()
    assert (PUBLISHED["tolerance_eur"] <= 0.06 * PUBLISHED["published_eur"]).mean() > 0.95
