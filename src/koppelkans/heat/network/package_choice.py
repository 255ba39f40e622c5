"""What each connected building does inside, chosen together with the network: from lists of offers to a design and back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from koppelkans import tables
from koppelkans.heat.network.design_remarks import FEW, dutch
from koppelkans.heat.network.instance import Design, Floats, Instance, Ints, NetworkLimits
from koppelkans.heat.network.question import Question
from koppelkans.tables import RemarkRow

CHANGED = ("package_alone", "peak_saved_kw", "package_more_eur_per_year")
"""Columns about a building whose package the network changed."""
ROUNDING_SHARE = 1e-9
CAPACITY_ROUNDS = 3
"""How often the sources are made smaller by losses that are larger than those of the first design."""


@dataclass(frozen=True, slots=True)
class Repacked:
    """``instance``: the question with the lists of all customers, each with its package. ``offers``: with those of the connected. ``changed``: a row
    per connected building with another package than it would take without regard to the pipes, columns CHANGED. ``saved_eur`` a year, against that.
    """

    instance: Instance
    offers: pd.DataFrame
    changed: pd.DataFrame
    saved_eur: float

    def row(self) -> dict[str, Any]:
        """What NETWORK_VARIANTS tells of it: nothing about a few buildings."""
        told = not len(self.changed) or len(self.changed) >= FEW
        return {"package_saving_eur_per_year": self.saved_eur if told else np.nan}


NOBODY = {"package_saving_eur_per_year": 0.0}
"""The same where no building has more than one package."""


class Candidate(NamedTuple):
    """A question with one package per building, its design, what the pipes behind each source lose [kW], and what was chosen in buildings."""

    asked: Question
    design: Design
    lost_kw: Floats
    told: Repacked


def with_packages(
    asked: Question, first: tuple[Design, Floats], listed: Question, tables_of: tuple[pd.DataFrame, pd.DataFrame], limits: NetworkLimits,
    *, plenty: bool,
) -> list[Candidate]:  # fmt: skip
    """Packages and network chosen together, and the first design as it was; both with a bound over all packages.

    first: the design with the offers alone, and what the pipes behind each source lose; plenty: the sources can feed everybody with any design,
    otherwise the bound of the first design holds for ``listed``, the question with all packages, already. tables_of: offers and packages as ``network_packages`` gives
    them. Where sources are scarce the design is made for what was left of them beside those losses, less where the new ones are larger; it is no candidate
    when they do not fit in the end. Method: docs/method.md#network-packages.
    """
    # numba is loaded here, so that a plan without a network does not wait for it
    from koppelkans.heat.network.joint import joint_bound, joint_design, with_bound

    (before, lost_kw), (offers, packages) = first, tables_of
    power_kw = np.array([source.capacity_kw for source in asked.sources])
    left_kw, fits = lost_kw, False
    for _ in range(1 if plenty else CAPACITY_ROUNDS):
        found = joint_design(listed.instance if plenty else listed.with_power(power_kw - left_kw), before)
        design, needed_kw = found.design, asked.loss_kw(found.design)
        over = asked.peak_kw(design) + needed_kw > power_kw * (1.0 + ROUNDING_SHARE)
        fits = not over.any()
        if fits:
            break
        left_kw = np.where(over, np.maximum(needed_kw, left_kw), left_kw)
    if plenty:
        design = joint_bound(listed.instance, design, limits)
        before = with_bound(before, design)
    nothing = _changed(asked, listed.instance.picks, offers, packages)
    candidates = [Candidate(asked, before, lost_kw, Repacked(listed.instance, offers, nothing[list(CHANGED)], 0.0))]
    if not fits or design.objective_eur >= before.objective_eur:
        return candidates
    instance, changed = (
        listed.instance.with_picks(found.picks),
        _changed(asked, found.picks, offers, packages),
    )
    saved_eur = found.alone_eur - design.objective_eur
    told = Repacked(instance, _chosen_offers(offers, changed), changed[list(CHANGED)], saved_eur)
    return [*candidates, Candidate(replace(asked, instance=instance.settled), design, needed_kw, told)]


def _numbered(asked: Question, packages: pd.DataFrame) -> pd.DataFrame:
    """The packages of customers, with ``customer`` and ``number`` on its list, where 0 is the offer."""
    here = packages[packages.index.isin(asked.graph.customers)]
    number = here.groupby(level=0).cumcount() + 1
    return here.assign(customer=asked.graph.customers.get_indexer(here.index), number=number.to_numpy(np.int64))


def listed_question(asked: Question, packages: pd.DataFrame | None) -> Question | None:
    """The question with the packages of its customers, first the one that each would take without regard to the pipes; None where nobody has two."""
    if packages is None or not packages.index.isin(asked.graph.customers).any():
        return None
    instance, rows = asked.instance, _numbered(asked, packages)
    place = rows["customer"].to_numpy(np.int64), rows["number"].to_numpy(np.int64)
    shape = len(instance.customer_kw), 1 + int(place[1].max(initial=0))
    kw, value = np.full(shape, np.nan), np.full(shape, np.nan)
    kw[:, 0], value[:, 0] = instance.customer_kw, instance.customer_value_eur
    kw[place], value[place] = rows["peak_kw"].to_numpy(float), rows["advantage_eur_per_year"].to_numpy(float)
    nothing = np.zeros(shape[0], dtype=np.int64)
    return replace(asked, instance=replace(instance, package_kw=kw, package_value_eur=value, package=nothing))


def _changed(asked: Question, picks: Ints, offers: pd.DataFrame, packages: pd.DataFrame) -> pd.DataFrame:
    """The chosen packages that are not the offer, by building, with the columns CHANGED."""
    rows = _numbered(asked, packages)
    found = rows[rows["number"].to_numpy(np.int64) == picks[rows["customer"].to_numpy(np.int64)]]
    alone = offers.loc[found.index]
    told: pd.DataFrame = found.assign(
        package_alone=alone["package"], peak_saved_kw=alone["peak_kw"] - found["peak_kw"],
        package_more_eur_per_year=alone["advantage_eur_per_year"] - found["advantage_eur_per_year"],
    )  # fmt: skip
    return told


def _chosen_offers(offers: pd.DataFrame, changed: pd.DataFrame) -> pd.DataFrame:
    """The offers with the changed packages in their place."""
    if changed.empty:
        return offers
    kept = offers[~offers.index.isin(changed.index)]
    joint: pd.DataFrame = pd.concat([kept, changed[list(offers.columns)]]).loc[offers.index]
    return joint.astype(offers.dtypes.to_dict())


def package_remarks(told: Repacked, connected: int) -> list[RemarkRow]:
    """For how many buildings the network changed the package, and what that saves; no figures about a few."""
    count, saved = len(told.changed), told.saved_eur
    if not connected:
        return []
    if not count:
        nl, en = (
            "Ingrepen in de gebouwen zijn samen met het net gekozen: voor geen gebouw is een ingreep die minder vermogen vraagt de leidingen waard die ze spaart.",
            "Packages of the buildings were chosen together with the network: for no building does one that asks less power save pipes enough to pay.",
        )
    elif count < FEW:
        nl, en = (
            f"Ingrepen in de gebouwen zijn samen met het net gekozen: minder dan {FEW} gebouwen krijgen een andere dan elk op zich zou nemen.",
            f"Packages of the buildings were chosen together with the network: fewer than {FEW} buildings get another one than each would take by itself.",
        )
    else:
        less_kw = float(told.changed["peak_saved_kw"].sum())
        nl, en = (
            f"Ingrepen in de gebouwen zijn samen met het net gekozen: {count} aangesloten gebouwen krijgen een andere dan elk op zich zou nemen, samen {dutch(less_kw)} kW minder piek. "
            f"Dat spaart het geheel {dutch(saved)} EUR per jaar.",
            f"Packages of the buildings were chosen together with the network: {count} connected buildings get another one than each would take by itself, {less_kw:,.0f} kW "
            f"less at their peaks together. That saves the whole {saved:,.0f} EUR a year.",
        )
    return [tables.remark("connections", nl, en, level="info", rows_share=count / connected, method="network-packages")]
