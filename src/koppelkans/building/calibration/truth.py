"""A synthetic truth drawn from the prior: what buildings would really use, and what meters and certificates would then show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from koppelkans import tables
from koppelkans.building.calibration.prior import CERTIFICATE, stock_of
from koppelkans.building.calibration.readings import CertificateDoubt, certificate_doubt
from koppelkans.building.gas import gas_use
from koppelkans.building.homes import prebound
from koppelkans.building.seasonal import Floats
from koppelkans.parameters import Parameters

TO_BUILDING, TO_STREET, TO_SECTOR = "building", "street", "sector"
NAME = "synthetic"


@dataclass(frozen=True, slots=True)
class Truth:
    """What is true of every heated building in one draw, index ``building``.

    ``space_factor`` and ``water_factor``: heat over the model; ``gas_kwh``: its meter in a normal year, missing where it has none;
    ``epc_score_kwh_per_m2``: its certificate, dwellings only.
    """

    space_factor: pd.Series
    water_factor: pd.Series
    gas_kwh: pd.Series
    epc_score_kwh_per_m2: pd.Series


def drawn_truth(heat: pd.DataFrame, buildings: pd.DataFrame, *, parameters: Parameters, day: date, seed: int) -> Truth:
    """One truth from the prior of the calibration; ``heat`` and ``buildings`` as ``calibrate`` takes them.

    ln S = ln S(model) + shared figures + street + e - half the variance, so that the mean over truths is the model. Of e a part (1 + b) c z is the
    envelope, and a certificate shows exp(c z) of the need with its own error. Method: docs/method.md#data-value.
    """
    rng = np.random.default_rng([seed, len(buildings)])
    correction = prebound(parameters, day)
    stock = stock_of(heat, buildings, gas=gas_use(parameters, day), prebound=correction, parameters=parameters, day=day)
    shared = rng.normal(size=len(stock.shared_variance)) * np.sqrt(stock.shared_variance)
    theta, streets = shared[: stock.space_rows.theta.shape[1]], shared[stock.space_rows.theta.shape[1] :]

    def of(name: str) -> float:
        return parameters.at(f"building.calibration.{name}", day)

    envelope = rng.normal(size=len(stock.index))
    doubt = certificate_doubt(buildings, parameters, day)
    inside = np.minimum((1.0 + correction.exponent) * doubt.envelope_sigma, np.sqrt(stock.own_variance))
    own = inside * envelope + np.sqrt(stock.own_variance - inside**2) * rng.normal(size=len(stock.index))
    space, water = (
        np.exp(
            rows.theta @ theta + rows.street * streets[stock.street] + own
            - (rows.theta**2 @ stock.shared_variance[: len(theta)] + rows.street**2 * stock.shared_variance[-1] + stock.own_variance) / 2.0
        )
        for rows in (stock.space_rows, stock.water_rows)
    )  # fmt: skip
    gas = stock.space_kwh * space + stock.water_kwh * water + stock.cooking_kwh
    on_gas = rng.random(len(stock.index)) < of("gas_share")
    score = _scores(heat, envelope, theta[CERTIFICATE], rng, doubt, of("epc_sigma"))
    index = stock.index
    return Truth(
        pd.Series(space, index=index), pd.Series(water, index=index), pd.Series(np.where(on_gas, gas, np.nan), index=index),
        pd.Series(np.where(stock.home, score, np.nan), index=index),
    )  # fmt: skip


def _scores(
    heat: pd.DataFrame, envelope: Floats, common: float, rng: np.random.Generator, doubt: CertificateDoubt, sigma: float
) -> Floats:
    reference = heat["reference_m2"].to_numpy(float)
    need = heat["theoretical_space_heat_kwh"].to_numpy(float) / np.where(reference > 0, reference, np.inf)
    return doubt.score(need * np.exp(doubt.envelope_sigma * envelope + common + sigma * rng.normal(size=len(need))))


def shown_by_meters(truth: Truth, buildings: pd.DataFrame, level: str, *, year: int) -> pd.DataFrame:
    """What meters show at a level, contract METERS: every building with gas, every street, or all together with their number."""
    known = truth.gas_kwh.dropna()
    dwellings = buildings["dwellings"].reindex(known.index).clip(lower=1).astype(float)
    if level == TO_BUILDING:
        frame = pd.DataFrame({"name": known.index, "gas_kwh": known.to_numpy(), "connections": dwellings.to_numpy()})
    else:
        homes = buildings["use"].reindex(known.index) == "residential"
        street = buildings["street"].reindex(known.index).where(homes)
        name = street if level == TO_STREET else pd.Series(NAME, index=known.index).where(homes)
        both = pd.DataFrame({"gas_kwh": known, "connections": dwellings}).groupby(name.rename("name")).sum()
        frame = both.reset_index()
    frame = frame.assign(level=level, year=year, calorific="gross", source=NAME)
    frame.index = pd.Index([f"m{number:05d}" for number in range(len(frame))], name="row", dtype="str")
    kinds = {"name": "str", "level": "str", "calorific": "str", "source": "str", "year": "int64"}
    return tables.check(tables.METERS, frame.astype(kinds)[tables.METERS.column_names])
