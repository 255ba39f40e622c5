"""Fingerprints of tables and plans: contents in sorted order, never file bytes, seconds or dates of the run."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import pandas as pd

from koppelkans.scenario import Scenario

DIGITS = 9
"""Significant digits that count: the last bits of a float differ between processors."""


def table_hashes(frames: Mapping[str, pd.DataFrame]) -> dict[str, str]:
    """A fingerprint per table, independent of the order of rows and columns."""
    return {name: _table_hash(frame) for name, frame in sorted(frames.items())}


def plan_hash(hashes: Mapping[str, str], scenario: Scenario, engine_version: str) -> str:
    """One fingerprint over the tables, the scenario and the engine version."""
    parts = [f"{name}={value}" for name, value in sorted(hashes.items())]
    text = "\n".join([engine_version, scenario.model_dump_json(), *parts])
    return hashlib.sha256(text.encode()).hexdigest()


def _table_hash(frame: pd.DataFrame) -> str:
    columns = {str(name): _plain(frame[name]) for name in sorted(map(str, frame.columns))}
    plain = pd.DataFrame(columns, index=frame.index.astype(str)).sort_index(kind="stable")
    rows = pd.util.hash_pandas_object(plain, index=True).to_numpy()
    return hashlib.sha256("|".join(plain.columns).encode() + rows.tobytes()).hexdigest()[:16]


def _plain(values: pd.Series) -> pd.Series:
    if isinstance(values, gpd.GeoSeries):
        return pd.Series(values.normalize().set_precision(0.001).to_wkb(hex=True), index=values.index)
    if pd.api.types.is_float_dtype(values):
        return _rounded(values)
    return values.astype(str)


def _rounded(values: pd.Series) -> pd.Series:
    numbers = values.to_numpy(dtype=float)
    sizes = np.where((numbers == 0) | ~np.isfinite(numbers), 1.0, np.abs(numbers))
    scale = 10.0 ** (DIGITS - 1 - np.floor(np.log10(sizes)))
    return pd.Series(np.round(numbers * scale) / scale + 0.0, index=values.index)
