"""Tables of a plan folder, read when a page asks for them."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


def read_table(folder: Path, name: str) -> pd.DataFrame:
    """A table of a plan folder with its key as first column, without geometry; kept in memory while the file does not change.

    Without rows in a plan that does not have it.
    """
    path = folder / "tables" / f"{name}.parquet"
    if not path.is_file():
        from koppelkans.tables import TABLES as CONTRACTS

        empty: pd.DataFrame = CONTRACTS[name].empty()
        return empty.drop(columns="geometry", errors="ignore").reset_index()
    return _read(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=12)
def _read(path: Path, changed: int) -> pd.DataFrame:
    from pyarrow import parquet

    columns = [name for name in parquet.read_schema(path).names if name != "geometry"]
    found: pd.DataFrame = parquet.read_table(path, columns=columns).to_pandas()
    return found.reset_index()
