"""Eight rules of the bill beside OpenFisca-Core: two engines, one set of dated figures, one answer."""

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("openfisca_core", reason="OpenFisca-Core comes with the extra test")

import openfisca_bills
from bill_fixture import AREAS, DAY, figures, households, tariffs
from koppelkans.money.bill_arrays import EnergyUse, bill_arrays, component_blocks
from koppelkans.money.bill_kernel import Figure, Line

PERIOD = "year:2026-11"
SINGLE_PRECISION = 4 * float(np.finfo(np.float32).eps)


@pytest.fixture(scope="module")
def use() -> EnergyUse:
    found = households(1_000, seed=41)
    return replace(found, heat_kwh=np.zeros(1_000))


@pytest.fixture(scope="module")
def beside(use) -> dict[str, np.ndarray]:
    return openfisca_bills.computed(openfisca_bills.system(figures(), AREAS), use, PERIOD, openfisca_bills.RULES)


@pytest.fixture(scope="module")
def lines(use) -> np.ndarray:
    """Every line of every household as if none had the social tariffs: OpenFisca computes each rule for all."""
    everyone = replace(use, vulnerable=np.zeros(len(use), bool))
    return np.vstack([block for _, block in component_blocks(everyone, tariffs())])


NETWORK = (Line.CAPACITY, Line.ELECTRICITY_DISTRIBUTION_KWH, Line.NETWORK_CEILING, Line.ELECTRICITY_DATA_MANAGEMENT)
LEVIES = (Line.ELECTRICITY_EXCISE, Line.ELECTRICITY_CONTRIBUTION, Line.GREEN_CERTIFICATES, Line.CHP_CERTIFICATES)
GAS_NETWORK = (Line.GAS_DISTRIBUTION_FIXED, Line.GAS_DISTRIBUTION_KWH, Line.GAS_DATA_MANAGEMENT, Line.GAS_TRANSPORT)
GAS_EXCISE = (Line.GAS_EXCISE_FIRST, Line.GAS_EXCISE_ABOVE, Line.GAS_CONTRIBUTION)


def same(found: np.ndarray, expected: np.ndarray) -> bool:
    """Equal up to single precision; a sum keeps the error of its largest term."""
    return bool(np.allclose(found, expected, rtol=SINGLE_PRECISION, atol=1e-3))


@pytest.mark.parametrize(
    ("rule", "parts"),
    [
        ("electricity_network_eur", NETWORK),
        ("electricity_levies_eur", LEVIES),
        ("gas_network_eur", GAS_NETWORK),
        ("gas_excise_eur", GAS_EXCISE),
    ],
)
def test_costs_agree_with_openfisca(rule, parts, beside, lines):
    assert same(beside[rule], lines[:, list(parts)].sum(axis=1))


def test_bills_agree_with_openfisca(use, beside):
    everyone = replace(use, vulnerable=np.zeros(len(use), bool))
    ordinary = bill_arrays(everyone, tariffs()).carrier_incl_vat_eur
    assert same(beside["gas_bill_eur"], ordinary[:, 0])
    assert same(beside["electricity_bill_eur"], ordinary[:, 1])
    protected = bill_arrays(replace(use, vulnerable=np.ones(len(use), bool)), tariffs())
    assert same(beside["social_bill_eur"], protected.total_incl_vat_eur)
    assert same(beside["total_bill_eur"], bill_arrays(use, tariffs()).total_incl_vat_eur)


def test_openfisca_is_given_households_that_differ(use, beside):
    """Both network groups above and below, the ceiling, every area, with and without social tariffs: else agreement says little."""
    assert set(use.area) == set(range(len(AREAS)))
    assert 0.2 < use.vulnerable.mean() < 0.4
    assert len(np.unique(beside["total_bill_eur"].round(2))) > 900


def test_a_reform_agrees_with_openfisca(use):
    """A shift of excise from electricity to gas, made once as changed law and once as an addition to the table."""
    since = figures().value("elec.excise", DAY, "household").first
    changed = figures()
    for key, eur in (("elec.excise", -0.02), ("gas.excise_first_12MWh", 0.01), ("gas.excise_above_12MWh", 0.01)):
        changed = changed.changed(key, since=since, value=changed.at(key, DAY, "household") + eur, scope="household")
    shifted = tariffs().adding(
        {Figure.ELECTRICITY_EXCISE: -0.02, Figure.GAS_EXCISE_FIRST: 0.01, Figure.GAS_EXCISE_ABOVE: 0.01}
    )
    found = openfisca_bills.computed(openfisca_bills.system(changed, AREAS), use, PERIOD, ["total_bill_eur"])[
        "total_bill_eur"
    ]
    assert same(found, bill_arrays(use, shifted).total_incl_vat_eur)
    assert same(found, bill_arrays(use, tariffs(changed)).total_incl_vat_eur)
