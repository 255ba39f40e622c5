"""Assets and planned works as their owners give them: held against the sections, the owners and the horizon, and completed."""

from __future__ import annotations

from datetime import date

import pandas as pd

from koppelkans.errors import DataError, suggestion
from koppelkans.parameters import Parameters
from koppelkans.street.assets.drawing import ROLE_OF_ASSET, built_years, condition_of
from koppelkans.street.assets.owners import owner_of_role
from koppelkans.street.assets.sections import Sections
from koppelkans.street.assets.terms import StreetTerms
from koppelkans.tables import first_keys
from koppelkans.tables.street import ASSET_KINDS, ASSETS, CONDITIONS, OWNER_ROLES, WORK_KINDS

ROLE_OF_WORK = {
    "heat": "heat_company", "sewer": "sewer_manager", "water": "water_company", "cable": "grid_operator", "gas": "grid_operator",
    "reconstruction": "city", "greening": "city", "drains": "sewer_manager",
}  # fmt: skip
HALF_A_CLASS = 0.5
"""A condition says in which fifth of its life something is: half-way through it is the best guess."""
ONCE = ("heat", "gas", "reconstruction", "drains")
"""Kinds of which a section has one work at most."""


def given_assets(
    assets: pd.DataFrame, known: Sections, owners: pd.DataFrame, every: pd.Index, *, parameters: Parameters, day: date, seed: int
) -> pd.DataFrame:  # fmt: skip
    """The given assets, complete: owners by key, empty years and lives filled in (a filled year is ``drawn``), rows outside the streets left out.

    assets: columns of ``tables.ASSETS``; ``owner``, ``built_year`` and ``life_years`` may be empty. A year that is empty follows from the condition where somebody saw one,
    and is drawn elsewhere. every: keys of all sections of the place.
    Raises DataError that lists unknown sections, kinds and owners, two owners of one asset, negative lengths and lives.
    """
    owner = assets["owner"].where(assets["owner"].notna(), _usual_owner(assets, known))
    owner = owner.replace(dict(owner_of_role(owners).items()))
    filled = assets.assign(owner=owner)
    faults = _asset_faults(filled, every, owners)
    if faults:
        raise DataError("the assets cannot be used; correct these rows, or take them out", faults)
    kept = filled[filled["section"].isin(known.about.index)]
    lives = kept["kind"].map(parameters.numbers("street_works.life_years", day))
    life = kept["life_years"].astype(float).fillna(lives)
    seen = pd.to_numeric(kept["condition"]) - HALF_A_CLASS
    built = kept["built_year"].astype(float).fillna((day.year - life * seen / len(CONDITIONS)).round())
    derived, drawn = kept["built_year"].isna() & built.notna(), built.isna()
    for kind in kept.loc[drawn, "kind"].unique():
        rows = drawn & (kept["kind"] == kind)
        about = known.about.loc[kept.loc[rows, "section"]]
        years = built_years(about, str(kind), parameters=parameters, day=day, seed=seed)
        built = built.mask(rows, pd.Series(years, index=kept.index[rows]).astype(float))
    condition = kept["condition"].mask(
        drawn, pd.Series(condition_of((day.year - built).to_numpy(float), life.to_numpy(float)), index=kept.index)
    )
    origin = kept["assets_from"].mask(derived, "derived").mask(drawn, "statistics")
    completed = kept.assign(
        built_year=built.astype("int64"), life_years=life, condition=condition.astype("str"), drawn=kept["drawn"].astype(bool) | drawn, assets_from=origin.astype("str"),
        length_m=kept["length_m"].astype(float).fillna(known.about["length_m"].reindex(kept["section"]).set_axis(kept.index)), owner=kept["owner"].astype("str"),
    )  # fmt: skip
    return completed[ASSETS.column_names].sort_index()


def _usual_owner(assets: pd.DataFrame, known: Sections) -> pd.Series:
    roles = assets["kind"].map(ROLE_OF_ASSET)
    regional = known.about["regional"].reindex(assets["section"]).fillna(False).astype(bool).to_numpy()
    return roles.mask(regional & (assets["kind"] == "road").to_numpy(), "regional_road_agency")


