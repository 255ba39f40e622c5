"""From what lies in the streets to what is to be done there: table ``works`` with its windows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from koppelkans.parameters import Parameters
from koppelkans.street.assets.draws import uniforms
from koppelkans.street.assets.gas import GasTree
from koppelkans.street.assets.owners import owner_of_role
from koppelkans.street.assets.prices import own_eur
from koppelkans.street.assets.sections import WITH_FOOTWAY, Sections
from koppelkans.street.assets.terms import StreetNetwork, StreetTerms
from koppelkans.tables.street import WORKS

WORK_OF_ASSET = {
    "sewer": "sewer",
    "water": "water",
    "electricity": "cable",
    "road": "reconstruction",
    "trees": "greening",
}
"""What is renewed at the end of a life. Telecom goes along with the cable, a footway with the street; gas is not renewed but taken away."""
LIFE_OF_WORK = {
    "sewer": "sewer",
    "water": "water",
    "cable": "electricity",
    "reconstruction": "road",
    "greening": "greening",
    "heat": "heat",
}
FRESH = ["section", "kind", "owner", "drawn", "release_year", "due_year", "last_year", "life_years", "dn_mm", "source"]


@dataclass(frozen=True, slots=True)
class Ground:
    """What works are made from."""

    known: Sections
    assets: pd.DataFrame
    owners: pd.DataFrame
    gas: GasTree
    network: StreetNetwork | None
    terms: StreetTerms
    parameters: Parameters
    day: date
    seed: int

    def at(self, name: str, scope: str = "all") -> float:
        """A figure of street works."""
        return self.parameters.at(f"street_works.{name}", self.day, scope)


def works_table(ground: Ground, planned: pd.DataFrame | None) -> pd.DataFrame:
    """Table ``works``, in the order of its keys.

    Renewal: due in the year in which the life of the asset ends, sooner where somebody saw a condition that leaves less; as many years earlier as its owner can,
    ``street_works.late_years`` late at most, and not at all when even the earliest lies beyond the horizon. Heat and gas: any year, gas also after the horizon.
    Drains: in the window of a sewer that becomes separate. Greening: where trees reach their end, or where it is wished. Planned works keep their year and take the place of
    the computed work of that kind.
    Method: docs/method.md#street-works.
    """
    renewals = _renewals(ground)
    sewers = _sewers(ground, renewals, planned)
    parts = [renewals, _wishes(ground, renewals), _drains(ground, sewers), _heat(ground), _gas(ground)]
    made = pd.concat([part for part in parts if len(part)] or [_rows(pd.Index([]), "sewer")])
    made = made.assign(status="computed", fixed_year=np.nan, given_eur=np.nan)
    made = made if planned is None or planned.empty else _with_planned(ground, made, planned)
    cost = own_eur(made, ground.known.about, ground.network, parameters=ground.parameters, day=ground.day)
    made = made.assign(
        own_eur=made["given_eur"].fillna(pd.Series(cost, index=made.index)),
        street=ground.known.about["street"].reindex(made["section"]).to_numpy(object), drawn=made["drawn"].astype(bool),
    )  # fmt: skip
    text = dict.fromkeys(["section", "street", "kind", "owner", "status", "source"], "str")
    whole = dict.fromkeys(["release_year", "last_year"], "int64") | dict.fromkeys(
        ["due_year", "fixed_year", "own_eur", "life_years"], "float64"
    )
    return made[WORKS.column_names].astype(text | whole).sort_index()


def _rows(sections: pd.Index, kind: str, **columns: object) -> pd.DataFrame:
    """Works of a kind, one per section, keyed by both."""
    usual = {
        "owner": "",
        "drawn": False,
        "release_year": 0,
        "due_year": np.nan,
        "last_year": 0,
        "life_years": np.nan,
        "dn_mm": np.nan,
        "source": "",
    }
    index = pd.Index([f"{section}|{kind}" for section in sections], name="work", dtype="str")
    return pd.DataFrame({"section": np.asarray(sections, dtype=object), "kind": kind, **usual, **columns}, index=index)[
        FRESH
    ]


def _renewals(ground: Ground) -> pd.DataFrame:
    """Renewal of what reaches the end of its life."""
    assets = ground.assets[ground.assets["kind"].isin(list(WORK_OF_ASSET))]
    end = assets["built_year"] + assets["life_years"]
    seen = assets["condition"].where(~assets["drawn"])
    left = assets["life_years"] * (5.0 - pd.to_numeric(seen)) / 5.0
    due = np.minimum(end, (ground.day.year + left).fillna(np.inf)).round()
    # several pipes of one owner in a section are one work: it is due with the first of them
    first = assets.assign(due=due).sort_values(["due"], kind="stable").drop_duplicates(["section", "kind"]).sort_index()
    made = [
        _renewal(first[first["kind"] == kind], work, ground) for kind, work in WORK_OF_ASSET.items()
    ]  # fmt: skip
    return pd.concat(made)


def _renewal(assets: pd.DataFrame, work: str, ground: Ground) -> pd.DataFrame:
    start, beyond = ground.terms.first_year, ground.terms.first_year + ground.terms.years
    due = np.maximum(assets["due"].to_numpy(float), start)
    early = ground.owners["flexibility_years"].reindex(assets["owner"]).to_numpy(float)
    rows = _rows(
        pd.Index(assets["section"]), work, owner=assets["owner"].to_numpy(object), drawn=assets["drawn"].to_numpy(bool), dn_mm=assets["dn_mm"].to_numpy(float),
        release_year=np.maximum(due - early, start), due_year=due, last_year=due + ground.at("late_years"), life_years=ground.at("life_years", LIFE_OF_WORK[work]),
        source=(f"{work} of " + assets["built_year"].astype("str")).to_numpy(object),
    )  # fmt: skip
    return rows[rows["release_year"] < beyond]


def _wishes(ground: Ground, renewals: pd.DataFrame) -> pd.DataFrame:
    """Greening where it is wished and there is room, and no trees are due already."""
    about, terms = ground.known.about, ground.terms
    wished = ground.at("greening.wish_share") if terms.greening_share is None else terms.greening_share
    room = (
        (about["width_m"] >= ground.at("greening.least_width_m"))
        & (about["buildings"] > 0)
        & about["group"].isin(WITH_FOOTWAY)
    )
    room &= uniforms(about.index, ground.seed, "greening/wish") < wished
    room &= ~about.index.isin(renewals.loc[renewals["kind"] == "greening", "section"])
    here = about.index[room]
    first, last = (ground.at("greening.wish_years", end) for end in ("first", "last"))
    lot = uniforms(here, ground.seed, "greening/year")
    due = terms.first_year + np.floor(first + lot * (last - first + 1.0))
    owner = owner_of_role(ground.owners)["city"]
    early = ground.owners["flexibility_years"].to_dict()[owner]
    rows = _rows(
        here, "greening", owner=owner, drawn=True, release_year=np.maximum(due - early, terms.first_year), due_year=due,
        last_year=due + ground.at("late_years"), life_years=ground.at("life_years", "greening"), source="wish",
    )  # fmt: skip
    return rows[rows["release_year"] < terms.first_year + terms.years]


def _sewers(ground: Ground, renewals: pd.DataFrame, planned: pd.DataFrame | None) -> pd.DataFrame:
    """Sewers that are renewed, those planned with the window that follows their year."""
    due = renewals[renewals["kind"] == "sewer"]
    if planned is None or planned.empty:
        return due
    fixed = planned[planned["kind"] == "sewer"].sort_values("fixed_year", kind="stable").drop_duplicates("section")
    year = fixed["fixed_year"].to_numpy(float)
    moved = _rows(
        pd.Index(fixed["section"]), "sewer", owner=fixed["owner"].to_numpy(object), release_year=year, due_year=year,
        last_year=year + ground.at("late_years"),
    )  # fmt: skip
    parts = [part for part in (due[~due["section"].isin(moved["section"])], moved) if len(part)]
    return pd.concat(parts) if parts else due


def _drains(ground: Ground, renewed: pd.DataFrame) -> pd.DataFrame:
    """Private drains where a sewer that is not yet separate is renewed in front of houses."""
    sewers = ground.assets[ground.assets["kind"] == "sewer"]
    oldest = sewers.groupby("section")["built_year"].min()
    mixed = oldest.index[oldest < ground.at("sewer.separate_since_year")]
    housed = ground.known.about.index[ground.known.about["buildings"] > 0]
    renewed = renewed[renewed["section"].isin(mixed) & renewed["section"].isin(housed)]
    return _rows(
        pd.Index(renewed["section"]), "drains", source="sewer becomes separate", owner=renewed["owner"].to_numpy(object), drawn=renewed["drawn"].to_numpy(bool),
        **{name: renewed[name].to_numpy() for name in ("release_year", "due_year", "last_year")},
    )  # fmt: skip


def _heat(ground: Ground) -> pd.DataFrame:
    """The pipes of the network, in any year of the horizon."""
    if ground.network is None:
        return _rows(pd.Index([]), "heat")
    here = pd.Index(sorted(set(ground.network.sections.index) & set(ground.known.about.index)))
    first = ground.terms.first_year
    return _rows(
        here, "heat", owner=owner_of_role(ground.owners)["heat_company"], release_year=first, last_year=first + ground.terms.years - 1,
        life_years=ground.at("life_years", "heat"), source="heat network",
    )  # fmt: skip


def _gas(ground: Ground) -> pd.DataFrame:
    """Removal of the gas pipe, in any year or after the horizon."""
    assets = ground.assets[ground.assets["kind"] == "gas"].drop_duplicates("section").set_index("section").sort_index()
    assets = assets[assets.index.isin(ground.gas.parent.index)]
    first = ground.terms.first_year
    return _rows(
        assets.index, "gas", owner=assets["owner"].to_numpy(object), drawn=assets["drawn"].to_numpy(bool), release_year=first,
        last_year=first + ground.terms.years - 1 + ground.at("after_years", "gas"), source="way out of gas",
    )  # fmt: skip


def _with_planned(ground: Ground, made: pd.DataFrame, planned: pd.DataFrame) -> pd.DataFrame:
    """The works with those planned: the first of a kind in a section takes the place of the computed one, others come beside it."""
    ordered = planned.sort_values("fixed_year", kind="stable")
    plain = ordered["section"] + "|" + ordered["kind"]
    again = ordered.duplicated(["section", "kind"])
    key = plain.mask(again, plain + "|" + ordered.index.to_series().astype("str"))
    year = ordered["fixed_year"].to_numpy(float)
    life = ordered["kind"].map({work: ground.at("life_years", kind) for work, kind in LIFE_OF_WORK.items()})
    named = pd.DataFrame({
        "section": ordered["section"], "kind": ordered["kind"], "owner": ordered["owner"], "drawn": False, "release_year": year, "due_year": year, "last_year": year,
        "life_years": life, "dn_mm": np.nan, "source": ordered["source"], "status": ordered["status"], "fixed_year": year, "given_eur": ordered["own_eur"].astype(float),
    }).set_axis(pd.Index(key, name="work", dtype="str"))  # fmt: skip
    there = made.reindex(named.index)
    was_due = there["due_year"].where(there["due_year"] < named["fixed_year"])
    # the date is known though the age was drawn; what it is late still counts from the end of its life
    named = named.assign(due_year=was_due.fillna(named["due_year"]), dn_mm=there["dn_mm"])
    return pd.concat([made.drop(index=named.index, errors="ignore"), named])
