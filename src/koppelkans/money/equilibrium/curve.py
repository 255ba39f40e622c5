"""The response table: how many dwellings connect, section by section and year by year, at each of a row of heat prices."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from koppelkans.errors import DataError, OutOfRangeError
from koppelkans.money.equilibrium.interpolation import interpolated, monotone_slopes
from koppelkans.tables import first_keys

Floats = NDArray[np.float64]

ROUNDING = 1e-9
"""Relative noise of sums that counts as equal when a table is checked."""


@dataclass(frozen=True, slots=True)
class ResponseCurve:
    """What households answer to a heat price, as expected numbers; axes price, section and year in that order.

    ``price_eur_per_mwh`` (P,): ascending, without VAT as the company receives it. ``year`` (T,): calendar years, one after the
    other. ``connected`` (P, S, T): dwellings connected at the end of each year. ``heat_mwh`` (P, S, T): sold to them in that year.
    ``dwellings`` (S,): that could connect. ``section`` (S,): keys. ``variance`` (P, S, T): of ``connected``, if known.
    """

    price_eur_per_mwh: Floats
    year: NDArray[np.int64]
    connected: Floats
    heat_mwh: Floats
    dwellings: Floats
    section: NDArray[np.str_]
    variance: Floats | None = None

    def __post_init__(self) -> None:
        """Raises DataError that lists every fault of the table; more customers at a higher price is one."""
        _refuse(self)

    def new(self) -> Floats:
        """Dwellings newly connected in each year (P, S, T): the rise of ``connected``; who leaves gives nothing back."""
        before = np.concatenate([np.zeros_like(self.connected[:, :, :1]), self.connected[:, :, :-1]], axis=2)
        joined: Floats = np.maximum(self.connected - before, 0.0)
        return joined

    def at(self, price_eur_per_mwh: float) -> tuple[Floats, Floats]:
        """Connected dwellings and heat sold [MWh] at a price, both (S, T), monotone between the prices of the table."""
        return self._between(self.connected, price_eur_per_mwh), self._between(self.heat_mwh, price_eur_per_mwh)

    def new_at(self, price_eur_per_mwh: float) -> Floats:
        """Dwellings newly connected in each year (S, T) at a price, read from the table in the same way."""
        return self._between(self.new(), price_eur_per_mwh)

    def _between(self, values: Floats, price_eur_per_mwh: float) -> Floats:
        flat = values.reshape(len(self.price_eur_per_mwh), -1)
        slopes = monotone_slopes(self.price_eur_per_mwh, flat)
        return interpolated(self.price_eur_per_mwh, flat, slopes, price_eur_per_mwh).reshape(values.shape[1:])

    def variance_at(self, price_eur_per_mwh: float) -> Floats:
        """Variance of the number connected (S, T) at a price; without one in the table that of independent equal dwellings."""
        if self.variance is None:
            connected, _ = self.at(price_eur_per_mwh)
            share = connected / np.maximum(self.dwellings, 1.0)[:, None]
            alone: Floats = connected * (1 - share)
            return alone
        return self._between(self.variance, price_eur_per_mwh)

    def with_duty(self, share: float, years: int, opens: NDArray[np.int64]) -> ResponseCurve:
        """The same table under a duty to connect: at least ``share`` of the dwellings, in equal steps over ``years``.

        opens: (S,) calendar year in which each section opens. Those who connect by duty take the heat of the mean customer of
        their section at the lowest price of the table. Raises OutOfRangeError for a share outside 0 to 1, DataError where nobody
        connects of own will, so that no heat is known.
        """
        if not 0 <= share <= 1 or years < 1:
            raise OutOfRangeError(
                f"the duty to connect asks a share of {share:g} over {years} years, expected 0 to 1 and 1 or more"
            )
        steps = np.clip((self.year[None, :] - opens[:, None] + 1) / years, 0.0, 1.0)
        floor = share * self.dwellings[:, None] * steps
        connected = np.maximum(self.connected, floor[None])
        most, heat = self.connected[0, :, -1], self.heat_mwh[0, :, -1]
        unknown = self.section[(self.dwellings > 0) & (most <= 0)]
        if len(unknown):
            raise DataError(
                f"a duty to connect needs the heat of a dwelling: nobody connects at the lowest price in {first_keys(unknown)}"
            )
        each = np.divide(heat, most, out=np.zeros_like(heat), where=most > 0)
        added = (connected - self.connected) * each[None, :, None]
        return replace(self, connected=connected, heat_mwh=self.heat_mwh + added)


def _refuse(curve: ResponseCurve) -> None:
    prices, sections, years = len(curve.price_eur_per_mwh), len(curve.section), len(curve.year)
    shape = (prices, sections, years)
    faults = [
        f"{name} has shape {values.shape}, expected {shape} (price, section, year)"
        for name, values in (("connected", curve.connected), ("heat_mwh", curve.heat_mwh), ("variance", curve.variance))
        if values is not None and values.shape != shape
    ]
    if len(curve.dwellings) != sections:
        faults.append(f"dwellings has {len(curve.dwellings)} values for {sections} sections")
    if prices < 2 or not (np.diff(curve.price_eur_per_mwh) > 0).all():
        faults.append("the heat prices do not ascend, expected at least two, each above the one before")
    if not years or not (np.diff(curve.year) == 1).all():
        faults.append("the years do not follow one another")
    if len(np.unique(curve.section)) != sections:
        faults.append("a section occurs more than once")
    if not faults:
        faults = _wrong_numbers(curve)
    if faults:
        raise DataError("the response table cannot be used", faults)


def _wrong_numbers(curve: ResponseCurve) -> list[str]:
    faults = []
    room = ROUNDING * np.maximum(curve.dwellings, 1.0)[None, :, None]
    for name, wrong in {
        "connected: negative or missing": ~(curve.connected >= -room),
        "connected: more than the dwellings that could": curve.connected > curve.dwellings[None, :, None] + room,
        "heat_mwh: negative or missing": ~(curve.heat_mwh >= 0),
        "heat_mwh: heat without a customer": (curve.heat_mwh > ROUNDING) & (curve.connected <= 0),
    }.items():
        bad = wrong.any(axis=(0, 2))
        if bad.any():
            faults.append(f"{name} in {int(bad.sum())} sections ({first_keys(curve.section[bad])})")
    rises = np.diff(curve.connected, axis=0) > room
    if rises.any():
        bad = rises.any(axis=(0, 2))
        price = curve.price_eur_per_mwh[1:][rises.any(axis=(1, 2))][0]
        faults.append(
            f"connected: more dwellings at {price:g} EUR/MWh than at a lower price in {int(bad.sum())} sections "
            f"({first_keys(curve.section[bad])})"
        )
    return faults
