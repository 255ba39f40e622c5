"""How the heat price is set, and who moves first: choices of the scenario."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from koppelkans.errors import OutOfRangeError, ScenarioError
from koppelkans.money.project_returns import annuity_share, cost_based_charge_eur, discount_factors

Floats = NDArray[np.float64]

ANNUITY, STRAIGHT_LINE = "annuity", "straight line"


@dataclass(frozen=True, slots=True)
class PricingRule:
    """How the price of heat is set; make one with ``cost_plus``, ``gas_parity``, ``regulated``, ``offered`` or ``tried``.

    ``cap_eur_per_mwh``: no price above it; None: the highest price of the response table. ``price_eur_per_mwh``: the price of a
    rule that does not look at the cost. ``charge``: course of the capital charge over the years.
    """

    kind: str
    cap_eur_per_mwh: float | None = None
    price_eur_per_mwh: float | None = None
    charge: str = ANNUITY
    payer: str = ""

    @classmethod
    def cost_plus(cls, *, cap_eur_per_mwh: float | None = None) -> PricingRule:
        """The same price in all years that covers cost and rate."""
        return cls("cost plus", cap_eur_per_mwh)

    @classmethod
    def gas_parity(
        cls, parity_eur_per_mwh: float, *, discount_share: float = 0.0, cap_eur_per_mwh: float | None = None
    ) -> PricingRule:
        """The price at which the mean household pays what it pays for gas, less a discount; the gain is the company's."""
        if not 0 <= discount_share <= 1 or not parity_eur_per_mwh >= 0:
            raise OutOfRangeError(
                f"a parity price of {parity_eur_per_mwh:g} EUR/MWh with a discount of {discount_share:g}, expected 0 or more, and 0 to 1"
            )
        return cls("gas parity", cap_eur_per_mwh, parity_eur_per_mwh * (1 - discount_share))

    @classmethod
    def regulated(cls, charge: str, *, cap_eur_per_mwh: float | None = None) -> PricingRule:
        """Heat at cost plus a capital charge: level (``annuity``), or depreciation and return on what is left (``straight line``)."""
        if charge not in (ANNUITY, STRAIGHT_LINE):
            raise ScenarioError(f"a regulated price is {charge!r}, expected {ANNUITY!r} or {STRAIGHT_LINE!r}")
        return cls("regulated", cap_eur_per_mwh, charge=charge)

    @classmethod
    def offered(cls, price_eur_per_mwh: float, *, payer: str = "", cap_eur_per_mwh: float | None = None) -> PricingRule:
        """A price promised beforehand; ``payer`` covers what it falls short of cost."""
        if not price_eur_per_mwh >= 0:
            raise OutOfRangeError(f"the offered heat price is {price_eur_per_mwh:g} EUR/MWh, expected at least 0")
        return cls("offered", cap_eur_per_mwh, price_eur_per_mwh, payer=payer)

    @classmethod
    def tried(cls, price_eur_per_mwh: float, *, cap_eur_per_mwh: float | None = None) -> PricingRule:
        """A price asked about instead of promised: where it does not cover its cost nothing is built, and nobody is refused."""
        return replace(cls.offered(price_eur_per_mwh, cap_eur_per_mwh=cap_eur_per_mwh), kind="tried")

    def course(self, years: int, rate_share: float) -> Floats:
        """Margin in each year per euro of the level margin; its present value is that of a level one. First year first."""
        if self.charge == ANNUITY:
            return np.ones(years)
        charge = cost_based_charge_eur(1.0, years, rate_share)
        end = discount_factors(years, rate_share)[1:]
        shape: Floats = charge * (end.sum() / (charge @ end))
        return shape


def gas_parity_eur_per_mwh(
    gas_eur_per_year: float,
    boiler_eur: float,
    network_fixed_eur_per_year: float,
    fee_eur: float,
    *,
    heat_mwh: float,
    clocks_years: tuple[float, float],
    rate_share: float,
) -> float:
    """Heat price at which a household pays as much as with gas [EUR/MWh].

        p = [gas bill and upkeep + boiler CRF(r, life) - fixed fee - connection fee CRF(r, years)] / q

    gas_eur_per_year: gas, its fixed charges and upkeep. ``clocks_years``: life of the boiler, and the years over which the connection
    fee is spread. All with VAT or all without. Method: docs/method.md#heat-pricing.
    """
    life, spread = clocks_years
    yearly = gas_eur_per_year + boiler_eur * annuity_share(life, rate_share)
    yearly -= network_fixed_eur_per_year + fee_eur * annuity_share(spread, rate_share)
    return yearly / heat_mwh


@dataclass(frozen=True, slots=True)
class Coordination:
    """Who moves first; make one with ``cautious``, ``conditional``, ``guarantee`` or ``duty``.

    ``share``: of the dwellings that must sign, are guaranteed, or have the duty; ``years``: in which the duty is met;
    ``drop_out_share``: of those who sign, never connects.
    """

    kind: str
    share: float = 0.0
    years: int = 1
    drop_out_share: float = 0.0

    @property
    def connected_share(self) -> float:
        """Share of the dwellings that connects when the share asked for has signed."""
        return self.share * (1 - self.drop_out_share)

    @classmethod
    def cautious(cls) -> Coordination:
        """The company expects few customers and quotes accordingly."""
        return cls("cautious")

    @classmethod
    def conditional(cls, share: float, *, drop_out_share: float = 0.0) -> Coordination:
        """Signatures bind once this share has signed; the price quoted is that of those who will then connect."""
        if not 0 <= drop_out_share < 1:
            raise OutOfRangeError(f"a drop-out after signature is {drop_out_share:g}, expected 0 to below 1")
        return cls("conditional", _share(share), drop_out_share=drop_out_share)

    @classmethod
    def guarantee(cls, share: float) -> Coordination:
        """The municipality pays the revenue that is missing up to this share; the price quoted is that of this share."""
        return cls("guarantee", _share(share))

    @classmethod
    def duty(cls, share: float, years: int) -> Coordination:
        """A duty to connect, met by this share (the rest is exempted) in equal steps over the years after opening."""
        return cls("duty", _share(share), years)


def _share(share: float) -> float:
    if not 0 < share <= 1:
        raise OutOfRangeError(f"a share of dwellings is {share:g}, expected above 0, at most 1")
    return share
