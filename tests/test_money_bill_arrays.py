"""Bills of many households at once: the same lines as bill by bill, the same cents as paid, and every euro received by someone."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bill_fixture import AREAS, DAY, figures, households, one, some, tariffs
from koppelkans import tables
from koppelkans.errors import DataError, OutOfRangeError, ParameterError
from koppelkans.money import annual_bills
from koppelkans.money.bill_arrays import (
    LINE_NAMES,
    EnergyUse,
    bill_arrays,
    component_blocks,
    paid_bills,
    unit_prices,
)
from koppelkans.money.bill_kernel import EXEMPT, WITH_VAT, Figure, Line
from koppelkans.money.lines import (
    VAT_EXEMPT,
    VAT_INCLUDED,
    Rules,
    electricity_lines,
    gas_lines,
    heat_lines,
    social_lines,
)
from koppelkans.money.tariff_table import TariffTable
from koppelkans.parameters import Parameters, read_parameters

CARRIERS = ("gas", "electricity", "heat")


def matrix(use: EnergyUse, table: TariffTable) -> np.ndarray:
    return np.vstack([block for _, block in component_blocks(use, table, rows=97)])


def bill_by_bill(use: EnergyUse, parameters: Parameters, world: str = "calm") -> pd.DataFrame:
    """Lines of the same households as the bill of a single household makes them; ``home`` is the row."""
    frame = pd.DataFrame({name: getattr(use, name) for name in ("gas_kwh", "electricity_kwh", "heat_kwh", "peak_kw")})
    frame = frame.assign(gas_connections=1.0, electricity_connections=1.0)
    parts = []
    for place, area in enumerate(AREAS):
        rules = Rules(parameters, DAY, area, world)
        here = frame[use.area == place]
        ordinary, protected = here[~use.vulnerable[use.area == place]], here[use.vulnerable[use.area == place]]
        lines = [of(ordinary, rules) for of in (gas_lines, electricity_lines, heat_lines)] + [
            social_lines(protected, rules)
        ]
        parts += [part.assign(vat_share=rules.vat_share).astype({"key": "int64"}) for part in lines if len(part)]
    lines = pd.concat(parts, ignore_index=True)
    included = lines["vat"] == VAT_INCLUDED
    return lines.assign(amount_eur=lines["amount_eur"].where(~included, lines["amount_eur"] / (1 + lines["vat_share"])))


def expected_matrix(use: EnergyUse, parameters: Parameters, world: str = "calm") -> np.ndarray:
    place = {(carrier, component): int(line) for line, (carrier, component, _) in LINE_NAMES.items()}
    expected = np.zeros((len(use), len(Line)))
    lines = bill_by_bill(use, parameters, world)
    columns = [place[pair] for pair in zip(lines["carrier"], lines["component"], strict=True)]
    expected[lines["key"].to_numpy(), columns] = lines["amount_eur"]
    return expected


# -------------------------------------------------------------------------------------------------- the same as bill by bill


@pytest.mark.parametrize("world", ["low", "calm", "high"])
def test_every_line_of_every_household_is_that_of_its_bill(world):
    use = households(1_500, seed=7)
    assert np.abs(matrix(use, tariffs(world=world)) - expected_matrix(use, figures(), world)).max() < 1e-9


def test_lines_are_named_and_taxed_as_on_the_bill():
    use = households(600, seed=3)
    lines = bill_by_bill(use, figures_without_zeros())
    seen = {(row.carrier, row.component): (row.payee, row.vat) for row in lines.itertuples()}
    named = {(carrier, component): (payee, line) for line, (carrier, component, payee) in LINE_NAMES.items()}
    assert set(named) - set(seen) == {("electricity", "social_lump_sum")}
    for pair, (payee, vat) in seen.items():
        assert named[pair][0] == payee
        assert (vat == VAT_EXEMPT) == (named[pair][1] in EXEMPT)
        assert (vat == VAT_INCLUDED) == (named[pair][1] in WITH_VAT)


def figures_without_zeros() -> Parameters:
    """Every figure that a bill asks, moved by its own factor and away from zero, so that two figures in the wrong place show."""
    asked = figures().recording()
    expected_matrix(households(300, seed=1), asked)
    changed = figures()
    for number, (key, use) in enumerate(sorted(asked.used.items())):
        if isinstance(use.value.value, float) and not key[0].endswith("_limit"):
            value = use.value.value * (1.01 + number / 1_000) + 1e-5 * (number + 1)
            changed = changed.changed(key[0], since=DAY, value=value, scope=use.answered)
    return changed


def test_a_table_reads_exactly_what_bills_ask():
    by_bill, by_table = figures().recording(), figures().recording()
    expected_matrix(households(600, seed=5), by_bill)
    tariffs(by_table)
    assert set(by_table.used) == set(by_bill.used)


def test_a_change_of_every_figure_reaches_its_line():
    moved, use = figures_without_zeros(), households(800, seed=11)
    found = matrix(use, tariffs(moved))
    assert np.abs(found - expected_matrix(use, moved)).max() < 1e-9
    assert np.abs(found - matrix(use, tariffs())).max(axis=0)[[line != Line.LUMP_SUM for line in Line]].min() > 0


def test_paid_to_the_cent_as_annual_bills():
    use = households(400, seed=23)
    paid = paid_bills(use, tariffs())
    unrounded = bill_arrays(use, tariffs()).carrier_incl_vat_eur
    heatings = pd.DataFrame(0.0, index=pd.Index(["x"], name="heating", dtype="str"), columns=[
        "gas_per_heat", "electricity_per_heat", "heat_per_heat", "extra_peak_kw_per_mwh",
    ])  # fmt: skip
    for place, area in enumerate(AREAS):
        here = some(use, use.area == place)
        # the carrier of useful heat is a property of the heating: once as gas, once as heat of a network, electricity in both
        for column, kwh, carriers in (("gas_per_heat", here.gas_kwh, (0, 1)), ("heat_per_heat", here.heat_kwh, (2,))):
            homes = pd.DataFrame({
                "title": "g", "title_en": "g", "tenure": "owner", "vulnerable": here.vulnerable, "heat_kwh": kwh,
                "electricity_kwh": here.electricity_kwh, "peak_kw": here.peak_kw,
            }, index=pd.Index([f"h{row:03d}" for row in range(len(here))], name="household", dtype="str"))  # fmt: skip
            bills, _ = annual_bills(
                tables.check(tables.HOUSEHOLDS, homes), heatings=heatings.assign(**{column: 1.0}), parameters=figures(), day=DAY,
                grid_area=area, price_world="calm",
            )  # fmt: skip
            sums = bills.groupby(["household", "carrier"])["incl_vat_eur"].sum().unstack(fill_value=0.0)
            sums = sums.reindex(index=homes.index, columns=list(CARRIERS), fill_value=0.0).to_numpy()
            ours = paid[use.area == place]
            assert np.array_equal(sums[:, carriers].round(2), ours[:, carriers].round(2))
    # half a cent for each of at most eleven lines with their VAT, and half a cent for the VAT
    assert np.abs(paid - unrounded).max() <= 0.005 * (11 * 1.06 + 1)
    assert np.abs(paid - unrounded).mean() < 0.01
    assert abs((paid - unrounded).sum(axis=1).mean()) < 0.005


def test_bill_of_the_profile_by_hand():
    """Antwerp, calm, 16,262 kWh of gas and 3,434 kWh with 3.9 kW, each term worked out from the printed tariffs."""
    gas = 16_262 * (0.040 + 0.0085442 + 0.0015565) + 12_000 * 0.01031 + 4_262 * 0.01116 + 60.00 + 78.51 + 17.85
    electricity = 3_434 * (0.095 + 0.011 + 0.0035 + 0.0505027 + 0.046) + 3.9 * 49.4036559 + 60.00 + 17.85
    found = bill_arrays(one(), tariffs()).carrier_incl_vat_eur[0]
    assert found == pytest.approx([gas * 1.06, electricity * 1.06, 0.0], abs=0.005)
    social = bill_arrays(one(vulnerable=True, heat=10_000), tariffs()).carrier_incl_vat_eur[0]
    assert social == pytest.approx([
        16_262 * (0.04746 + 0.00277 * 1.06), 3_434 * (0.26851 + 0.001 * 1.06), 10_000 * 0.04746 + 60.00 * 1.06
    ], abs=0.01)  # fmt: skip


# ------------------------------------------------------------------------------------------------------- who receives what


@given(seed=st.integers(0, 10_000), count=st.integers(1, 400), weighted=st.booleans(), lump=st.booleans())
@settings(max_examples=25, deadline=None)
def test_what_households_pay_is_what_payees_receive(seed, count, weighted, lump):
    use, table = households(count, seed, weighted=weighted), tariffs()
    found = bill_arrays(use, table.with_lump_sum(250.0) if lump else table)
    paid = found.total_incl_vat_eur @ (np.ones(count) if use.weight is None else use.weight)
    assert found.payee_eur().sum() - paid == pytest.approx(0.0, abs=1e-9 * abs(paid))
    lines = found.lines()
    assert lines[["excl_vat_eur", "vat_eur"]].to_numpy().sum() == pytest.approx(paid, rel=1e-12)
    assert set(found.payee_eur().index) == {payee for _, _, payee in LINE_NAMES.values()}


def test_sums_of_lines_are_those_of_the_blocks():
    use = households(1_000, seed=2, weighted=True)
    found = bill_arrays(use, tariffs())
    assert found.line_eur == pytest.approx(use.weight @ matrix(use, tariffs()), rel=1e-12)
    rows = [part for part, _ in component_blocks(use, tariffs(), rows=300)]
    assert [(part.start, part.stop) for part in rows] == [(0, 300), (300, 600), (600, 900), (900, 1_000)]


def test_a_weight_of_three_is_three_households():
    use = households(50, seed=9)
    tripled = bill_arrays(some(use, np.repeat(np.arange(50), 3)), tariffs())
    weighted = bill_arrays(replace(use, weight=np.full(50, 3.0)), tariffs())
    assert weighted.line_eur == pytest.approx(tripled.line_eur, rel=1e-12)


def test_sums_do_not_depend_on_blocks():
    """More households than one block holds: the sums still are those of the bills."""
    use = some(households(1_000, seed=4), np.arange(150_000) % 1_000)
    found, small = bill_arrays(use, tariffs()), bill_arrays(some(use, slice(0, 1_000)), tariffs())
    assert found.line_eur == pytest.approx(150 * small.line_eur, rel=1e-12)
    assert np.array_equal(found.carrier_incl_vat_eur[149_000:], small.carrier_incl_vat_eur)


# ------------------------------------------------------------------------------------------------------------- unit prices


def test_price_of_one_more_kwh_is_the_difference_of_two_bills():
    use = households(600, seed=13)
    found, before = unit_prices(use, tariffs()), bill_arrays(use, tariffs()).carrier_incl_vat_eur
    step = 1e-3
    inside = ~np.isin(use.gas_kwh, (0.0, 5_000.0, 150_000.0))
    after = bill_arrays(replace(use, gas_kwh=use.gas_kwh + step, has_gas=use.gas_kwh + step > 0), tariffs())
    gas = (after.carrier_incl_vat_eur - before)[:, 0] / step
    assert found.marginal_eur[inside, 0] == pytest.approx(gas[inside], abs=1e-6)
    assert np.isnan(found.marginal_eur[use.gas_kwh == 0, 0]).all()
    after = bill_arrays(replace(use, electricity_kwh=use.electricity_kwh + step), tariffs()).carrier_incl_vat_eur
    assert found.marginal_eur[:, 1] == pytest.approx((after - before)[:, 1] / step, abs=1e-6)
    taken = use.heat_kwh > 0
    after = bill_arrays(replace(use, heat_kwh=use.heat_kwh + step), tariffs()).carrier_incl_vat_eur
    assert found.marginal_eur[taken, 2] == pytest.approx(((after - before)[:, 2] / step)[taken], abs=1e-6)


def test_a_heat_pump_pays_its_kw_where_kw_are_billed():
    kw_per_kwh, step = 4e-4, 1e-3
    use = households(600, seed=17)
    found, before = unit_prices(use, tariffs(), heat_pump_kw_per_kwh=kw_per_kwh), bill_arrays(use, tariffs())
    more = replace(use, electricity_kwh=use.electricity_kwh + step, peak_kw=use.peak_kw + kw_per_kwh * step)
    rise = (bill_arrays(more, tariffs()).carrier_incl_vat_eur - before.carrier_incl_vat_eur)[:, 1] / step
    assert found.heat_pump_eur == pytest.approx(rise, abs=1e-6)
    plain = unit_prices(use, tariffs())
    below = (use.peak_kw < 2.5) | use.vulnerable
    assert np.array_equal(found.heat_pump_eur[below], plain.heat_pump_eur[below])
    high = (use.peak_kw > 2.5) & ~use.vulnerable & (use.electricity_kwh > 2_500)
    per_kw = tariffs().of(Figure.CAPACITY_PER_KW)[use.area] * 1.06
    assert (found.heat_pump_eur - plain.heat_pump_eur)[high] == pytest.approx((per_kw * kw_per_kwh)[high])


def test_prices_under_the_ceiling_and_below_it():
    """100 kWh: the network tariff is at its least, one more kWh costs none; at 600 kWh and 17 kW it is the ceiling per kWh."""
    table = tariffs()
    row = {figure: float(table.of(figure)[0]) for figure in Figure}
    other = sum(row[figure] for figure in (
        Figure.ELECTRICITY_COMMODITY, Figure.GREEN_CERTIFICATES, Figure.CHP_CERTIFICATES, Figure.ELECTRICITY_EXCISE,
        Figure.ELECTRICITY_CONTRIBUTION,
    ))  # fmt: skip
    for kwh, peak, network in (
        (100, 2.0, 0.0),
        (600, 17.0, row[Figure.CEILING_KWH]),
        (3_500, 4.0, row[Figure.DISTRIBUTION_KWH]),
    ):
        found = unit_prices(one(electricity=kwh, gas=0, peak=peak), table)
        assert found.marginal_eur[0, 1] == pytest.approx((other + network) * 1.06, rel=1e-12)


def test_ratios_of_the_profile():
    """3,434 and 16,262 kWh at calm prices, Antwerp per kWh, other tariffs the mean of the areas: 3.36 at the margin, 4.10 all-in.

    4.06 all-in is what it is with the upper slice of the excise for every kWh of gas, instead of from 12 MWh on.
    """
    every, table = tariffs(), tariffs(areas=("antwerpen",))
    mean = {
        figure: every.of(figure).mean() - table.of(figure)[0]
        for figure in (Figure.CAPACITY_PER_KW, Figure.GAS_T2_FIXED)
    }
    table = table.adding(mean)
    found = unit_prices(one(), table, heat_pump_kw_per_kwh=1.8 / 4_375)
    assert found.marginal_eur[0, :2] / 1.06 == pytest.approx([0.0612, 0.2060], abs=1e-4)
    assert found.variable_ratio[0] == pytest.approx(3.36, abs=0.005)
    assert found.all_in_ratio[0] == pytest.approx(4.10, abs=0.005)
    assert found.heat_pump_ratio[0] == pytest.approx((0.2060 + 1.8 / 4_375 * 53.5) / 0.0612, abs=0.01)
    bills = bill_arrays(one(), table).carrier_incl_vat_eur[0]
    assert found.average_eur[0, :2] == pytest.approx(bills[:2] / (16_262, 3_434))
    assert np.isnan(found.average_eur[0, 2])
    one_slice = table.adding({Figure.GAS_EXCISE_FIRST: 0.01116 - 0.01031})
    assert unit_prices(one(), one_slice).all_in_ratio[0] == pytest.approx(4.06, abs=0.005)
    assert bill_arrays(one(), one_slice).carrier_incl_vat_eur[0, :2] == pytest.approx([1_229, 1_054], abs=1.0)


# ---------------------------------------------------------------------------------------------------------------- reforms


@given(seed=st.integers(0, 1_000), cents=st.floats(-3.0, 3.0))
@settings(max_examples=20, deadline=None)
def test_an_addition_to_a_price_costs_its_kwh_with_vat(seed, cents):
    use, table = households(60, seed), tariffs()
    before = bill_arrays(use, table).total_incl_vat_eur
    after = bill_arrays(use, table.adding({Figure.ELECTRICITY_EXCISE: cents / 100, Figure.GAS_COMMODITY: 0.0185}))
    kwh_eur = use.electricity_kwh * cents / 100 + use.gas_kwh * 0.0185
    assert after.total_incl_vat_eur - before == pytest.approx(np.where(use.vulnerable, 0.0, kwh_eur * 1.06), abs=1e-8)


def test_an_addition_of_nothing_changes_nothing():
    table = tariffs()
    assert np.array_equal(table.adding({Figure.GAS_EXCISE_FIRST: 0.0}).values, table.values, equal_nan=True)
    assert np.array_equal(table.adding({}).values, table.values, equal_nan=True)


def test_a_price_below_zero_is_refused():
    with pytest.raises(DataError, match=r"below zero\n  - electricity_excise in antwerpen by 0\.00400"):
        tariffs(areas=("antwerpen",)).adding({Figure.ELECTRICITY_EXCISE: -0.05})


def test_a_lump_sum_replaces_the_social_tariffs():
    use, table = households(200, seed=31), tariffs()
    found = bill_arrays(use, table.with_lump_sum(300.0)).total_incl_vat_eur
    ordinary = bill_arrays(replace(use, vulnerable=np.zeros(200, bool)), table).total_incl_vat_eur
    assert found == pytest.approx(ordinary - 300.0 * use.vulnerable, abs=1e-9)
    with pytest.raises(DataError, match="lump sum of -1 EUR"):
        table.with_lump_sum(-1)


# --------------------------------------------------------------------------------------------------------------- refusals


def test_cells_become_use():
    cells = pd.DataFrame({
        "weight": [10.0, 20.0], "electricity_kwh": [3_000, 2_000], "gas_kwh": [0.0, 14_000.0], "heat_kwh": [9_000.0, 0.0],
        "peak_kw": [3.0, 4.0], "vulnerable": [True, False], "has_gas": [False, True], "area": ["west", "antwerpen"],
    })  # fmt: skip
    use = EnergyUse.of_cells(cells, AREAS)
    assert use.area.tolist() == [6, 0]
    assert use.weight.tolist() == [10.0, 20.0]
    assert bill_arrays(use, tariffs()).total_incl_vat_eur == pytest.approx(
        bill_arrays(replace(use, area=np.array([6, 0])), tariffs()).total_incl_vat_eur
    )
    with pytest.raises(DataError, match="no tariffs for grid area voeren; known: antwerpen"):
        EnergyUse.of_cells(cells.assign(area=["west", "voeren"]), AREAS)
    with pytest.raises(DataError, match="cells lack peak_kw"):
        EnergyUse.of_cells(cells.drop(columns="peak_kw"), AREAS)


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ({"gas_kwh": np.array([-1.0])}, "gas_kwh is negative, infinite or missing in 1 rows"),
        ({"peak_kw": np.array([np.nan])}, "peak_kw is negative, infinite or missing"),
        ({"heat_kwh": np.array([np.inf])}, "heat_kwh is negative, infinite or missing"),
        ({"weight": np.array([-2.0])}, "weight is negative"),
        ({"has_gas": np.array([False])}, "gas is used without a connection in 1 rows"),
        ({"area": np.array([8])}, "area runs from 8 to 8; the tariffs have 8 areas"),
        ({"peak_kw": np.array([1.0, 2.0])}, "arrays differ in length: .*peak_kw 2"),
    ],
)
def test_wrong_use_is_refused(fault, message):
    for answer in (bill_arrays, paid_bills, unit_prices, lambda use, table: list(component_blocks(use, table))):
        with pytest.raises(DataError, match=message):
            answer(replace(one(), **fault), tariffs())


def test_gas_above_the_largest_group_is_refused():
    with pytest.raises(OutOfRangeError, match="known up to 1,000,000 kWh a year per connection"):
        bill_arrays(one(gas=1_000_001), tariffs())
    assert bill_arrays(one(gas=1_000_001, vulnerable=True), tariffs()).total_incl_vat_eur[0] > 0


def test_only_what_is_billed_is_asked():
    """The social tariff of gas has no value on the day: it stops only who needs it."""
    table = tariffs(read_parameters(), kinds=("gas", "electricity"))
    assert bill_arrays(one(), table).total_incl_vat_eur == pytest.approx(
        bill_arrays(one(), tariffs()).total_incl_vat_eur
    )
    with pytest.raises(DataError, match="read without electricity_social, gas_social"):
        bill_arrays(one(vulnerable=True), table)
    with pytest.raises(ParameterError, match=r"gas\.social_tariff has no value"):
        tariffs(read_parameters())


def test_wrong_tables_are_refused():
    with pytest.raises(DataError, match="unknown kinds of tariff oil"):
        tariffs(kinds=("oil",))
    with pytest.raises(DataError, match="each grid area once; found none"):
        tariffs(areas=())
    with pytest.raises(DataError, match="each grid area once; found west, west"):
        tariffs(areas=("west", "west"))
    with pytest.raises(ParameterError, match="no value for voeren"):
        tariffs(areas=("voeren",))


def test_nobody_pays_nothing():
    found = bill_arrays(some(one(), slice(0, 0)), tariffs())
    assert found.total_incl_vat_eur.shape == (0,)
    assert found.payee_eur().sum() == 0.0
