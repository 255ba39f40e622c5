"""Reforms that act only through what people do: functions ``Parameters -> Parameters``, named for what they change.

They move rules: an amount, a duty, a term, who may. What people make of a rule stands with the response. The few that buy attention or
trust (neighbourhood work, guidance, one application, a public story) say so: their effect on behaviour is an assumption.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from koppelkans.parameters.store import Parameters

LABELS = ("A", "B", "C", "D", "E", "F")
NO_LABEL = "none"
BUYERS = ("house_2023", "apartment_2023")
"""Scopes of the duty on buyers that is in force."""
QUARTILES = ("quartile_1", "quartile_2", "quartile_3", "quartile_4")
GROUPS = {
    **{name: (name,) for name in QUARTILES}, "quartile_1-2": QUARTILES[:2], "quartile_1-3": QUARTILES[:3], "owners": QUARTILES, "landlord": ("landlord",),
    "all": (*QUARTILES, "landlord"),
}  # fmt: skip
"""Groups of owners that a rule may single out; quartile_1 holds the lowest incomes."""
EMERGENCY = {name: GROUPS[name] for name in ("quartile_1", "quartile_2", "quartile_1-2")}
CALL_MODES = ("call", "window", "permanent", "threshold", "programme")


def label_number(label: str) -> float:
    """The number of a label in the rules: A = 1 to F = 6, 7 for no duty."""
    return float(LABELS.index(label) + 1) if label in LABELS else float(len(LABELS) + 1)


def _set(parameters: Parameters, since: date, **values: float | str | None) -> Parameters:
    """The same figures with some keys changed from a day on; ``a__b`` stands for ``a.b``, None leaves a figure as it is."""
    for name, value in values.items():
        if value is not None:
            kept = value if isinstance(value, str) else float(value)
            parameters = parameters.changed(name.replace("__", "."), since=since, value=kept)
    return parameters


def _in_scopes(parameters: Parameters, key: str, since: date, scopes: Iterable[str], value: float) -> Parameters:
    for scope in scopes:
        parameters = parameters.changed(key, since=since, value=value, scope=scope)
    return parameters


# ------------------------------------------------------------------------------------------------------------------ connecting


def connection_premium(parameters: Parameters, *, since: date, share: float) -> Parameters:
    """The part of an owner's own cost of connecting that the connection premium pays, after first use."""
    return _set(parameters, since, connect__premium_share=share)


def large_customers(
    parameters: Parameters, *, since: date, share: float | None, public_first: bool | None
) -> Parameters:
    """The part of the cost of large customers that is paid, and whether public buildings sign first."""
    return _set(parameters, since, connect__support_large_share=share, connect__public_buildings_first=public_first)


# ------------------------------------------------------------------------------------------------------------- goals and duties


def renovation_duty(
    parameters: Parameters, *, since: date, deferred_years: int | None, connected_label: str | None, label: str | None
) -> Parameters:
    """The duty after a sale: how long it waits for a heat network, which label a connected home needs, which label the others need."""
    for scope in BUYERS if label is not None else ():
        parameters = parameters.changed(
            "obligation.buyer.label", since=since, value=label_number(str(label)), scope=scope
        )
    connected = None if connected_label is None else label_number(connected_label)
    return _set(parameters, since, duty__deferred_years=deferred_years, duty__connected_label=connected)


def goal_order(parameters: Parameters, *, since: date, met_by: str | None, label_at_switch: str | None) -> Parameters:
    """Which of both goals a duty serves: met by ``label``, by ``either`` label or fossil-free, or only ``fossil_free``.

    ``label_at_switch``: the worst label with which a home may turn to a heat pump; ``none``: any.
    """
    number = None if label_at_switch is None else label_number(label_at_switch)
    return _set(parameters, since, duty__met_by=met_by, goal__label_at_switch=number)


def epc_credit(parameters: Parameters, *, since: date, years: int) -> Parameters:
    """How many years ahead a connection with a date counts in the energy label [year]."""
    return _set(parameters, since, epc__credit_years=years)


def boiler_exemption(parameters: Parameters, *, since: date, hybrid: bool) -> Parameters:
    """Whether a hybrid may still be placed after the end date of boilers; who waits for a heat network always bridges."""
    return _set(parameters, since, boiler__hybrid_allowed=hybrid)


# ------------------------------------------------------------------------------------------------------------------ own money


def prefinancing(parameters: Parameters, *, since: date, group: str, share: float) -> Parameters:
    """The part of the premium that is paid before the works, for a group of owners."""
    return _in_scopes(parameters, "prefinance.premium_share", since, GROUPS[group], share)


