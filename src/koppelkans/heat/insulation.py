"""How far to insulate: the rung of each building's ladder at which society pays least without fossil fuel."""

from __future__ import annotations

import numpy as np
import pandas as pd

from koppelkans.heat.options import FOSSIL, Floats, OptionArrays


def stop_insulating(arrays: OptionArrays) -> pd.DataFrame:
    """The stop-insulating point of each heated building: rung, what it saves, and what the next rung costs; index ``building``.

    ``rung``: of the package with which the best fossil-free individual solution costs society least; empty where none fits.
    ``saved_share``: of the theoretical need as it is. ``next_rung_eur_per_kwh``: yearly cost of the next rung (annuity at
    society's rate, ventilation electricity) beyond this one, per kWh of expected useful space heat that it saves more; empty on
    the last rung. Further insulation does not pay as long as this exceeds what a kWh of heat costs there, and what smaller
    plants and cooler water save with it. Method: docs/method.md#stop-insulating.
    """
    known = arrays.packages
    free = np.where(arrays.fits[:, ~FOSSIL], arrays.society_eur_per_year[:, ~FOSSIL], np.inf)
    by_package = free.min(axis=1)
    by_rung = np.minimum(by_package[:, 0::2], by_package[:, 1::2])
    every, rungs = np.arange(len(by_rung)), np.arange(by_rung.shape[1])
    rung = by_rung.argmin(axis=1)
    found = np.isfinite(by_rung.min(axis=1, initial=np.inf))
    there = known.useful[:, 0::2]
    above = there & (rungs > rung[:, None])
    following = np.where(above.any(axis=1), above.argmax(axis=1), rung)
    first = there.argmax(axis=1)

    def at(values: Floats, place: np.ndarray[tuple[int, ...], np.dtype[np.int64]]) -> Floats:
        return values[:, 0::2][every, place]

    dearer = at(arrays.package_eur_per_year, following) - at(arrays.package_eur_per_year, rung)
    saved_kwh = at(arrays.space_kwh, rung) - at(arrays.space_kwh, following)
    price = np.divide(dearer, saved_kwh, out=np.full(len(rung), np.nan), where=found & (saved_kwh > 0))
    before = at(known.need_kwh, first)
    saved = 1.0 - np.divide(at(known.need_kwh, rung), before, out=np.ones(len(rung)), where=before > 0)
    return pd.DataFrame({
        "rung": pd.array(rung, dtype="Int64"), "saved_share": np.where(found, saved, np.nan), "next_rung_eur_per_kwh": price,
    }, index=arrays.buildings).assign(rung=lambda frame: frame["rung"].where(found))  # fmt: skip
