"""What a business case was computed from, as one table: assets, customers, supply and terms, and back again."""

from __future__ import annotations

from dataclasses import fields

import pandas as pd

from koppelkans import tables
from koppelkans.errors import DataError
from koppelkans.money.project_terms import QUANTITIES, Supply, Terms

ASSET_QUANTITIES = ("investment_eur", "life_years", "depreciation_years", "upkeep_share")
_SUPPLY = tuple(item.name for item in fields(Supply))
_TERMS = tuple(item.name for item in fields(Terms) if item.name != "chosen")


def project_basis(assets: pd.DataFrame, customers: pd.DataFrame, supply: Supply, terms: Terms) -> pd.DataFrame:
    """Everything that ``project`` is asked with, a row per figure (contract PROJECT_BASIS).

    assets, customers, supply, terms: as for ``project``. Key: part, name and quantity, joined by points.
    """
    values = {
        (part, str(name), quantity): float(value)
        for part, frame, quantities in (("assets", assets, ASSET_QUANTITIES), ("customers", customers, QUANTITIES))
        for quantity in quantities for name, value in frame[quantity].to_dict().items()
    }  # fmt: skip
    values |= {("supply", "supply", quantity): float(getattr(supply, quantity)) for quantity in _SUPPLY}
    values |= {("terms", "terms", quantity): float(getattr(terms, quantity)) for quantity in _TERMS}
    frame = pd.DataFrame(list(values), columns=["part", "name", "quantity"], dtype="str")
    chosen = frame["part"].eq("terms") & frame["quantity"].isin(terms.chosen)
    frame = frame.assign(value=list(values.values()), chosen=chosen)
    frame.index = pd.Index([".".join(key) for key in values], name="item", dtype="str")
    return tables.check(tables.PROJECT_BASIS, frame)


def basis_parts(basis: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame, Supply, Terms]:
    """Assets, customers, supply and terms that a table of ``project_basis`` holds, as ``project`` wants them.

    Raises DataError when the table lacks a figure, as one of another version does.
    """
    wide = {name: part.pivot(index="name", columns="quantity", values="value") for name, part in basis.groupby("part")}
    missing = [name for name, wanted in (("assets", ASSET_QUANTITIES), ("customers", QUANTITIES), ("supply", _SUPPLY), ("terms", _TERMS))
               if name not in wide or set(wanted) - set(wide[name].columns) or wide[name][list(wanted)].isna().to_numpy().any()]  # fmt: skip
    if missing:
        raise DataError(
            f"what the business case was computed from is not whole ({', '.join(missing)}); make the plan again with this version"
        )
    supply = wide["supply"].iloc[0]
    terms = wide["terms"].iloc[0]
    chosen = frozenset(basis.loc[basis["chosen"], "quantity"])
    assets = wide["assets"][list(ASSET_QUANTITIES)].reindex(basis.loc[basis["part"] == "assets", "name"].unique())
    whole = {name: round(terms[name]) if name.endswith("_years") else float(terms[name]) for name in _TERMS}
    return (
        assets.astype({"life_years": "int64", "depreciation_years": "int64"}).rename_axis("asset"),
        wide["customers"][list(QUANTITIES)].reindex(basis.loc[basis["part"] == "customers", "name"].unique()),
        Supply(**{name: float(supply[name]) for name in _SUPPLY}),
        Terms(**whole, chosen=chosen),  # type: ignore[arg-type]
    )