def premium_delay(parameters: Parameters, *, since: date, years: float) -> Parameters:
    """The time between the invoice and the premium [year]."""
    return _set(parameters, since, mvp__payment_delay_years=years)


def loan_reach(parameters: Parameters, *, since: date, group: str, share: float) -> Parameters:
    """The part of a group of owners that may take Mijn VerbouwLening."""
    return _in_scopes(parameters, "mvl.reach_share", since, GROUPS[group], share)


def loan_top_up(
    parameters: Parameters, *, since: date, eur: float | None, bullet_share: float | None, group: str
) -> Parameters:
    """A loan on top of Mijn VerbouwLening [EUR], and for a group of owners the part of loans repaid only at sale."""
    after = _set(parameters, since, mvl__top_up_eur=eur)
    scopes = [scope for scope in GROUPS[group] if scope in QUARTILES]
    return after if bullet_share is None else _in_scopes(after, "mvl.bullet_share", since, scopes, bullet_share)


def emergency_buyers(
    parameters: Parameters, *, since: date, reach_share: float, max_eur: float | None, group: str
) -> Parameters:
    """The loan for emergency buyers, without interest and repaid at sale: how many of a group get it, and its largest amount [EUR]."""
    after = _in_scopes(parameters, "noodkoop.reach_share", since, EMERGENCY[group], reach_share)
    return _set(after, since, noodkoop__max=max_eur)


def own_work_premium(parameters: Parameters, *, since: date, share: float) -> Parameters:
    """The premium on the material of own works, as part of that for the same works by a contractor."""
    return _set(parameters, since, diy__premium_share=share)


def heat_pump_lease(
    parameters: Parameters, *, since: date, premium: bool, rate_share: float | None, term_years: int | None
) -> Parameters:
    """Heat pumps on lease: whether the lessor gets the premium, the interest and the term in the price."""
    return _set(
        parameters, since, lease__kind="lease", lease__premium_counts=premium, lease__rate_share=rate_share, lease__years=term_years
    )  # fmt: skip


def heat_service(parameters: Parameters, *, since: date, premium: bool, guarantee_share: float | None) -> Parameters:
    """Heat as a service: a lease with guaranteed performance; whether its owner gets the premium, and what the guarantee adds."""
    return _set(
        parameters, since, lease__kind="heat_service", lease__premium_counts=premium, lease__guarantee_share=guarantee_share
    )  # fmt: skip


# ------------------------------------------------------------------------------------------------------- together and guided


def group_purchase(parameters: Parameters, *, since: date, dwellings: int) -> Parameters:
    """The dwellings of one group purchase; the price of works falls with their number."""
    return _set(parameters, since, group_purchase__dwellings=dwellings)


def single_application(parameters: Parameters, *, since: date, on: bool) -> Parameters:
    """One application for premium, loan and connection."""
    return _set(parameters, since, application__single=on)


def social_work(parameters: Parameters, *, since: date, fte_per_1000: float, years: int | None) -> Parameters:
    """Neighbourhood workers per thousand dwellings, and for how many years."""
    return _set(parameters, since, socialwork__fte_per_1000=fte_per_1000, socialwork__years=years)


def guidance(parameters: Parameters, *, since: date, share: float | None, dossiers_per_year: int | None) -> Parameters:
    """Guidance of owners beyond that of the scenario [share of a full one], and the most dwellings guided in a year."""
    after = _set(parameters, since, guidance__added_share=share)
    return _set(after, since, guidance__dossiers_per_year=dossiers_per_year)


def public_story(parameters: Parameters, *, since: date, share: float) -> Parameters:
    """A public date and story per street: the part of those who would not compare that now does."""
    return _set(parameters, since, communication__attention_share=share)


# ------------------------------------------------------------------------------------------------------------------- projects


def green_heat_call(
    parameters: Parameters, *, since: date, mode: str, intensity_share: float | None, cap_eur: float | None
) -> Parameters:
    """How the Call Groene Warmte opens, and what it pays; from then on a heat company counts on what it may expect."""
    after = _set(parameters, since, chw__mode=mode, chw__counted=True)
    return _set(after, since, chw__intensity_share=intensity_share, chw__cap_eur=cap_eur)


def feasibility_grant(
    parameters: Parameters, *, since: date, feasibility_share: float | None, concept_share: float | None
) -> Parameters:
    """The part of the cost of concept and of feasibility of a heat project that is paid."""
    return _set(parameters, since, study__feasibility_share=feasibility_share, study__concept_share=concept_share)
