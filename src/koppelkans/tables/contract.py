"""What a table contract is, and how a table is held against it: every fault at once, in words a user can act on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import pandas as pd

from koppelkans.errors import DataError
from koppelkans.tables.vocabulary import unit_of

if TYPE_CHECKING:
    import pandera.pandas as pa

Frame = TypeVar("Frame", bound=pd.DataFrame)
_DTYPES = {float: "float64", int: "int64", bool: "bool", str: "str"}


@dataclass(frozen=True, slots=True)
class Column:
    """One column: ``kind`` is str, float, int or bool; bounds are inclusive and in the unit of the name."""

    name: str
    kind: type
    title: str
    description: str
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    nullable: bool = False

    @property
    def unit(self) -> str:
        """Unit, from the suffix of the name."""
        return unit_of(self.name)

    @property
    def expected(self) -> str:
        """What a value must be, in words for a message."""
        if self.choices:
            return "one of " + ", ".join(self.choices)
        unit = f" {self.unit}" if self.unit else ""
        if self.low is not None and self.high is not None:
            return f"{self.low:g} to {self.high:g}{unit}"
        if self.low is not None:
            return f"at least {self.low:g}{unit}"
        return {str: "text", float: f"a number{unit}", int: f"a whole number{unit}", bool: "true or false"}[self.kind]


def column(name: str, kind: type, **about: Any) -> Column:
    """A column declaration; see ``Column`` for the arguments."""
    return Column(name, kind, **about)


@dataclass(frozen=True)
class Table:
    """A table contract: name, key (the index), columns, and the geometry types allowed (none: no geometry)."""

    name: str
    key: str
    title: str
    columns: tuple[Column, ...]
    geometry: tuple[str, ...] = ()
    per_building: bool = False
    """Rows are about single buildings: a working file of the project team, never published."""

    @property
    def column_names(self) -> list[str]:
        """Names of the columns, geometry left out."""
        return [item.name for item in self.columns]

    def __getitem__(self, name: str) -> Column:
        return next(item for item in self.columns if item.name == name)

    @cached_property
    def schema(self) -> pa.DataFrameSchema:
        """The same contract as a pandera schema; unit, label and meaning travel in its metadata."""
        return _schema(self)

    def empty(self, crs: Any = None) -> pd.DataFrame:
        """The table without rows, every column with its type; a GeoDataFrame when the table has geometry."""
        data = {item.name: pd.Series(dtype=_DTYPES[item.kind]) for item in self.columns}
        frame = pd.DataFrame(data, index=pd.Index([], name=self.key, dtype="str"))
        if not self.geometry:
            return frame
        import geopandas as gpd

        located: pd.DataFrame = gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries([], index=frame.index, crs=crs), crs=crs)
        return located


def table(name: str, *, key: str, title: str, columns: Sequence[Column], **about: Any) -> Table:
    """A table declaration; see ``Table``."""
    return Table(name, key, title, tuple(columns), **about)


def _schema(declared: Table) -> pa.DataFrameSchema:
    import pandera.pandas as pa

    def one(item: Column) -> pa.Column:
        checks = []
        if item.choices:
            checks.append(pa.Check.isin(list(item.choices)))
        if item.low is not None:
            checks.append(pa.Check.ge(item.low))
        if item.high is not None:
            checks.append(pa.Check.le(item.high))
        if item.kind in (float, int):
            checks.append(pa.Check(lambda values: ~np.isinf(values.astype(float)), name="finite"))
        return pa.Column(
            item.kind, checks, nullable=item.nullable, name=item.name, title=item.title, description=item.description,
            metadata={"unit": item.unit, "expected": item.expected},
        )  # fmt: skip

    return pa.DataFrameSchema(
        {item.name: one(item) for item in declared.columns},
        index=pa.Index(str, unique=True, name=declared.key), name=declared.name, title=declared.title, strict=False,
    )  # fmt: skip


# ---------------------------------------------------------------------------------------------------------------------- checks


def check(declared: Table, frame: Frame, *, where: str = "") -> Frame:
    """The same table, when it keeps its contract.

    Raises DataError that lists every fault: column, rows (first three keys), what was found, what was expected with unit.
    ``where`` names the file or layer. Columns that the contract does not know are refused too: a typing error would
    otherwise go unseen.
    """
    faults = table_faults(declared, frame)
    if faults:
        place = f" ({where})" if where else ""
        raise DataError(f"table {declared.name}{place} does not keep its contract", faults)
    return frame


def table_faults(declared: Table, frame: pd.DataFrame) -> list[str]:
    """Every fault of a table against its contract, one line each; empty when it keeps it."""
    faults = _structure_faults(declared, frame)
    if declared.geometry:
        faults += geometry_faults(frame, declared.geometry)
    if any(fault.startswith("column") and "missing" in fault for fault in faults):
        return faults
    return faults + _value_faults(declared, frame)


def _structure_faults(declared: Table, frame: pd.DataFrame) -> list[str]:
    faults = []
    if frame.index.name != declared.key:
        faults.append(f"index is called {frame.index.name!r}, expected {declared.key!r}")
    repeated = frame.index[frame.index.duplicated()].unique()
    if len(repeated):
        faults.append(f"key {declared.key}: {len(repeated)} values occur more than once ({first_keys(repeated)})")
    known = [*declared.column_names, "geometry"] if declared.geometry else declared.column_names
    missing = [name for name in known if name not in frame.columns]
    faults += [f"column {name} is missing, expected {_expected(declared, name)}" for name in missing]
    unknown = [str(name) for name in frame.columns if name not in known]
    faults += [
        f"column {name} is not known in table {declared.name}; remove it or correct its name" for name in unknown
    ]
    return faults


def _expected(declared: Table, name: str) -> str:
    return " or ".join(declared.geometry) if name == "geometry" else declared[name].expected


def _value_faults(declared: Table, frame: pd.DataFrame) -> list[str]:
    if all(_plainly_keeps(item, frame[item.name]) for item in declared.columns):
        return []  # a plan checks a hundred tables that all keep their contract; the schema is slow, and needed for the words alone
    import pandera.errors

    values = pd.DataFrame({name: frame[name] for name in declared.column_names}, index=frame.index)
    try:
        declared.schema.validate(values, lazy=True)
    except pandera.errors.SchemaErrors as error:
        return _described(declared, error.failure_cases)
    return []


def _plainly_keeps(item: Column, values: pd.Series) -> bool:
    """Whether a column surely keeps its contract; false where the schema has to look."""
    if not isinstance(values, pd.Series) or values.dtype != _DTYPES[item.kind]:
        return False
    if item.kind is str:
        seen = values.unique()
        known = pd.notna(seen)
        return (item.nullable or bool(known.all())) and (not item.choices or set(seen[known]) <= set(item.choices))
    numbers = values.to_numpy()
    if item.kind is float:
        empty = np.isnan(numbers)
        if not item.nullable and empty.any():
            return False
        numbers = numbers[~empty]
    if item.kind is bool or not len(numbers):
        return True
    low, high = numbers.min(), numbers.max()
    return bool(
        np.isfinite(low)
        and np.isfinite(high)
        and (item.low is None or low >= item.low)
        and (item.high is None or high <= item.high)
    )


def _described(declared: Table, cases: pd.DataFrame) -> list[str]:
    faults = []
    for (name, rule), group in cases.groupby(["column", "check"], dropna=False, sort=False):
        if name not in declared.column_names:
            continue  # the index: reported by _structure_faults in our own words
        item = declared[str(name)]
        keys = group["index"].dropna()
        found = ", ".join(str(value) for value in group["failure_case"].head(3))
        unit = f" {item.unit}" if item.unit else ""
        if str(rule) == "not_nullable":
            faults.append(f"column {name}: {len(group)} rows are empty ({first_keys(keys)}), expected {item.expected}")
        elif str(rule).startswith(("dtype", "coerce")):
            faults.append(f"column {name}: type {found}, expected {item.expected}")
        else:
            faults.append(
                f"column {name}: {len(group)} rows hold {found}{unit} ({first_keys(keys)}), expected {item.expected}"
            )
    return faults


def geometry_faults(frame: pd.DataFrame, allowed: Sequence[str]) -> list[str]:
    """Faults of the geometry column: type, emptiness, validity and coordinate system.

    A check of our own: pandera accepts points where polygons are declared and raises a bare TypeError on a wrong CRS.
    """
    import geopandas as gpd

    if not isinstance(frame, gpd.GeoDataFrame) or frame.active_geometry_name is None:
        return ["the table has no geometry column"]
    shapes = frame.geometry
    faults = []
    if shapes.crs is None:
        faults.append("the layer has no coordinate system; set it (Flanders: EPSG:31370) and save again")
    elif not shapes.crs.is_projected:
        faults.append(
            f"coordinate system {shapes.crs.to_string()} is in degrees, expected metres; reproject the layer "
            "(Flanders: EPSG:31370, Belge Lambert 72) and try again"
        )
    empty = shapes.isna() | shapes.is_empty
    wrong = ~empty & ~shapes.geom_type.isin(list(allowed))
    invalid = ~empty & ~wrong & ~shapes.is_valid
    if empty.any():
        faults.append(f"geometry: {int(empty.sum())} rows are empty ({first_keys(frame.index[empty])})")
    if wrong.any():
        kinds = ", ".join(sorted(set(shapes.geom_type[wrong])))
        faults.append(
            f"geometry: {int(wrong.sum())} rows are {kinds} ({first_keys(frame.index[wrong])}), expected {' or '.join(allowed)}"
        )
    if invalid.any():
        reason = str(shapes[invalid].is_valid_reason().iloc[0]).split("[")[0]
        faults.append(
            f"geometry: {int(invalid.sum())} rows are not valid ({first_keys(frame.index[invalid])}): {reason}; "
            "repair them (QGIS: Fix geometries)"
        )
    return faults


def first_keys(keys: Any) -> str:
    """The first three keys, for a message."""
    listed = [str(key) for key in keys[:3]]
    return ", ".join(listed) + (", ..." if len(keys) > 3 else "")
