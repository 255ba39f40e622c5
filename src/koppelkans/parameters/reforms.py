"""Reforms: functions ``Parameters -> Parameters``, named for what they change. No other file asks whether a reform is on.

Each takes the rules of today with the voted path and gives the rules under the reform from a day on; nothing is measured or solved here.
``levers`` gives them names, bounds and a place in the note. Figures in force after the reform keep the source of what they were moved from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from koppelkans.errors import ParameterError
from koppelkans.parameters.coverage import GRID_AREAS
from koppelkans.parameters.store import ALL, Parameters, Value

HOUSEHOLD, FLANDERS, NONE = "household", "flanders", "none"
CATEGORIES = ("cat1", "cat2", "cat3", "cat4")
"""Income categories of Mijn VerbouwPremie; cat4 holds the lowest incomes."""
FLOOR = "elec.excise_floor"
NETWORK, OBLIGATIONS = "elec.dist_kwh", "elec.dist_pso_kwh"
TOLERANCE_EUR_PER_KWH = 1e-9

GAS_EXCISES = ("gas.excise_first_12MWh", "gas.excise_above_12MWh")
GAS_NETWORK = ("gas.t1_prop", "gas.t2_prop", "gas.t3_prop")
EXCISES = {"electricity": ("elec.excise",), "gas": GAS_EXCISES}
PREMIUMS = {
    "air_water": "mvp.heat_pump.air_water", "geothermal": "mvp.heat_pump.geothermal", "hybrid": "mvp.heat_pump.hybrid",
    "air_air": "mvp.heat_pump.air_air", "hp_boiler": "mvp.heat_pump.hp_boiler", "roof": "mvp.roof.max",
    "ventilation": "mvp.ventilation_D", "solar_boiler": "mvp.solar_boiler",
}  # fmt: skip
ELIGIBLE = {
    "all": CATEGORIES, "cat2-4": CATEGORIES[1:], "cat3-4": CATEGORIES[2:], "cat4": CATEGORIES[3:],
}  # fmt: skip

Steps = list[tuple[date, float]]
"""An amount from each date on, in the order of the dates."""


# --------------------------------------------------------------------------------------------------------------------- asking


def word(parameters: Parameters, key: str, day: date, scope: str = ALL) -> str:
    """The text of a figure that is a word, such as a form or a route. Raises ParameterError for a number."""
    found = parameters.value(key, day, scope).value
    if not isinstance(found, str):
        raise ParameterError(f"{key} is a number ({found:g}), not a text; ask with at()")
    return found


def year_or_none(parameters: Parameters, key: str, day: date, scope: str = ALL) -> int | None:
    """The year of a figure that is an end date, or None where no end date exists."""
    found = parameters.value(key, day, scope).value
    return None if found == NONE else int(float(found))


def ets2_eur_per_tonne(parameters: Parameters, day: date) -> float:
    """Price of ETS2 on a day under the path in force [EUR/t, without VAT]; 0 before its start and where the path is ``none``."""
    path = word(parameters, "ets2.path", day)
    return 0.0 if path == NONE else parameters.at("carbon.ets2_eur_per_tonne", day, path)


# ---------------------------------------------------------------------------------------------------------- prices and tariffs


@dataclass(frozen=True, slots=True)
class _Part:
    """Part of the electricity price that can be taken down: the keys that fall together, where, and to which least value."""

    keys: tuple[str, ...]
    scopes: tuple[str, ...]
    room: Callable[[Parameters, date, str], float]


def _excise_room(parameters: Parameters, day: date, scope: str) -> float:
    return _number(parameters, "elec.excise", day, scope) - _number(parameters, FLOOR, day, scope)


def _network_room(parameters: Parameters, day: date, scope: str) -> float:
    return _number(parameters, NETWORK, day, scope) - _number(parameters, OBLIGATIONS, day, scope)


def _all_of(key: str) -> Callable[[Parameters, date, str], float]:
    return lambda parameters, day, scope: _number(parameters, key, day, scope)


_PARTS = {
    "excise": (_Part(("elec.excise",), (HOUSEHOLD,), _excise_room),),
    "certificates": tuple(_Part((key,), (FLANDERS,), _all_of(key)) for key in ("elec.gsc", "elec.wkk")),
    "pso": (_Part((NETWORK, OBLIGATIONS), GRID_AREAS, _all_of(OBLIGATIONS)),),
    "network": (_Part((NETWORK,), GRID_AREAS, _network_room),),
}


def tariff_shift(
    parameters: Parameters, *, since: date, x_e: float, x_g: float, electricity: str, gas: str
) -> Parameters:
    """Electricity cheaper by ``x_e`` and gas dearer by ``x_g`` [EUR/kWh without VAT], on top of the path in force.

    ``electricity``: what falls, joined by + in the order in which it is used up: ``excise`` (to the European minimum), ``certificates``
    (green, then CHP), ``pso`` (public service obligations in the network tariff), ``network`` (the rest of the kWh term). Every area
    falls by the same amount, bounded by the area that holds least. ``gas``: ``excise`` (both slices) or ``network``.

    Steps already voted move along, and what a component can give is asked again at each of them. Protected customers pay the social
    tariff and are not touched. Raises ParameterError when the components hold less than ``x_e``: by how much, and which would add.
    Method: docs/method.md#levers.
    """
    left: Steps = [(since, x_e)]
    names = electricity.split("+")
    after = parameters
    for part in [part for name in names for part in _PARTS[name]]:
        if any(amount > 0 for _, amount in left):
            after, left = _lowered(after, part, left)
    _refuse_shortage(after, left, x_e, names)
    scopes, keys = ((HOUSEHOLD,), GAS_EXCISES) if gas == "excise" else (GRID_AREAS, GAS_NETWORK)
    return _shifted(after, keys, scopes, [(since, x_g)]) if x_g else after


def _lowered(parameters: Parameters, part: _Part, left: Steps) -> tuple[Parameters, Steps]:
    since = left[0][0]
    begins = {
        value.first for key in part.keys for value in parameters.entries[key].values if value.scope in part.scopes
    }
    days = sorted({day for day, _ in left} | {day for day in begins if day > since})
    wanted = [_step(left, day) for day in days]
    room = [
        max(0.0, min(part.room(parameters, day, scope) for scope in part.scopes)) if amount > 0 else 0.0
        for day, amount in zip(days, wanted, strict=True)
    ]
    taken = [min(pair) for pair in zip(wanted, room, strict=True)]
    after = _shifted(
        parameters, part.keys, part.scopes, [(day, -amount) for day, amount in zip(days, taken, strict=True)]
    )
    return after, [(day, want - take) for day, want, take in zip(days, wanted, taken, strict=True)]


def _refuse_shortage(parameters: Parameters, left: Steps, x_e: float, names: Sequence[str]) -> None:
    day, short = max(left, key=lambda step: step[1])
    if short <= TOLERANCE_EUR_PER_KWH:
        return
    others = {
        name: sum(min(part.room(parameters, day, scope) for scope in part.scopes) for part in parts)
        for name, parts in _PARTS.items()
        if name not in names
    }
    more = ", ".join(f"{name} {room:.4f}" for name, room in others.items()) or "nothing else can be moved"
    raise ParameterError(
        f"tariff_shift: {'+'.join(names)} can give {x_e - short:.4f} EUR/kWh on {day}, {short:.4f} less than x_e = {x_e:.4f}; "
        f"lower x_e or add a component (EUR/kWh): {more}"
    )


def excise_path(parameters: Parameters, *, since: date, carrier: str, eur_per_kwh: float, year: int) -> Parameters:
    """Excise of households that moves in equal steps, each 1 January, to an amount in a year [EUR/kWh without VAT].

    Replaces the voted path. Gas: both slices come to the same amount. A year that has begun: the whole step at once, from ``since``.
    """
    steps = max(0, year - since.year)
    for key in EXCISES[carrier]:
        now = _number(parameters, key, since, HOUSEHOLD)
        path = [
            (date(since.year + step, 1, 1), now + (eur_per_kwh - now) * step / steps) for step in range(1, steps + 1)
        ]
        parameters = parameters.changed(key, since=since, value=now if steps else eur_per_kwh, scope=HOUSEHOLD)
        for day, amount in path:
            parameters = parameters.changed(key, since=day, value=amount, scope=HOUSEHOLD)
    return parameters


def ets2_price(parameters: Parameters, *, since: date, world: str) -> Parameters:
    """The price path of ETS2 that holds: ``low``, ``central``, ``high``, or ``none`` (no ETS2)."""
    return parameters.changed("ets2.path", since=since, value=world)


def social_tariff_form(parameters: Parameters, *, since: date, form: str, level: float | None) -> Parameters:
    """The form of social protection: ``tariff`` (``level``: factor on its price), ``lump_sum`` (``level``: EUR a year), ``none``.

    The factor moves every figure of the social tariffs of electricity and gas in force from the day on; heat follows gas by law.
    Raises ParameterError for a lump sum without an amount or a factor above 2.
    """
    if form == "lump_sum" and not level:
        raise ParameterError("social_tariff_form: a lump sum needs its amount; write level=EUR per household and year")
    if form == "tariff" and level is not None and level > 2:
        raise ParameterError(
            f"social_tariff_form: level = {level:g} as factor on the tariff; expected 0 to 2 (1: as it is)"
        )
    after = parameters.changed("social.form", since=since, value=form)
    if form == "lump_sum" and level:
        return after.changed("social.lump_sum_eur_per_year", since=since, value=level)
    if form == "tariff" and level is not None and level != 1:
        for key, scope in (("elec.social_tariff", "single"), ("gas.social_tariff", ALL)):
            after = _moved(after, key, scope, since, lambda value, _: value * level)
    return after


# ---------------------------------------------------------------------------------------------------------------- out of gas


def gas_end_date(parameters: Parameters, *, since: date, year: int, zone: str) -> Parameters:
    """A zone that has no gas after a year; ``all``: every zone without a year of its own. Raises ParameterError for a year gone by."""
    return parameters.changed("gas.end_year", since=since, value=_later_year("gas_end_date", year, since), scope=zone)


def boiler_end_replacement(parameters: Parameters, *, since: date, year: int) -> Parameters:
    """From a year on no gas boiler is placed when a home is renovated."""
    value = _later_year("boiler_end_replacement", year, since)
    return parameters.changed("boiler.end_replacement_year", since=since, value=value)


def boiler_end_sale(parameters: Parameters, *, since: date, year: int) -> Parameters:
    """From a year on no gas boiler is sold or placed at all."""
    return parameters.changed("boiler.end_sale_year", since=since, value=_later_year("boiler_end_sale", year, since))


def stranded_routing(parameters: Parameters, *, since: date, route: str) -> Parameters:
    """Who pays the value of the gas network not written off, and its closing."""
    return parameters.changed("gas.stranded_route", since=since, value=route)


def phase_out_constraint(parameters: Parameters, *, since: date, on: bool) -> Parameters:
    """The cost of the phase-out kept off electricity and heat, as a hard rule."""
    return parameters.changed("gas.phase_out_on_gas_only", since=since, value=float(on))


def gas_fund(
    parameters: Parameters, *, since: date, eur_per_connection_year: float, interest_share: float | None
) -> Parameters:
    """A phase-out fund: what each gas connection pays in [EUR/year without VAT], and the interest that it bears."""
    after = parameters.changed("gas.fund_eur_per_connection_year", since=since, value=eur_per_connection_year)
    return _maybe(after, "gas_network.fund_interest_share", since, interest_share)


# -------------------------------------------------------------------------------------------------------- projects and homes


def heat_depreciation_years(parameters: Parameters, *, since: date, years: int) -> Parameters:
    """The accounting life of a heat network [year]; parts that live shorter keep their own life."""
    return parameters.changed("project.depreciation_years", since=since, value=float(years))


def debt_tenor(parameters: Parameters, *, since: date, years: int) -> Parameters:
    """The term of the loan of a heat network [year]."""
    return parameters.changed("project.debt_years", since=since, value=float(years))


def guarantee_share(parameters: Parameters, *, since: date, share: float) -> Parameters:
    """The part of the loan of a heat network that a government guarantees, and the loan that a bank then gives.

    Loan in the investment:  g0 + share (g1 - g0),  between the gearing of today and that under a full guarantee. The straight line
    between the two is an assumption; interest and coverage asked stay as they are.
    """
    now = parameters.silent().at("project.gearing_share", since)
    full = parameters.silent().at("project.guaranteed_gearing_share", since)
    after = parameters.changed("project.guarantee_share", since=since, value=share)
    return after.changed("project.gearing_share", since=since, value=now + share * max(0.0, full - now))


def epc_rule(parameters: Parameters, *, since: date, rule: str) -> Parameters:
    """The rule of the energy label that counts."""
    return parameters.changed("epc.rule_in_force", since=since, value=rule)


def connection_support(
    parameters: Parameters, *, since: date, eur_per_dwelling: float | None, grant_share: float | None
) -> Parameters:
    """Support for connecting a dwelling [EUR] and for the network itself [share of the investment]."""
    after = _maybe(parameters, "connect.support_eur_per_dwelling", since, eur_per_dwelling)
    return _maybe(after, "project.grant_share", since, grant_share)


def property_tax_reduction(parameters: Parameters, *, since: date, share: float, years: int) -> Parameters:
    """The part of the property tax that falls away on connection to a heat network, and for how many years."""
    after = parameters.changed("property_tax.reduction_share", since=since, value=share)
    return after.changed("property_tax.reduction_years", since=since, value=float(years))


def premium_amount(parameters: Parameters, *, since: date, measure: str, category: str, eur: float) -> Parameters:
    """The largest premium for a measure in an income category [EUR]."""
    return parameters.changed(PREMIUMS[measure], since=since, value=eur, scope=category)


def premium_cap(parameters: Parameters, *, since: date, category: str, share: float) -> Parameters:
    """The part of the invoice that a heat-pump premium may reach in an income category."""
    return parameters.changed("mvp.heat_pump.cap_share", since=since, value=share, scope=category)


def premium_eligibility(parameters: Parameters, *, since: date, categories: str) -> Parameters:
    """Premiums for some income categories only: those of the others become 0.

    It takes away and never gives: a category without an amount gets one by ``premium_amount``.
    """
    for key in PREMIUMS.values():
        for category in CATEGORIES:
            if category not in ELIGIBLE[categories]:
                parameters = parameters.changed(key, since=since, value=0.0, scope=category)
    return parameters


def loan(
    parameters: Parameters,
    *,
    since: date,
    rate_share: float | None,
    max_eur: float | None,
    term_years: int | None,
) -> Parameters:
    """Mijn VerbouwLening: interest for every group in force, largest amount [EUR], term [year]."""
    if rate_share is not None:
        for scope in parameters.entries["mvl.rate"].all_on(since):
            parameters = parameters.changed("mvl.rate", since=since, value=rate_share, scope=scope)
    parameters = _maybe(parameters, "mvl.max", since, max_eur)
    return _maybe(parameters, "mvl.term", since, term_years)


def collective_bonus(parameters: Parameters, *, since: date, share: float, group: int | None) -> Parameters:
    """A higher premium for homes that renovate together [share on top], and the smallest group."""
    after = parameters.changed("mvp.collective_bonus_share", since=since, value=share)
    return _maybe(after, "mvp.collective_min_dwellings", since, group)


# ------------------------------------------------------------------------------------------------------------------- dated


def _number(parameters: Parameters, key: str, day: date, scope: str) -> float:
    """The figure in this scope, before any answer is noted: a reform is not a use."""
    return parameters.silent().at(key, day, scope)


def _maybe(parameters: Parameters, key: str, since: date, value: float | None) -> Parameters:
    return parameters if value is None else parameters.changed(key, since=since, value=float(value))


def _later_year(lever: str, year: int, since: date) -> float:
    if year < since.year:
        raise ParameterError(f"{lever}: {year} lies before the reform begins ({since}); expected {since.year} or later")
    return float(year)


def _step(steps: Steps, day: date) -> float:
    return [amount for first, amount in steps if first <= day][-1]


def _shifted(parameters: Parameters, keys: Iterable[str], scopes: Iterable[str], steps: Steps) -> Parameters:
    since, scopes = steps[0][0], tuple(scopes)
    if not any(amount for _, amount in steps):
        return parameters
    for key in keys:
        for scope in scopes:
            parameters = _moved(
                parameters, key, scope, since, lambda value, day: value + _step(steps, day), [day for day, _ in steps]
            )
    return parameters


def _moved(
    parameters: Parameters,
    key: str,
    scope: str,
    since: date,
    change: Callable[[float, date], float],
    days: Sequence[date] = (),
) -> Parameters:
    """The same figures with one key, in one scope, changed on every day from ``since`` on; each voted step keeps its date and source.

    Raises ParameterError where the scope has no value on the first day and none is held.
    """
    entry = parameters.entries[key]
    own = [value for value in entry.values if value.scope == scope]
    begins = sorted({since, *days, *(value.first for value in own if value.first > since)})
    moved: list[Value] = []
    for number, day in enumerate(begins):
        held = key in parameters.hold
        now = entry.on(day, scope) or (entry.latest(day, scope) if held else None)
        if now is None and day == since:
            now = parameters.silent().value(key, day, scope)
        if now is not None:
            next_day = begins[number + 1] if number + 1 < len(begins) else date.max
            ends = now.last is not None and now.last >= day  # a held value has ended already
            last = min(now.last, next_day - timedelta(1)) if ends and now.last else None
            moved.append(_changed(now, scope, day, last, change))
    others = [value for value in entry.values if value.scope != scope]
    earlier = [value for value in own if value.first < since]
    cut = [
        replace(value, last=since - timedelta(1)) if value.last is not None and value.last >= since else value
        for value in earlier
    ]
    return parameters.rewritten(key, (*others, *cut, *moved))


def _changed(value: Value, scope: str, first: date, last: date | None, change: Callable[[float, date], float]) -> Value:
    if isinstance(value.value, str):
        raise ParameterError(f"a text ({value.value!r}) cannot be moved by an amount")
    low, high = (None if end is None else change(end, first) for end in (value.low, value.high))
    return replace(
        value, scope=scope, first=first, last=last, value=change(value.value, first), low=low, high=high,
        note="; ".join(part for part in (value.note, "verschoven door een hervorming") if part),
    )  # fmt: skip
