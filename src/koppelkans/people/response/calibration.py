"""The calibration of the response, step by step: boiler life, level, cash, loans, guidance, examples; each beside what was observed.

Nothing here looks at the calibrated figures of an earlier run: it starts from what was believed before. What comes out stands in
``parameters/facts/response_calibrated.toml``, written by ``benchmarks/response_calibration.py``; a test checks that the file says the
same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import exp, log, sqrt

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from koppelkans import tables
from koppelkans.parameters import Parameters, reference_table
from koppelkans.people.response.behaviour import Behaviour, moved
from koppelkans.people.response.calibration_rows import Span, figure_row, not_fitted_rows, residual_row, span
from koppelkans.people.response.case import ResponseCase
from koppelkans.people.response.fit import Fit, Prior, fitted
from koppelkans.people.response.flemish import AS_OF
from koppelkans.people.response.history import RENOVATIONS, mean_premium_eur, premium_counts, premiums_by_option
from koppelkans.people.response.level import (
    CONSTANT,
    FREE,
    GROWTH,
    HEAT_PUMP_PLACES,
    LOG_CLAIMED,
    LOG_SCALE,
    Level,
    acting_at,
    level,
    log_premiums,
    switches,
)
from koppelkans.people.response.pilots import Offer, calm_flanders, offered_share, pilots, share_from_examples
from koppelkans.tables.response import (
    DECIDERS,
    RESPONSE_CALIBRATION,
    RESPONSE_GROUPS,
    RESPONSE_OPTIONS,
    RESPONSE_RESIDUALS,
)

Floats = NDArray[np.float64]
Row = Mapping[str, object]
PRICE_YEAR = 2025
OPTION_KEY, SCALE_KEY, LIFE_KEY = (
    "response.option_eur_per_year",
    "response.scale_eur_per_year",
    "response.boiler_life_years",
)
GROWTH_KEY = "response.acquaintance_growth_per_year"
CLAIM_KEY, GUIDANCE_KEY = "response_data.premium_claim_share", "response_data.pilot_guidance_share"
LOAN_KEY, EXAMPLES_KEY = "response.loan_take_up_share", "response.contagion_share"
MIX_YEAR = 2019
"""A year without a change of rules on either side."""
KIND_YEARS = (2019, 2020, 2021, 2022)
KINDS = {"hybrid": "response_data.hybrid_share", "ground_heat_pump": "response_data.ground_share"}
"""Options whose part of all heat pumps other sources tell, with the figure that holds it."""
LOAN_YEARS = (2019, 2020, 2021)
RENOVATION_YEARS = (2017, 2018, 2019, 2020, 2021)
"""Years about which the number of deep renovations is quoted."""
RENOVATION_PLACES = [RESPONSE_OPTIONS.index(option) for option in RENOVATIONS]
DEEP = RESPONSE_OPTIONS.index("renovated_heat_pump")


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """``figures``: contract RESPONSE_CALIBRATION; ``residuals``: contract RESPONSE_RESIDUALS; ``constant`` of heat pumps [EUR/year] and
    ``growth`` of acquaintance with them [1/year].
    """

    figures: pd.DataFrame
    residuals: pd.DataFrame
    constant: Span
    growth: Span


def calibrate(parameters: Parameters) -> Calibration:
    """What the evidence says of each figure of behaviour, one step after the other, and what it leaves open.

    Each step holds fixed what the earlier ones found: life on sales; constant of heat pumps, growth of acquaintance, scale and claimed
    share on premium counts; cash as surveys have it; loans on their number; guidance on pilots; examples on their share of switches.
    Method: docs/method.md#response-calibration.
    """
    known = level(parameters, price_year=PRICE_YEAR)
    case = known.case
    acting = acting_at(known.start, np.array([known.constant.value, known.growth.value, *known.prior.mean[FREE:]]))
    chosen = switches(case, acting)
    steps = [
        _life(parameters),
        _level(parameters, known),
        _sales(case, chosen),
        _kinds(parameters, case, chosen),
        _mix(case, chosen),
        _renovation(parameters, case, chosen),
        _cash(parameters, case, acting),
        _loans(parameters, chosen, case),
        _guidance(parameters, calm_flanders(parameters, acting), acting),
        _examples(parameters, calm_flanders(parameters, acting), acting),
    ]
    figures = [row for rows, _ in steps for row in rows]
    residuals = [row for _, rows in steps for row in rows]
    done = {str(row["parameter"]).split(":")[0] for row in figures}
    figures += not_fitted_rows(parameters, done)
    return Calibration(
        tables.check(RESPONSE_CALIBRATION, _framed(figures)),
        tables.check(RESPONSE_RESIDUALS, _framed(residuals)),
        known.constant,
        known.growth,
    )


def _framed(rows: list[Row]) -> pd.DataFrame:
    frame = pd.DataFrame(rows)
    return frame.set_index(pd.Index([f"r{number:03d}" for number in range(1, len(frame) + 1)], name="row", dtype="str"))


Step = tuple[list[Row], list[Row]]


def _life(parameters: Parameters) -> Step:
    """Boilers there are over boilers sold is their mean life, where as many are sold every year."""
    prior = span(parameters, LIFE_KEY)
    sold, share = (
        span(parameters, "response_data.boilers_sold_per_year"),
        span(parameters, "response_data.boiler_share"),
    )
    boilers = parameters.at("response_data.dwellings", AS_OF) * share.value
    spread = sqrt(sold.log_deviation**2 + share.log_deviation**2)
    fit = fitted(np.log, np.array([log(boilers / sold.value)]), Prior.of_ranges(prior), np.array([spread]))
    source = "200.000 verkochte ketels per jaar op 5,5 miljoen woningen (ATTB 2019, Statbel 2019)"
    row = figure_row("life", LIFE_KEY, "year", prior, _span_of(fit, 0), parameters, source)
    return [row], [
        residual_row("life", "boilers sold", "1/year", sold.value, boilers / float(fit.mean[0]), True, source)
    ]


def _level(parameters: Parameters, known: Level) -> Step:
    source = f"VEKA, premies voor warmtepompen, {known.fit_years.min()}-{known.fit_years.max()}"
    constant = span(parameters, "response_data.option_prior_eur_per_year")
    growth = span(parameters, "response_data.acquaintance_growth_prior_per_year")
    rows = [
        figure_row("level", f"{OPTION_KEY}:at the scale in use", "EUR/year", constant, known.constant, parameters, source),
        figure_row("level", f"{OPTION_KEY}:with the scale fitted", "EUR/year", constant, _span_of(known.fit, CONSTANT), parameters, source),
        figure_row("level", f"{GROWTH_KEY}:at the scale in use", "1/year", growth, known.growth, parameters, source),
        figure_row("level", f"{GROWTH_KEY}:with the scale fitted", "1/year", growth, _span_of(known.fit, GROWTH), parameters, source),
        figure_row("level", SCALE_KEY, "EUR/year", span(parameters, SCALE_KEY), _span_of(known.fit, LOG_SCALE, exp), parameters, source),
        figure_row("level", CLAIM_KEY, "share", span(parameters, CLAIM_KEY), _span_of(known.fit, LOG_CLAIMED, _share_of_log), parameters, source),
    ]  # fmt: skip
    counts = premium_counts("heat_pump").loc[int(known.fit_years.min()) :]
    modelled = np.exp(log_premiums(parameters, known, counts.index))
    beside = [
        residual_row("level", str(year), "premiums", float(count), float(model), bool(year in known.fit_years), source)
        for (year, count), model in zip(counts.items(), modelled, strict=True)
    ]
    return rows, beside


def _sales(case: ResponseCase, chosen: Floats) -> Step:
    """Growth of the heat pumps sold; only compared: sales hold new homes too."""
    bought = pd.Series(chosen[:, HEAT_PUMP_PLACES].sum(axis=1), index=case.calendar)
    told = reference_table("heat_pump_sales")
    grown = bought.loc[told["year_to"]].to_numpy() / bought.loc[told["year_from"]].to_numpy()
    return [], [
        residual_row("level", f"sales, {period}", "ratio", float(growth), float(modelled), False, str(source))
        for period, growth, modelled, source in zip(told["period"], told["growth"], grown, told["source"], strict=True)
    ]


def _kinds(parameters: Parameters, case: ResponseCase, chosen: Floats) -> Step:
    """Part of hybrids and of ground heat pumps among heat pumps in existing homes; only compared: constants by kind that repair it
    (-800 EUR/year for an air heat pump) would make of the few who like one everybody.
    """
    pumps = chosen[np.isin(case.calendar, KIND_YEARS)].sum(axis=0)
    rows = []
    for option, key in KINDS.items():
        told = parameters.value(key, AS_OF)
        share = float(pumps[RESPONSE_OPTIONS.index(option)] / pumps[HEAT_PUMP_PLACES].sum())
        what = f"{option}, part of heat pumps {KIND_YEARS[0]}-{KIND_YEARS[-1]}"
        rows.append(residual_row("level", what, "share", float(told.value), share, False, told.note))
    return [], rows


def _mix(case: ResponseCase, chosen: Floats) -> Step:
    """Mean premium for a heat pump, which tells kinds apart; only compared: larger and double amounts are in the counts and not here."""
    years = pd.Index(case.calendar, name="year")
    pumps = chosen[years == MIX_YEAR][0, HEAT_PUMP_PLACES]
    amounts = premiums_by_option(years, MIX_YEAR)[HEAT_PUMP_PLACES][:, years == MIX_YEAR][:, 0]
    paid = float(mean_premium_eur("heat_pump")[MIX_YEAR])
    source = f"VEKA, bedrag gedeeld door aantal premies voor warmtepompen in {MIX_YEAR}"
    modelled = float(pumps @ amounts / pumps.sum())
    return [], [residual_row("level", "mean premium for a heat pump", "EUR", paid, modelled, False, source)]


def _renovation(parameters: Parameters, case: ResponseCase, chosen: Floats) -> Step:
    """Deep renovations by own motive; only compared. A constant in euro fitted on works of 40,000 euro would make small works free."""
    about = np.isin(case.calendar, RENOVATION_YEARS)
    deep = float(chosen[about][:, RENOVATION_PLACES].sum(axis=1).mean())
    observed = parameters.at("response_data.deep_renovations_per_year", AS_OF)
    source = "amper 3.000 grondige energierenovaties per jaar (Bond Beter Leefmilieu in Knack)"
    return [], [residual_row("level", "deep renovations", "1/year", observed, deep, False, source)]


def _cash(parameters: Parameters, case: ResponseCase, acting: Behaviour) -> Step:
    """Owners whose cash class cannot pay renovation with a heat pump at once; only compared: the classes come from surveys."""
    units = case.units
    owners = np.array([RESPONSE_GROUPS[group].endswith("owner") for group in units.group])
    need = case.forms.investment_eur[units.form, DEEP]
    classes = acting.cash_share[DECIDERS.index("owner")][units.group]
    short = (classes * (need[:, None] > acting.cash_eur[None, :])).sum(axis=1)
    share = float((short * units.dwellings)[owners].sum() / units.dwellings[owners].sum())
    source = "Albrecht (UGent) in Moneytalk 2020: 40 % van de eigenaars"
    observed = parameters.at("response_data.cannot_finance_share", AS_OF)
    return [], [residual_row("cash", "owners short of cash for deep works", "share", observed, share, False, source)]


def _loans(parameters: Parameters, chosen: Floats, case: ResponseCase) -> Step:
    """Loans if the part of the switchers that may borrow used one as often as believed; only compared.

    Loans went mostly to roofs and windows, which are no options here, so that their number does not pin the use at a switch.
    """
    eligible = parameters.at("response_data.loan_eligible_share", AS_OF) * parameters.at(LOAN_KEY, AS_OF)
    switching = float(chosen[np.isin(case.calendar, LOAN_YEARS), 1:].sum()) / len(LOAN_YEARS)
    granted = parameters.at("response_data.loans_per_year", AS_OF)
    source = "ongeveer 1.500 renteloze leningen per jaar, 46 % van de gezinnen met recht (HLN 2019, bothuyne.cdenv.be)"
    return [], [residual_row("loans", "interest-free loans", "1/year", granted, switching * eligible, False, source)]


def _guidance(parameters: Parameters, calm: ResponseCase, acting: Behaviour) -> Step:
    """One setting of guidance for all pilots; price terms, attention and inertia stay as they are."""
    offers = pilots()
    observed = offers["observed_share"].to_numpy(dtype=float)
    prior = span(parameters, GUIDANCE_KEY)

    def shares(figures: Floats) -> Floats:
        return pilot_shares(parameters, calm, acting, _in_unit(float(figures[0])))

    def model(figures: Floats) -> Floats:
        found = shares(figures)
        return np.asarray(np.log(found / (1 - found)), dtype=np.float64)

    spread = np.full(len(offers), parameters.at("response_data.pilot_spread", AS_OF))
    fit = fitted(model, np.log(observed / (1 - observed)), Prior.of_ranges(prior), spread)
    found = shares(fit.mean)
    source = "Purmerend, Wageningen en Denemarken: aandeel dat aansloot"
    row = figure_row("guidance", GUIDANCE_KEY, "share", prior, _span_of(fit, 0, _in_unit), parameters, source)
    beside = [
        residual_row("guidance", str(name), "share", float(counted), float(share), True, str(told))
        for name, counted, share, told in zip(offers.index, observed, found, offers["source"], strict=True)
    ]
    return [row], beside


def pilot_shares(parameters: Parameters, calm: ResponseCase, acting: Behaviour, guidance_share: float) -> Floats:
    """Share that joins in each pilot at one setting of guidance, in the order of ``pilots``."""
    efficiency = parameters.at("population.use.boiler_efficiency_share", AS_OF, "gas")
    table = pilots()
    terms = table[["fee_eur", "inside_eur", "advantage_eur_per_year", "contact_share"]].to_numpy(dtype=float)
    offers = [
        Offer(fee_eur=fee, inside_eur=inside, advantage_eur_per_year=gain, contact_share=contact, guidance_share=guidance_share)
        for fee, inside, gain, contact in terms.tolist()
    ]  # fmt: skip
    return np.array([
        offered_share(calm, acting, offer, efficiency_share=efficiency, years=int(years))
        for offer, years in zip(offers, table["years"], strict=True)
    ])  # fmt: skip


def _examples(parameters: Parameters, calm: ResponseCase, acting: Behaviour) -> Step:
    """The strength of examples with which they carry the part of the switches that was found elsewhere."""
    prior, observed = span(parameters, EXAMPLES_KEY), span(parameters, "response_data.peer_share")
    efficiency = parameters.at("population.use.boiler_efficiency_share", AS_OF, "gas")
    years = int(parameters.at("response_data.peer_years", AS_OF))

    def model(figures: Floats) -> Floats:
        seen = moved(acting, "contagion_share", _in_unit(float(figures[0])))
        return np.array([share_from_examples(calm, seen, efficiency_share=efficiency, years=years)])

    fit = fitted(model, np.array([observed.value]), Prior.of_ranges(prior), np.array([observed.deviation]))
    source = "Energy Policy 208 (2026): 7,7 % van 260.000 nieuwe verwarmingen in Polen"
    row = figure_row("examples", EXAMPLES_KEY, "share", prior, _span_of(fit, 0, _in_unit), parameters, source)
    modelled = float(model(fit.mean)[0])
    return [row], [residual_row("examples", "part of the switches", "share", observed.value, modelled, True, source)]


def _share_of_log(value: float) -> float:
    return min(1.0, exp(value))


def _in_unit(value: float) -> float:
    return min(1.0, max(0.0, value))


def _span_of(fit: Fit, place: int, outward: Callable[[float], float] = float) -> Span:
    low, high = fit.range_of(place)
    return Span(outward(float(fit.mean[place])), outward(low), outward(high))
