"""Room below ground for a pair of heat pipes in every street, before any cross-section is chosen."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from koppelkans.parameters import Parameters, reference_table
from koppelkans.street.space.answer import widest_pairs
from koppelkans.street.space.kernels import EPS, Floats
from koppelkans.street.space.library import pattern_library
from koppelkans.street.space.offer import offer
from koppelkans.street.space.rules import SpaceRules, space_rules
from koppelkans.street.space.streets import PLANNED, SpaceTargets, planned_streets
from koppelkans.street.space.underground import BUNDLED, FREE, Layout, placement, variant_of

COLUMNS = ("free_dn_mm", "bundled_dn_mm", "bundle_eur_per_m")


def heat_corridors(
    sections: pd.DataFrame, *, gas: pd.Series | None = None, parameters: Parameters, day: date
) -> pd.DataFrame:
    """The widest heat pair [DN] for which each section has room in at least one cross-section, before any is chosen.

    Index section; ``free_dn_mm`` without moving anything beyond a rebuild, ``bundled_dn_mm`` when cables and sewers are bundled, at ``bundle_eur_per_m`` [EUR/m]; 0: no room. Streets too
    narrow for any cross-section are judged by their bare width, all corridors anywhere. Sections that are no streets (tracks, paths, driveways) are left out: nothing is known of them.
    gas: sections whose gas pipe lies beside it (None: all).
    Method: docs/method.md#street-space-heat.
    """
    rules = space_rules(parameters, day)
    found = [_with_sections(sections, gas, rules), _bare(sections, gas, rules)]
    joined = pd.concat([one for one in found if len(one)] or found[:1])
    return joined.loc[sections.index[sections.index.isin(joined.index)]].rename_axis("section")


def _with_sections(sections: pd.DataFrame, gas: pd.Series | None, rules: SpaceRules) -> pd.DataFrame:
    """Streets for which cross-sections are known."""
    targets = SpaceTargets()
    streets = planned_streets(sections, targets, heat_dn_mm=None, gas=gas, rules=rules)
    index = pd.Index(streets.names, name="section", dtype="str")
    if not streets.names:
        return _rows(np.zeros(0), np.zeros(0), index, rules)
    library = pattern_library(sorted(set(streets.class_of)), rules)
    return _rows(*widest_pairs(streets, library, offer(streets, library, targets, rules), rules), index, rules)


def _bare(sections: pd.DataFrame, gas: pd.Series | None, rules: SpaceRules) -> pd.DataFrame:
    """Streets narrower than any cross-section: one surface from facade to facade, no trees."""
    known = reference_table("street_classes").set_index("road_class")["group"]
    group = sections["road_class"].str.lower().str.strip().map(known).fillna("unknown")
    step = rules.at("class_m")
    width = np.round(np.floor(sections["width_m"].to_numpy(float) / step + EPS) * step, 6)
    narrow = group.isin(PLANNED).to_numpy() & (width < rules.at("class_from_m") - EPS)
    stays = np.ones(len(sections), dtype=bool)
    if gas is not None:
        stays = gas.reindex(sections.index).astype("boolean").fillna(True).to_numpy(bool)
    kinds, place = np.unique(np.column_stack([width, stays])[narrow].reshape(-1, 2), axis=0, return_inverse=True)
    room = np.array([_widest(one, bool(with_gas), rules) for one, with_gas in kinds.tolist()]).reshape(-1, 2)
    index = pd.Index(sections.index[narrow].astype(str), name="section", dtype="str")
    return _rows(room[place.reshape(-1), 0], room[place.reshape(-1), 1], index, rules)


def _widest(width_m: float, gas: bool, rules: SpaceRules) -> tuple[float, float]:
    """DN of the widest pair that fits in a bare width as it is, and with cables and sewers bundled."""
    whole = (0.0, width_m)
    bare = Layout(left_m=whole, middle_m=whole, right_m=whole, width_m=width_m, blocked=(), rain=True)
    found = [0.0, 0.0]
    for heat_class, dn in enumerate(rules.heat_classes_mm, start=1):
        for at, room in enumerate((FREE, BUNDLED)):
            if placement(bare, int(variant_of(heat_class, gas)), room, rules) is not None:
                found[at] = float(dn)
    return found[0], max(found)


def _rows(free: Floats, bundled: Floats, index: pd.Index, rules: SpaceRules) -> pd.DataFrame:
    price = np.where(bundled > free, rules.at("bundle_eur_per_m"), 0.0)
    columns = dict(zip(COLUMNS, (free, bundled, price), strict=True))
    return pd.DataFrame(columns, index=index, dtype=float)
