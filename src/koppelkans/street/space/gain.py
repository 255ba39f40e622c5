"""The space dividend: how much more canopy, storage and parking there is room for when parking may move than when every street keeps its own."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from koppelkans import tables
from koppelkans.errors import InfeasibleError
from koppelkans.solve import Limits
from koppelkans.street.space.choice import chosen
from koppelkans.street.space.clash import clashes
from koppelkans.street.space.library import Library
from koppelkans.street.space.offer import MM_PER_M, Demands, Offer, demands, offer, strict_duties
from koppelkans.street.space.rules import SpaceRules
from koppelkans.street.space.streets import SpaceTargets, Streets
from koppelkans.tables.space import QUANTITY_DEMANDS, SPACE_DIVIDEND

GAIN_GAP_SHARE = 0.005
"""Gap at which the most of a figure is good enough; the proven one stands beside it."""
PARKING_DEMANDS = ("street_parking", "parking")
OWN_BAYS = "own_bays"
_TITLES = {
    "canopy_m2": ("Kroon na 20 jaar", "Canopy after 20 years", "m²"),
    "canopy_share": ("Kroonbedekking na 20 jaar", "Canopy share after 20 years", "aandeel van de straat"),
    "storage_mm": ("Waterberging", "Rain storage", "mm over de straat"),
    "bays": ("Parkeervakken van vandaag die blijven, naast het gevraagde groen en water", "Bays of today that are kept, beside the green and water that was asked", "vakken"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Most:
    """The most of a quantity, with its upper bound and gap; or the sets of demands that clash (none when nothing was found within the limits).

    ``own_bays_share``: where these clash, of how much of the street length the bays of today can be kept in their street, beside all other demands.
    """

    amount: float
    bound: float
    gap_share: float
    clashing: tuple[tuple[str, ...], ...] = ()
    own_bays_share: float = np.nan

    @property
    def told(self) -> str | None:
        """The clashing sets in one line."""
        return "; ".join("+".join(members) for members in self.clashing) or None


def space_dividend(
    streets: Streets, library: Library, targets: SpaceTargets, bays_now: float, *, rules: SpaceRules, limits: Limits
) -> pd.DataFrame:
    """SPACE_DIVIDEND: most canopy, storage and bays with parking fixed per street and free to move, each alone.

    Parking free: bays as the targets ask them, all of today offered somewhere when they ask none. Bays, at most those of today, are made most beside the other
    amounts asked; without any, that row is left out.
    Method: docs/method.md#street-space-dividend.
    """
    limits = limits.model_copy(update={"gap_share": max(limits.gap_share, GAIN_GAP_SHARE)})
    asked_none = targets.street_parking_share is None and targets.parking_share is None
    free = replace(targets, parking_share=1.0) if asked_none else targets
    fixed = replace(
        targets, keep_own_bays=True, street_parking_share=None, parking_share=None, hub_bays=0.0, opened_bays=0.0, shared_cars=0.0
    )  # fmt: skip
    found = {
        name: _world(streets, library, world, bays_now, rules, limits)
        for name, world in (("fixed", fixed), ("free", free))
    }
    scale = {"canopy_m2": 1.0, "canopy_share": streets.area_m2, "storage_mm": streets.area_m2 / MM_PER_M, "bays": 1.0}
    rows = {
        figure: _row(figure, found["fixed"][of], found["free"][of], max(scale[figure], 1e-9))
        for figure, of in (("canopy_m2", "canopy"), ("canopy_share", "canopy"), ("storage_mm", "storage"), ("bays", "parking"))
        if of in found["free"]
    }  # fmt: skip
    frame = pd.DataFrame.from_dict(rows, orient="index")[SPACE_DIVIDEND.column_names]
    frame.index = pd.Index(frame.index, name="figure", dtype="str")
    text = dict.fromkeys(("title", "title_en", "unit", "fixed_clash", "free_clash"), "str")
    return tables.check(SPACE_DIVIDEND, frame.astype(text))


def _world(
    streets: Streets, library: Library, targets: SpaceTargets, bays_now: float, rules: SpaceRules, limits: Limits
) -> dict[str, Most]:
    """The most canopy and storage beside parking and duties, and, where other amounts are asked, the most bays beside these."""
    offered = offer(streets, library, targets, rules)
    asked, strict = demands(streets, offered, bays_now, targets, rules), strict_duties(targets)
    amounts = tuple(name for name in asked.active if name in QUANTITY_DEMANDS and name not in PARKING_DEMANDS)
    beside_parking = tuple(name for name in asked.active if name not in amounts)
    beside_amounts = tuple(name for name in asked.active if name not in PARKING_DEMANDS)
    found = {name: most_of(name, offered, asked, beside_parking, strict, limits) for name in ("canopy", "storage")}
    if amounts:
        most = most_of("parking", offered, asked, beside_amounts, strict, limits)
        # more than stands there today is nothing kept
        found["parking"] = replace(most, amount=min(most.amount, bays_now), bound=min(most.bound, bays_now))
    return found


def most_of(
    name: str, offered: Offer, asked: Demands, beside: tuple[str, ...], strict: tuple[str, ...], limits: Limits
) -> Most:
    """The most of one quantity beside some demands, or the smallest sets of these that clash."""
    try:
        best = chosen(offered, asked, beside, name, limits)
    except InfeasibleError:
        kept = replace(asked, active=beside)
        alone = {(duty,) for duty in strict}
        found = [clash for clash in clashes(offered, kept, strict, limits) if clash.members not in alone]
        shares = [share for clash in found if (share := clash.beside_all.get(OWN_BAYS)) is not None]
        return Most(np.nan, np.nan, np.nan, tuple(clash.members for clash in found), min(shares, default=np.nan))
    return Most(max(0.0, -best.value), max(0.0, -best.bound), best.gap_share)


def _row(figure: str, fixed: Most, free: Most, scale: float) -> dict[str, object]:
    title, title_en, unit = _TITLES[figure]
    impossible = bool(fixed.clashing)
    return {
        "title": title, "title_en": title_en, "unit": unit, "fixed": fixed.amount / scale, "fixed_gap_share": fixed.gap_share, "fixed_clash": fixed.told, "own_bays_share": fixed.own_bays_share,
        "free": free.amount / scale, "free_gap_share": free.gap_share, "free_clash": free.told, "gain": (free.amount - fixed.amount) / scale,
        "proven": bool(free.amount > fixed.bound or (impossible and np.isfinite(free.amount))),
    }  # fmt: skip
