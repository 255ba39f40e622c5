"""What sharing openings does to the share of dwellings that a street needs for heat: price of the trench and threshold, alone and jointly."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

import numpy as np
import pandas as pd

from koppelkans import tables
from koppelkans.street.calendar.account import account
from koppelkans.street.calendar.case import HEAT, ZONES, Floats, WorksCase
from koppelkans.street.dividend import ALONE, JOINT, Dividend, JudgedPlan
from koppelkans.street.works_measures import among_joined
from koppelkans.street.works_tables import indicator_row, indicators_of
from koppelkans.tables import RemarkRow
from koppelkans.tables.works import TRENCH_THRESHOLDS, WORKS_INDICATORS

Threshold: TypeAlias = Callable[[pd.Series], pd.Series]
"""From the price of pipe and trench [EUR/m] by section to the share of dwellings at which revenue covers cost; empty: never."""
_STREET_ZONES = len(ZONES) - 1


def paid_trench_eur_per_m(plan: JudgedPlan, pipe_eur: pd.Series) -> pd.Series:
    """What heat pays per metre for pipe and trench in each section [EUR of the year of the works, per m]; index ``section``, those with heat works.

        I = (pipe + its equal part of the zones of the street that it opens + its equal part of mobilisation) / length

    pipe_eur: pipe in the street by section, without service pipes. Nuisance, and visits to houses, are no cost of the trench. A pipe after the
    horizon is laid alone. Method: docs/method.md#threshold-shared.
    """
    case, works = plan.case, plan.case.works
    heat = np.flatnonzero(works.kind == HEAT)
    section = works.section[heat]
    names = pd.Index(case.section_names[section].astype(str), name="section", dtype="str")
    pipe = pipe_eur.reindex(names).fillna(0.0).to_numpy(float)
    whole = pipe + _opening_eur(plan)[heat] + _mobilisation_eur(plan)[heat]
    return pd.Series(whole / case.streets.length_m[section], index=names, name="trench_eur_per_m")


def _opening_eur(plan: JudgedPlan) -> Floats:
    """Per work its equal part of the zones of the street that it opens."""
    case, works = plan.case, plan.case.works
    uses = case.opens[works.kind].copy()
    uses[:, _STREET_ZONES:] = False
    work, zone = np.nonzero(uses)
    inside = plan.year[work] < case.years
    among = np.ones(len(work))
    among[inside] = among_joined(case, plan.year, work[inside], zone[inside])
    parts = case.streets.zone_eur[works.section[work], zone] / among
    return np.bincount(work, weights=parts, minlength=len(works.kind)).astype(np.float64)


def _mobilisation_eur(plan: JudgedPlan) -> Floats:
    """Per work its equal part of mobilisation, nuisance left out."""
    case, works, year = plan.case, plan.case.works, plan.year
    start, nuisance = case.streets.closure_eur[works.section], case.streets.nuisance_eur[works.section]
    inside = year < case.years
    factor = case.discount[np.where(inside, year, 0)]
    closing = account(case, year).closure_eur / factor
    share = np.divide(closing, start + nuisance, out=np.zeros(len(year)), where=start + nuisance > 0)
    return np.where(inside, share, case.closes[works.kind]) * start


def threshold_change(found: Dividend, pipe_eur: pd.Series, threshold: Threshold, street: pd.Series) -> pd.DataFrame:
    """Price of the trench and connection threshold per section with heat, alone and jointly (contract TRENCH_THRESHOLDS).

    pipe_eur: as for ``paid_trench_eur_per_m``; street: name by section. Method: docs/method.md#threshold-shared.
    """
    alone, joint = (paid_trench_eur_per_m(plan, pipe_eur) for plan in (found.alone, found.joint))
    frame = pd.DataFrame({
        "street": street.reindex(alone.index).astype("str"), "alone_eur_per_m": alone, "joint_eur_per_m": joint,
        "alone_share": threshold(alone), "joint_share": threshold(joint),
    }).rename_axis("section")  # fmt: skip
    return tables.check(TRENCH_THRESHOLDS, frame.astype({"street": "str"}).sort_index())


def threshold_figures(change: pd.DataFrame, dwellings: pd.Series, length_m: pd.Series) -> dict[str, float]:
    """What sharing does to price and threshold, ``alone_`` and ``joint_``: ``eur_per_m`` mean by length, ``share`` of the dwellings that streets with heat need on average,
    ``sections`` that can do with all of them, out of ``sections``; empty without dwellings.

    change: TRENCH_THRESHOLDS; a section that cannot at all counts as all of its dwellings. dwellings, length_m: by section, the weights.
    """
    weight = dwellings.reindex(change.index).fillna(0.0).to_numpy(float)
    length = length_m.reindex(change.index).fillna(0.0).to_numpy(float)
    if weight.sum() <= 0 or length.sum() <= 0:
        return {}
    figures = {"sections": float((weight > 0).sum())}
    for name in ("alone", "joint"):
        needed = change[f"{name}_share"].fillna(np.inf).to_numpy(float)
        price = change[f"{name}_eur_per_m"].to_numpy(float)
        figures |= {
            f"{name}_eur_per_m": float(price @ length / length.sum()),
            f"{name}_share": float(np.minimum(needed, 1.0) @ weight) / float(weight.sum()),
            f"{name}_sections": float(((needed <= 1) & (weight > 0)).sum()),
        }
    return figures


def threshold_indicators(figures: Mapping[str, float], case: WorksCase) -> pd.DataFrame:
    """Price of the trench and threshold alone and jointly as rows of WORKS_INDICATORS; ``figures`` of ``threshold_figures``, without rows when empty."""
    if not figures:
        return WORKS_INDICATORS.empty()
    last, rows = case.first_year + case.years - 1, dict[str, dict[str, object]]()
    for name, (key, words, unit) in _INDICATORS.items():
        for plan, which in ((ALONE, "alone"), (JOINT, "joint")):
            value = figures[f"{which}_{name}"]
            rows[f"{key}_{plan.lower()}"] = indicator_row("cost", words, unit, plan, value, last)
    return indicators_of({key: row | {"method": "threshold-shared"} for key, row in rows.items()})


_INDICATORS = {
    "eur_per_m": ("trench_eur_per_m", ("Pijp en sleuf van het warmtenet", "Pipe and trench of the heat network"), "EUR/m"),
    "share": ("threshold_share", ("Aandeel woningen dat een straat met warmte nodig heeft", "Share of dwellings that a street with heat needs"), "aandeel"),
    "sections": ("threshold_sections", ("Straatsecties die met iedereen uit de kosten komen", "Sections that cover their cost when all connect"), "aantal"),
}  # fmt: skip


def threshold_remarks(figures: Mapping[str, float]) -> list[RemarkRow]:
    """What sharing openings does to price and threshold, in words; nothing without figures."""
    if not figures:
        return []
    nl, en = threshold_words(figures)
    return [tables.remark("trench_thresholds", nl, en, level="info", method="threshold-shared")]


def threshold_words(figures: Mapping[str, float]) -> tuple[str, str]:
    """The figures as a sentence or two, in Dutch and English."""
    alone, joint = (f"{figures[f'{name}_eur_per_m']:.0f}" for name in ("alone", "joint"))
    price_nl = f"Een meter pijp en sleuf kost het warmtenet {alone} euro als het de straat alleen opent, en {joint} euro met gedeelde sleuven."
    price_en = f"A metre of pipe and trench costs the heat network {alone} euro when it opens the street alone, and {joint} euro with shared trenches."
    can, whole = (f"{figures[name]:.0f}" for name in ("joint_sections", "sections"))
    if not figures["joint_sections"]:
        return (
            f"{price_nl} Bij deze tarieven komt geen enkele van de {whole} straatsecties uit de kosten, ook niet als iedereen aansluit: delen verandert dat niet.",
            f"{price_en} At these tariffs none of {whole} street sections covers its cost, even when everybody connects: sharing does not change that.",
        )
    before, after = (f"{100 * figures[f'{name}_share']:.0f}" for name in ("alone", "joint"))
    were = f"{figures['alone_sections']:.0f}"
    return (
        f"{price_nl} Daarmee daalt het aandeel woningen dat een straat nodig heeft van {before} % naar {after} %; {can} van de {whole} straatsecties komen uit de kosten als iedereen aansluit, "
        f"alleen waren dat er {were}. Waar zelfs iedereen niet genoeg is, telt 100 %.",
        f"{price_en} So the share of dwellings that a street needs falls from {before} % to {after} %; {can} of {whole} street sections cover their cost when everybody connects, alone "
        f"{were} did. Where even everybody is not enough, 100 % counts.",
    )