def _asset_faults(assets: pd.DataFrame, every: pd.Index, owners: pd.DataFrame) -> list[str]:
    faults = [
        *_unknown(assets, "section", every, "a section of this place"), *_unknown(assets, "kind", ASSET_KINDS, "a known kind"),
        *_unknown(assets, "owner", owners.index, "an owner of the scenario or a role"),
    ]  # fmt: skip
    for name in ("length_m", "life_years"):
        wrong = assets[name].astype(float) < 0
        if wrong.any():
            faults.append(
                f"assets {first_keys(assets.index[wrong])}, column {name}: negative, expected {ASSETS[name].expected}"
            )
    return faults + two_owner_faults(assets)


def two_owner_faults(assets: pd.DataFrame) -> list[str]:
    """Sections with an asset of which two rows name another owner."""
    counted = assets.groupby(["section", "kind"])["owner"].nunique()
    faults = []
    for section, kind in counted[counted > 1].index:
        rows = assets[(assets["section"] == section) & (assets["kind"] == kind)]
        named = ", ".join(sorted(rows["owner"].astype(str).unique()))
        faults.append(
            f"assets {first_keys(rows.index)}: {kind} of section {section} has two owners ({named}), expected one; "
            "give the section to the owner of the larger part, or take a row out"
        )
    return faults


def _unknown(rows: pd.DataFrame, column: str, known: pd.Index | tuple[str, ...], what: str) -> list[str]:
    wrong = ~rows[column].isin(known) & (rows[column].notna() | (column != "owner"))
    if not wrong.any():
        return []
    shown = str(rows.loc[wrong, column].iloc[0])
    near = suggestion(shown, list(known)) if len(known) else "there are none"
    near = near if len(near) < 200 else f"known: {first_keys(sorted(known))}"
    return [
        f"{first_keys(rows.index[wrong])}, column {column}: {int(wrong.sum())} rows hold {shown!r}, expected {what}; {near}"
    ]


def given_works(
    planned: pd.DataFrame, known: Sections, owners: pd.DataFrame, every: pd.Index, terms: StreetTerms
) -> pd.DataFrame:
    """The planned works on the streets of the place, owners by key. planned: index work; columns section, kind, owner, status, fixed_year, own_eur, source.

    ``owner`` and ``own_eur`` may be empty. Raises DataError that lists unknown sections, kinds and owners, negative costs, years outside the horizon, and works of which a
    section can have one only given twice.
    """
    usual = planned["kind"].map(ROLE_OF_WORK)
    regional = known.about["regional"].reindex(planned["section"]).fillna(False).astype(bool).to_numpy()
    usual = usual.mask(regional & planned["kind"].isin(["reconstruction"]).to_numpy(), "regional_road_agency")
    owner = planned["owner"].where(planned["owner"].notna(), usual).replace(owner_of_role(owners))
    filled = planned.assign(owner=owner)
    faults = [
        *_unknown(filled, "section", every, "a section of this place"), *_unknown(filled, "kind", WORK_KINDS, "a known kind of work"),
        *_unknown(filled, "owner", owners.index, f"an owner of the scenario or a role ({', '.join(OWNER_ROLES)})"),
        *_year_faults(filled, terms), *_twice(filled),
    ]  # fmt: skip
    negative = filled["own_eur"].astype(float) < 0
    if negative.any():
        faults.append(
            f"{first_keys(filled.index[negative])}, column own_eur: negative, expected at least 0 EUR; correct the figure"
        )
    if faults:
        raise DataError("the planned works cannot be used; correct these rows, or take them out", faults)
    return filled[filled["section"].isin(known.about.index)].sort_index()


def _year_faults(planned: pd.DataFrame, terms: StreetTerms) -> list[str]:
    last = terms.first_year + terms.years - 1
    year = planned["fixed_year"].astype(float)
    wrong = ~year.between(terms.first_year, last)
    if not wrong.any():
        return []
    return [
        f"{first_keys(planned.index[wrong])}, column fixed_year: {int(wrong.sum())} works lie outside the horizon (first {year[wrong].iloc[0]:g}), expected a year from "
        f"{terms.first_year} to {last}; take out what is done already, or change first_year or years of the street"
    ]


def _twice(planned: pd.DataFrame) -> list[str]:
    once = planned[planned["kind"].isin(ONCE)]
    twice = once[once.duplicated(["section", "kind"], keep=False)]
    if twice.empty:
        return []
    first = twice.iloc[0]
    return [
        f"{first_keys(twice.index)}: {first['kind']} of section {first['section']} is planned more than once, expected once in the horizon; keep one"
    ]
