"""What may be said in public about a heat network: its verdict, its totals, and per street what a group of buildings allows.

Who connects is known per building, and so is never printed: a street shows its connected heat only when both those who connect
and those who do not are groups that may be published, and when what is hidden elsewhere stays hidden.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from koppelkans import disclosure, tables
from koppelkans.report.material import KWH_PER_MWH, OTHER, Material

EVERYBODY = 1.0
PLAN = "plan"
"""Key of the business case in which all of the design connect."""
UNASSESSED = ("no_source", "no_streets")
"""Verdicts of a plan in which no network was looked at."""
_BEST = 10
_HALF = 0.5


@dataclass(frozen=True)
class PublishedNetwork:
    """The network of a plan, as far as it may be published."""

    material: Material

    def table(self, name: str) -> pd.DataFrame:
        """A table of the network; without rows in a plan that has none."""
        return self.material.table(name)

    @cached_property
    def verdict(self) -> str:
        """``pays``, ``too_dear`` (designed, dearer than none), ``no_worth`` (nobody gains), ``no_source`` or ``no_streets``."""
        if self.material.plan.place.streets is None:
            return "no_streets"
        if self.chosen is not None:
            return "pays"
        if not self.material.plan.scenario.sources:
            return "no_source"
        return "no_worth" if self.weighed is None else "too_dear"

    @cached_property
    def chosen(self) -> dict[str, Any] | None:
        """The chosen variant as a row with ``variant``, or None."""
        variants = self.table("network_variants")
        rows = variants[variants["chosen"]].reset_index().to_dict("records")
        return {str(key): value for key, value in rows[0].items()} if rows else None

    @cached_property
    def weighed(self) -> dict[str, Any] | None:
        """The variant that the verdict speaks of: the chosen one, or the least dear of those that connect somebody but do not pay."""
        if self.chosen is not None:
            return self.chosen
        variants = self.table("network_variants")
        rows = variants[variants["buildings"] > 0].sort_values("whole_eur_per_year", kind="stable")
        found = rows.reset_index().to_dict("records")
        return {str(key): value for key, value in found[0].items()} if found else None

    # ------------------------------------------------------------------------------------------------------------- totals

    @property
    def connected(self) -> pd.Series:
        """Whether each heated building connects in the chosen design."""
        return self.material.connected

    @property
    def publishable(self) -> bool:
        """Whether totals of the network may be shown."""
        return self.chosen is not None and self.material.network_publishable

    @cached_property
    def digits(self) -> int:
        """Digits that totals of the network may show: two when a handful of buildings stays out, which would else be known."""
        heat = self.material.heated["heat_kwh"][~self.connected]
        return 3 if heat.empty or disclosure.allowed_total(heat) else 2

    @property
    def share(self) -> float:
        """Share of the heated buildings that connect."""
        return float(self.connected.mean()) if len(self.connected) else 0.0

    @cached_property
    def plan_case(self) -> dict[str, Any] | None:
        """The business case as planned, as a row; None where there is none or it may not be published."""
        rows = self.table("project").to_dict("index") if self.publishable else {}
        return {str(key): value for key, value in rows[PLAN].items()} if PLAN in rows else None

    def variant_allowed(self, row: dict[str, Any]) -> bool:
        """Whether a variant has enough buildings to show its figures."""
        return int(row["buildings"]) >= disclosure.RULES.contributors

    @cached_property
    def best_advantage_eur(self) -> float | None:
        """What the ten buildings that gain most would gain on average, before any pipe [EUR a year]; None where that is not known."""
        advantage = self.table("connections")["advantage_eur_per_year"]
        if len(advantage) < _BEST:
            return None
        return float(advantage.nlargest(_BEST).mean())

    @cached_property
    def reasons(self) -> pd.Series:
        """Buildings by reason why they are not connected, most first; reasons of a few buildings stand together as ``other``.

        Empty when so few stay out that their number may not be shown.
        """
        out = self.table("connections")
        out = out[~out["connected"]]
        ones = pd.Series(1.0, index=out.index, name="buildings")
        if not disclosure.allowed_total(ones):
            return pd.Series(dtype="int64")
        labels = disclosure.merged_small_groups(ones, out["reason"], rest=OTHER).dropna()
        counts = labels.value_counts()
        order = sorted(counts.index, key=lambda name: (name == OTHER, -counts[name], name))
        return counts.reindex(order)

    # ------------------------------------------------------------------------------------------------------------ streets

    @cached_property
    def sections(self) -> gpd.GeoDataFrame:
        """Street sections with ``street``: the graph where the place has one, else its street lines."""
        place = self.material.plan.place
        if place.sections is not None and not place.sections.empty:
            return place.sections
        return place.streets if place.streets is not None else tables.STREETS.empty()

    @cached_property
    def mains(self) -> gpd.GeoDataFrame:
        """Mains with the name of their ``street`` and whether enough buildings lie behind to show what they carry (``shown``)."""
        pipes = self.table("pipes")
        mains = pipes[pipes["kind"] == "main"]
        enough = mains["buildings"] >= disclosure.RULES.contributors
        return mains.assign(street=mains["section"].map(self.sections["street"]).astype("str"), shown=enough)

    @cached_property
    def streets(self) -> pd.DataFrame:
        """Streets that may be published: connection, density of the network and threshold.

        Index street, as in the density table. Columns buildings, main_m, heat_mwh and connected_share (empty where they may not be
        shown), more_than_half (for those), density_mwh_per_m (of the mains in the street), and of ``_thresholds``.
        """
        shown = list(self.material.streets.index)
        heated = self.material.heated
        split = _shown_split(heated["heat_kwh"], self.connected, self.material.street_groups)
        joined = self.connected.groupby(heated["street"]).agg(["sum", "size"]).reindex(shown)
        main_m = self.mains.groupby("street")["length_m"].sum().reindex(shown).fillna(0.0)
        visible = split["visible"].reindex(shown).eq(True)
        share = joined["sum"] / joined["size"]
        heat_mwh = (split["in_kwh"].reindex(shown) / KWH_PER_MWH).where(visible)
        frame = pd.DataFrame({
            "buildings": joined["size"], "main_m": main_m, "heat_mwh": heat_mwh, "connected_share": share.where(visible),
            "more_than_half": share > _HALF, "density_mwh_per_m": (heat_mwh / main_m).where((main_m > 0) & (heat_mwh > 0)),
        })  # fmt: skip
        return frame.join(self._thresholds.reindex(shown)).rename_axis("street")

    @cached_property
    def thresholds(self) -> pd.DataFrame:
        """Published streets with a threshold; shares that no street can reach are infinite."""
        known = self.streets[self.streets["known"].eq(True)]
        ends = ["share", "low_share", "high_share"]
        return known.assign(**known[ends].where(known[ends] <= EVERYBODY).fillna(float("inf")))

    @cached_property
    def _thresholds(self) -> pd.DataFrame:
        """Threshold per street: mean over its sections weighed by dwellings, empty where most dwellings lie on a section without one.

        Columns known (whether the street has a threshold row), share, low_share, high_share, branch_share.
        """
        found = self.table("thresholds")
        found = found[(found["dwellings"] > 0) & found["street"].notna()]
        weight = found["dwellings"].astype(float)
        streets = pd.DataFrame({"known": found.groupby("street").size() > 0})
        for name in ("share", "low_share", "high_share", "branch_share"):
            has = found[name].notna()
            total = weight.groupby(found["street"]).sum()
            known = weight.where(has, 0.0).groupby(found["street"]).sum()
            mean = (found[name].fillna(0.0) * weight).groupby(found["street"]).sum() / known.where(known > 0)
            streets[name] = mean.where(known > _HALF * total)
        return streets


def _shown_split(heat_kwh: pd.Series, connected: pd.Series, groups: pd.Series) -> pd.DataFrame:
    """Heat of the connected per published street [kWh] and whether it may be shown (index street, columns in_kwh, visible).

    A street whose buildings all connect, or none, tells nothing new. Elsewhere connected and not connected must both be groups that
    may be published. What is hidden stays hidden: the sum over the hidden streets is known from the total, so while that sum tells
    one of them within the protection share, the smallest visible street is hidden too.
    """
    known = groups.notna()
    whole = heat_kwh[known].groupby(groups[known]).sum()
    part = heat_kwh[known].where(connected[known], 0.0).groupby(groups[known]).sum()
    single = disclosure.cells(heat_kwh[known], [groups[known], connected[known]])["allowed"].unstack(fill_value=True)
    plain = (part <= 0) | (part >= whole)
    hidden = ~(plain | single.all(axis=1).reindex(whole.index))
    while hidden.any() and _exposed(part[hidden].to_numpy(), whole[hidden].to_numpy()):
        more = whole[~hidden & ~plain]
        if more.empty:
            break
        hidden = hidden | (hidden.index == more.idxmin())
    return pd.DataFrame({"in_kwh": part, "visible": ~hidden})


def _exposed(part: np.ndarray, whole: np.ndarray) -> bool:
    """Whether a reader who knows each whole and the sum of the parts knows a part, or its rest, too closely."""
    total = part.sum()
    low = np.maximum(0.0, total - (whole.sum() - whole))
    high = np.minimum(whole, total)
    room = disclosure.RULES.protection_share
    close = []
    for value, least, most in ((part, low, high), (whole - part, whole - high, whole - low)):
        close.append((most < np.minimum((1 + room) * value, whole)) | (least > np.maximum((1 - room) * value, 0.0)))
    return bool(np.any(close))
