"""What a heat company pays and gets, section by section, apart from who connects: trenches, connections, clocks and rate."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from koppelkans.errors import DataError, ScenarioError, suggestion
from koppelkans.money.project_returns import annuity_share
from koppelkans.money.project_terms import Terms
from koppelkans.parameters import Parameters
from koppelkans.tables import first_keys

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Rows = NDArray[np.int64]

COMPANIES = ("municipal", "cooperative", "private")
"""Kinds of heat company, by the return that they ask and the risk that they take."""


@dataclass(frozen=True, slots=True)
class Clocks:
    """The three terms of a heat network in whole years; the shortest one binds."""

    depreciation_years: int
    concession_years: int
    debt_years: int

    @property
    def binding_years(self) -> int:
        """Years in which the investment must be earned back."""
        return min(self.depreciation_years, self.concession_years, self.debt_years)


@dataclass(frozen=True, slots=True)
class ProjectCase:
    """The supply side of a network on a tree of street sections. Real euros without VAT, real rate.

    Per section (S,): ``section`` keys; ``parent`` row of the section upstream, -1 at the source; ``trench_eur`` with its main pipe, after
    sharing with other works; ``build_year`` in which it is paid and opens; ``large_mwh`` a year of large customers, from that year on;
    ``large_cap_eur_per_mwh`` what their own alternative costs: they pay the heat price or that, and are not served when it does not
    cover the heat.
    Per dwelling: ``connection_eur``, of which the customer pays ``fee_eur`` (a public payer ``fee_support_share`` of it);
    ``fixed_eur_per_year`` revenue, ``service_eur_per_year`` administration and upkeep. ``heat_cost_eur_per_mwh``: bought, lost
    and pumped per MWh sold. ``source_eur``: needed once, whatever is built.
    ``upkeep_share`` a year of trench and source. ``grant_share`` of trench and source, ``grant_eur`` once at the start, and of a call
    ``call_share`` of the trenches that are built and the source, at most ``call_most_eur``, once at the start too.
    Residual: ``residual_share`` of what is not yet written off over ``residual_years``, grants and fees apart, is paid at the end.
    """

    section: NDArray[np.str_]
    parent: Rows
    trench_eur: Floats
    build_year: Rows
    large_mwh: Floats
    large_cap_eur_per_mwh: Floats
    connection_eur: float
    fee_eur: float
    fixed_eur_per_year: float
    heat_cost_eur_per_mwh: float
    source_eur: float
    upkeep_share: float
    clocks: Clocks
    rate_share: float
    service_eur_per_year: float = 0.0
    fee_support_share: float = 0.0
    grant_share: float = 0.0
    grant_eur: float = 0.0
    call_share: float = 0.0
    call_most_eur: float = np.inf
    residual_share: float = 0.0
    residual_years: float = 0.0

    def __post_init__(self) -> None:
        """Raises DataError that lists every fault of the case."""
        _refuse(self)

    @property
    def start_year(self) -> int:
        """Year in which the first trench is dug; every present value is of its first day."""
        return int(self.build_year.min())

    @property
    def horizon_years(self) -> int:
        """Years from the start in which everything must be earned back, residual value apart."""
        return self.clocks.binding_years

    def call_eur(self, built: Flags) -> float:
        """Grant of a call for the sections that are built [EUR]:  min(share (trench + source), most)."""
        if self.call_share == 0.0:
            return 0.0
        return min(self.call_share * (float(self.trench_eur[built].sum()) + self.source_eur), self.call_most_eur)

    def granted(self, built: Flags) -> ProjectCase:
        """The same case with the grant of the call for these sections as a sum."""
        if self.call_share == 0.0:
            return self
        return replace(self, grant_eur=self.grant_eur + self.call_eur(built), call_share=0.0)


def _refuse(case: ProjectCase) -> None:
    sections = len(case.section)
    faults = [
        f"{name} has {len(values)} values for {sections} sections"
        for name, values in (
            ("parent", case.parent), ("trench_eur", case.trench_eur), ("build_year", case.build_year),
            ("large_mwh", case.large_mwh), ("large_cap_eur_per_mwh", case.large_cap_eur_per_mwh),
        ) if len(values) != sections
    ]  # fmt: skip
    if not sections:
        faults.append("there is no section; expected at least one")
    faults += [
        f"{name} is {getattr(case, name):g}, expected at least 0"
        for name in (
            "connection_eur", "fee_eur", "fixed_eur_per_year", "service_eur_per_year", "heat_cost_eur_per_mwh", "source_eur",
            "upkeep_share", "grant_eur", "call_most_eur", "residual_years",
        ) if not getattr(case, name) >= 0
    ]  # fmt: skip
    faults += [
        f"{name} is {getattr(case, name):g}, expected 0 to 1"
        for name in ("grant_share", "call_share", "fee_support_share", "residual_share", "rate_share")
        if not 0 <= getattr(case, name) <= 1
    ]
    if case.clocks.binding_years < 1:
        faults.append(f"the shortest clock is {case.clocks.binding_years} years, expected at least 1")
    if not faults:
        faults = _wrong_sections(case)
    if faults:
        raise DataError("the case of the heat company cannot be used", faults)


def _wrong_sections(case: ProjectCase) -> list[str]:
    faults = []
    late = case.build_year >= case.start_year + case.horizon_years
    for name, wrong in {
        "trench_eur negative or missing": ~(case.trench_eur >= 0),
        "large_mwh negative or missing": ~(case.large_mwh >= 0),
        "large_cap_eur_per_mwh negative or missing": (case.large_mwh > 0) & ~(case.large_cap_eur_per_mwh >= 0),
        f"built after the {case.horizon_years} years in which it must be earned back": late,
        "parent that is not there": (case.parent < -1) | (case.parent >= len(case.section)),
    }.items():
        if wrong.any():
            faults.append(f"{name}: {int(wrong.sum())} sections ({first_keys(case.section[wrong])})")
    if not faults:
        above = case.parent.copy()
        for _ in range(len(above)):
            if (above < 0).all():
                break
            above = np.where(above >= 0, case.parent[above], -1)
        if (above >= 0).any():
            faults.append("the sections go round in a circle; expected a tree from the source")
        early = (case.parent >= 0) & (case.build_year < case.build_year[case.parent])
        if early.any():
            faults.append(
                f"built before the section upstream: {int(early.sum())} sections ({first_keys(case.section[early])})"
            )
    return faults


def company_figures(kind: str, *, parameters: Parameters, day: date) -> tuple[float, float]:
    """Real rate that a kind of company asks [1/year], and the standard deviations of its customers that it keeps in hand.

    Raises ScenarioError for a kind that is not known. Method: docs/method.md#build-decision.
    """
    if kind not in COMPANIES:
        raise ScenarioError(f"{kind} is not a kind of heat company; {suggestion(kind, COMPANIES)}")
    return parameters.at("company.rate_share", day, kind), parameters.at("company.caution_deviations", day, kind)


def project_case(
    sections: pd.DataFrame,
    *,
    terms: Terms,
    heat_cost_eur_per_mwh: float,
    source_eur: float,
    kind: str,
    parameters: Parameters,
    day: date,
) -> ProjectCase:
    """The case of a company on the sections of a design, from the terms of a run and the figures of a kind of company.

    sections: index section; ``trench_eur_per_m``, ``length_m``, ``large_heat_mwh``, ``parent`` as for ``money.threshold.thresholds``,
    ``build_year``, and ``large_cap_eur_per_mwh`` (empty: no ceiling). A delivery set is replaced at the end of its life: it counts by its
    annuity over that life. The price is the mean over households with and without the social tariff.
    Raises DataError for unusable sections, ScenarioError for an unknown kind. Method: docs/method.md#required-price.
    """
    rate, _ = company_figures(kind, parameters=parameters, day=day)
    clocks = Clocks(terms.depreciation_years, terms.concession_years, terms.debt_years)
    term = clocks.binding_years
    set_eur, pipe_eur = parameters.at("project.delivery_set_eur", day), parameters.at("project.service_pipe_eur", day)
    set_years = min(term, parameters.at("project.life_years", day, "delivery_sets"))
    upkeep = set_eur * parameters.at("project.upkeep_share", day, "delivery_sets")
    upkeep += pipe_eur * parameters.at("project.upkeep_share", day, "service_pipes")
    _, fixed = terms.of_homes()
    cap = sections["large_cap_eur_per_mwh"].to_numpy(float)
    named = sections["parent"].dropna()
    unknown = named.index[~named.isin(sections.index)]
    if len(unknown):
        raise DataError(f"{len(unknown)} sections hang on a section that is not there ({first_keys(unknown)})")
    return ProjectCase(
        section=sections.index.to_numpy(str),
        parent=sections.index.get_indexer(pd.Index(sections["parent"])).astype(np.int64),
        trench_eur=(sections["trench_eur_per_m"] * sections["length_m"]).to_numpy(float),
        build_year=sections["build_year"].to_numpy(np.int64),
        large_mwh=sections["large_heat_mwh"].to_numpy(float),
        large_cap_eur_per_mwh=np.where(np.isnan(cap), np.inf, cap),
        connection_eur=pipe_eur + set_eur * annuity_share(set_years, rate) / annuity_share(term, rate),
        fee_eur=terms.connection_fee_eur,
        fixed_eur_per_year=fixed + terms.administration_eur_per_year,
        service_eur_per_year=upkeep + terms.administration_eur_per_year,
        heat_cost_eur_per_mwh=heat_cost_eur_per_mwh,
        source_eur=source_eur,
        upkeep_share=parameters.at("project.upkeep_share", day, "main_pipes"),
        clocks=clocks,
        rate_share=rate,
        grant_share=terms.grant_share,
        residual_share=terms.residual_paid_share,
        residual_years=float(terms.depreciation_years),
    )
