"""Who pays and who gains when works share openings: equal shares beside other keys, the least transfers, and what one owner's absence costs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from koppelkans import tables
from koppelkans.errors import DataError
from koppelkans.street.calendar.account import Account, account, shares_of_owners
from koppelkans.street.calendar.case import HEAT, Floats, WorksCase
from koppelkans.street.dividend import Dividend, JudgedPlan, PlanWorks, judged
from koppelkans.street.works_measures import SectionFacts
from koppelkans.street.works_words import Said
from koppelkans.tables.works import OWNER_ABSENCE, OWNER_SHARES

OWN, OPENING, CLOSURE, WORTH = range(4)
TOTAL = "total"
_CENT = 0.01
_SHARE_SLACK = 1e-6


def owner_costs_eur(case: WorksCase, found: Account) -> Floats:
    """(owners, 4): own cost, equal parts of opened zones, of closures, and minus the worth of heat of the pipes that are his [EUR, discounted].

    Adds up to the net cost without the price of limits. Method: docs/method.md#dividend-shares.
    """
    left = np.append(np.cumsum(case.discount[: case.years][::-1])[::-1], 0.0)
    heat = np.flatnonzero(case.works.kind == HEAT)
    section = case.works.section[heat]
    # two pipes of two owners in one section: each has half of its heat
    among = np.bincount(section, minlength=len(found.live))[section]
    worth = (case.streets.heat_eur_per_year * left[found.live])[section] / among
    earned = np.bincount(case.works.owner[heat], weights=worth, minlength=len(case.owners))
    return np.column_stack([shares_of_owners(case, found), -earned])


def least_transfers_eur(alone_eur: Floats, joint_eur: Floats) -> Floats:
    """What every owner receives (pays when negative) so that nobody pays more than alone, with the least money moved; all NaN when no transfer can do that.

    With a cost alone, j jointly: loss = max(0, j - a), gain = max(0, a - j), T = sum of losses, G = sum of gains.
    Less than T cannot do, for every loser must receive at least his loss. T is enough when G >= T, that is when sum a >= sum j: the losers receive exactly
    their loss and the winners pay T gain / G <= gain, so that nobody ends above a; what is received is what is paid. When sum a < sum j the
    owners together pay more than alone, and whatever moves between them somebody is worse off.
    """
    loss, gain = np.maximum(joint_eur - alone_eur, 0.0), np.maximum(alone_eur - joint_eur, 0.0)
    moved, gained = float(loss.sum()), float(gain.sum())
    if moved > gained:
        return np.full(len(loss), np.nan)
    return loss - (moved * gain / gained if moved > 0 else 0.0)


def at_own_rates_eur(plan: JudgedPlan, rates: Mapping[str, float]) -> Floats:
    """What each owner pays in a plan when he weighs later years at a rate of his own [EUR]: his costs of ``owner_costs_eur`` in the account at that rate.

    rates: real rate by owner; those left out weigh at the rate of the case. The years of the plan stay. NaN for an owner at rate 0 whose works are repeated for ever.
    """
    case = plan.case
    result = np.full(len(case.owners), np.nan)
    own = np.array([float(rates.get(owner, case.rate_share)) for owner in case.owners])
    for rate in np.unique(own).tolist():
        who = own == rate
        if rate <= 0 and np.isfinite(case.works.life_years[who[case.works.owner]]).any():
            continue
        at = replace(case, rate_share=rate)
        result[who] = owner_costs_eur(at, account(at, plan.year)).sum(axis=1)[who]
    return result


def owner_shares(
    found: Dividend,
    facts: SectionFacts,
    *,
    agreed: Mapping[str, float] | None = None,
    rates: Mapping[str, float] | None = None,
) -> pd.DataFrame:
    """Cost of every owner alone, with coincidences and jointly, with other keys and the least transfers beside (contract OWNER_SHARES).

    agreed: share of all joint openings and closures by owner, together 1; left out: empty. rates: real rate with which each owner weighs later years itself, the common one when left out.
    Every key adds up to the same total. Raises DataError for agreed shares of unknown owners or that do not add up. Method: docs/method.md#dividend-shares.
    """
    case, joint = found.joint.case, found.joint
    alone, lucky, shared = (
        owner_costs_eur(plan.case, plan.account) for plan in (found.alone, found.coincidences, joint)
    )
    common = float(shared[:, [OPENING, CLOSURE]].sum())
    kept = shared[:, OWN] + shared[:, WORTH]
    own_rates = rates or {}
    own_alone, own_joint = (at_own_rates_eur(plan, own_rates) for plan in (found.alone, joint))
    area = np.bincount(case.works.owner, weights=_area_m2(joint, facts), minlength=len(case.owners)).astype(np.float64)
    frame = pd.DataFrame(
        {
            "works": np.bincount(case.works.owner, minlength=len(case.owners)),
            "alone_eur": alone.sum(axis=1), "coincidences_eur": lucky.sum(axis=1), "joint_eur": shared.sum(axis=1),
            "own_eur": shared[:, OWN], "opening_eur": shared[:, OPENING], "closure_eur": shared[:, CLOSURE], "heat_eur": -shared[:, WORTH],
            "by_own_cost_eur": kept + common * _weights(shared[:, OWN]), "by_area_eur": kept + common * _weights(area),
            "agreed_eur": kept + common * _agreed(case, agreed), "gain_eur": alone.sum(axis=1) - shared.sum(axis=1),
            "transfer_eur": least_transfers_eur(alone.sum(axis=1), shared.sum(axis=1)),
            "own_rate_share": [float(own_rates.get(owner, case.rate_share)) for owner in case.owners],
            "own_rate_joint_eur": own_joint, "own_rate_gain_eur": own_alone - own_joint,
        },
        index=pd.Index(case.owners, name="owner", dtype="str"),
    )  # fmt: skip
    return tables.check(OWNER_SHARES, frame.astype({"works": "int64"}))


def _area_m2(plan: JudgedPlan, facts: SectionFacts) -> Floats:
    """Per work the area that it would open alone; none after the horizon."""
    works = plan.case.works
    area = (facts.zone_m2[works.section] * plan.case.opens[works.kind]).sum(axis=1)
    return np.where(plan.year < plan.case.years, area, 0.0).astype(np.float64)


def _weights(amounts: Floats) -> Floats:
    """Amounts as shares of their sum; equal shares when there is nothing to go by."""
    whole = float(amounts.sum())
    return amounts / whole if whole > 0 else np.full(len(amounts), 1.0 / max(len(amounts), 1))


def _agreed(case: WorksCase, agreed: Mapping[str, float] | None) -> Floats:
    if agreed is None:
        return np.full(len(case.owners), np.nan)
    unknown = sorted(set(agreed) - set(case.owners))
    if unknown:
        raise DataError(f"agreed shares of unknown owners {', '.join(unknown)}; known: {', '.join(case.owners)}")
    shares = np.array([float(agreed.get(owner, 0.0)) for owner in case.owners])
    if (shares < 0).any() or abs(float(shares.sum()) - 1.0) > _SHARE_SLACK:
        raise DataError(f"agreed shares add up to {shares.sum():.3f}; expected shares of at least 0 that add up to 1")
    return shares


# --------------------------------------------------------------------------------------------------------------------- absence


def without_owner(case: WorksCase, owner: int) -> WorksCase:
    """The same case in which the works of one owner share nothing."""
    works = case.works
    return replace(case, works=replace(works, joins=works.joins & (works.owner != owner)))


def owner_absence(found: Dividend, plan_works: PlanWorks) -> pd.DataFrame:
    """What it costs, and whom, when one owner does not take part (contract OWNER_ABSENCE): one plan of works per owner with works, begun from J.

    The total holds heat and limits; rows of owners are costs as in OWNER_SHARES. The total is never negative: should the plan without an owner, counted
    with him, be cheaper than J, it is held against that. Method: docs/method.md#dividend-shares.
    """
    case, joint = found.joint.case, found.joint
    known = owner_costs_eur(case, joint.account).sum(axis=1)
    rows = list[tuple[str, str, float, float]]()
    for place in np.unique(case.works.owner).tolist():
        absent = judged(f"without {case.owners[place]}", without_owner(case, place), plan_works, start=joint.year)
        least = min(joint.net_eur, account(case, absent.year).net_eur)
        extra = owner_costs_eur(absent.case, absent.account).sum(axis=1) - known
        rows.append((case.owners[place], TOTAL, absent.net_eur - least, absent.gap_eur))
        rows += [
            (case.owners[place], name, float(more), absent.gap_eur)
            for name, more in zip(case.owners, extra, strict=True)
        ]
    frame = pd.DataFrame(rows, columns=OWNER_ABSENCE.column_names)
    frame.index = pd.Index(frame["absent"] + "|" + frame["bearer"], name="row", dtype="str")
    return tables.check(OWNER_ABSENCE, frame.astype({"absent": "str", "bearer": "str"}))


def owner_remarks(shares: pd.DataFrame, owner_names: Mapping[str, Said] | None = None) -> list[tables.RemarkRow]:
    """Who would be worse off without a transfer, or that no transfer can help; ``owner_names``: as said, by key."""
    losers = shares.index[shares["gain_eur"] < -_CENT]
    turned = shares.index[(shares["gain_eur"] >= -_CENT) & (shares["own_rate_gain_eur"] < -_CENT)]
    names = owner_names or {}
    nuisance = tables.remark(
        "owner_shares", "Hinder staat bij de eigenaars van de werken die de straat sluiten, hoewel bewoners hem dragen; de prijs van grenzen is geen geld en staat bij niemand.",
        "Nuisance stands with the owners of the works that close the street, though residents bear it; the price of limits is no money and stands with nobody.",
        method="dividend-shares",
    )  # fmt: skip
    return [*_losing(shares, _listed(losers, names)), *_turned(_listed(turned, names)), nuisance]


def _listed(keys: pd.Index, names: Mapping[str, Said]) -> Said:
    said = [names.get(str(key), Said(str(key), str(key))) for key in keys]
    return Said(", ".join(one.nl for one in said), ", ".join(one.en for one in said))


def _losing(shares: pd.DataFrame, who: Said) -> list[tables.RemarkRow]:
    """Who loses without a transfer, and whether one helps; nothing when nobody does."""
    if not who.nl:
        return []
    if shares["transfer_eur"].isna().all():
        text = f"Samen plannen kost de eigenaars samen meer dan alleen: geen verrekening houdt iedereen schadeloos ({who.nl} verliest)."
        text_en = f"Planning together costs the owners together more than alone: no transfer leaves everybody whole ({who.en} loses)."
    else:
        moved = float(shares["transfer_eur"].clip(lower=0).sum()) / 1e6
        text = f"Zonder verrekening is {who.nl} slechter af dan alleen; {moved:.3f} miljoen euro verrekenen houdt iedereen schadeloos."
        text_en = f"Without a transfer {who.en} is worse off than alone; moving {moved:.3f} million euro leaves nobody worse off."
    return [tables.remark("owner_shares", text, text_en, level="warning", method="dividend-shares")]


def _turned(who: Said) -> list[tables.RemarkRow]:
    """Who gains at the common rate but loses at his own."""
    if not who.nl:
        return []
    return [tables.remark(
        "owner_shares", f"Met de gemeenschappelijke rentevoet wint {who.nl}, met de eigen rentevoet niet: dezelfde bedragen op andere jaren wegen dan anders.",
        f"At the common rate {who.en} gains, at its own rate it does not: the same amounts in other years then weigh differently.", level="warning", method="dividend-shares",
    )]  # fmt: skip
