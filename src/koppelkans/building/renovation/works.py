"""What each measure does to each building: heat loss, air, sun, price, and the rule that forbids it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from koppelkans.building.renovation.measures import LEVELS
from koppelkans.building.renovation.shell import Flags, Shell
from koppelkans.building.seasonal import HOURS_PER_DAY, W_PER_KW, Floats
from koppelkans.building.typology import surface_u
from koppelkans.parameters import Parameters

Words = NDArray[np.object_]
NUMBERS = ("loss_w_per_k", "infiltration_per_hour", "recovered_per_hour", "solar_kwh", "cost_eur", "fan_kwh")
SURFACE = {"roof": "roof", "wall": "wall", "floor": "ground", "glazing": "window"}
"""Surface of the envelope by part of the works."""

RULES = {
    "unknown_period": "the typology knows no such measure for buildings of its period",
    "protected": "the outside of a protected building is not insulated",
    "no_cavity": "most buildings of its period have no cavity wall",
    "filled": "its wall insulates as one whose cavity is filled",
    "no_gain": "its U-value would hardly fall",
    "ventilated": "it was built with mechanical ventilation",
    "airtight": "a shell so airtight needs ventilation_exhaust or ventilation_balanced",
    "leaky": "heat recovery needs a more airtight shell: add roof, wall or glazing",
}
"""Why a measure or a package is not allowed in a building, in words for messages."""


@dataclass(frozen=True, slots=True)
class Works:
    """The measures of one part of n buildings (n x levels, the first level nothing).

    Changes against as it stands: ``loss_w_per_k`` of transmission, ``infiltration_per_hour``, ``recovered_per_hour``, ``solar_kwh``;
    ``cost_eur``; ``fan_kwh`` of electricity added; ``broken``: name of the rule that forbids it, empty where it may be done.
    """

    loss_w_per_k: Floats
    infiltration_per_hour: Floats
    recovered_per_hour: Floats
    solar_kwh: Floats
    cost_eur: Floats
    fan_kwh: Floats
    broken: Words


@dataclass(frozen=True, slots=True)
class Figures:
    """Answers from the parameters, with the day filled in."""

    parameters: Parameters
    day: date

    def at(self, key: str, scope: str = "all") -> float:
        """Figure ``renovation.<key>``."""
        return self.parameters.at(f"renovation.{key}", self.day, scope)

    def by(self, key: str, scopes: Words, *, absent: float = np.nan) -> Floats:
        """Figure ``renovation.<key>`` of each row by its scope; ``absent`` where the scope has none."""
        known = self.parameters.numbers(f"renovation.{key}", self.day)
        rest = known.get("all", absent)
        return np.fromiter((known.get(scope, rest) for scope in scopes), dtype=float, count=len(scopes))


def all_works(shell: Shell, figures: Figures) -> dict[str, Works]:
    """What each measure of each part does in each building, in the order of ``measures.PARTS``.

    Roof, wall, floor: insulation added to the treated part of the surface, ``typology.surface_u``. Outside insulation spares a
    front at the building line, new windows spare the front of a protected building. Method: docs/method.md#renovation-measures.
    """
    makers = {
        "roof": _insulation, "wall": _insulation, "floor": _insulation, "glazing": _windows, "ventilation": _ventilation,
    }  # fmt: skip
    return {
        part: _stacked([makers[part](measure, part, shell, figures) for measure in LEVELS[part][1:]], shell)
        for part in LEVELS
    }


def _stacked(measures: list[Works], shell: Shell) -> Works:
    none = np.zeros(len(shell.buildings))
    numbers = {name: np.column_stack([none, *(getattr(one, name) for one in measures)]) for name in NUMBERS}
    free = np.full(len(none), "", dtype=object)
    return Works(**numbers, broken=np.column_stack([free, *(one.broken for one in measures)]))


def _insulation(measure: str, part: str, shell: Shell, figures: Figures) -> Works:
    """Insulation added to roof, wall or floor."""
    surface = SURFACE[part]
    added_r = figures.by(f"{measure}.added_m2k_per_w", shell.period)
    bare_u, treated_share = shell.of(f"{surface}_bare_u"), shell.of(f"{surface}_first_share")
    fall = surface_u(shell.typical, surface, bare_u) - surface_u(shell.typical, surface, bare_u, np.nan_to_num(added_r))
    reached = np.where((measure == "wall_external") & shell.at_line, 1.0 - shell.front_share, 1.0)
    treated_m2 = shell.area_m2(surface) * treated_share * reached
    gain = np.divide(fall, treated_share, out=np.zeros_like(fall), where=treated_share > 0)
    broken = _first_broken({
        **(_wall_rules(measure, shell, figures) if part == "wall" else {}),
        "unknown_period": np.isnan(added_r),
        "no_gain": (gain < figures.at("least_gain_w_per_m2k")) | (treated_m2 <= 0),
    })  # fmt: skip
    bridges = _bridges_w_per_k(measure, treated_m2, shell, figures)
    return _one(
        shell, loss_w_per_k=-fall * shell.area_m2(surface) * reached - bridges, broken=broken,
        infiltration_per_hour=_air(measure, part, reached, shell, figures),
        cost_eur=treated_m2 * figures.at(f"{measure}.investment_eur_per_m2"),
    )  # fmt: skip


def _wall_rules(measure: str, shell: Shell, figures: Figures) -> dict[str, Flags]:
    if measure == "wall_external":
        return {"protected": shell.buildings["protected"].to_numpy(np.bool_)}
    period = shell.period
    return {
        "no_cavity": figures.by("cavity_share", period, absent=0.0) < figures.at("cavity_least_share"),
        "filled": shell.of("wall_bare_u") < figures.by("cavity_open_w_per_m2k", period, absent=0.0),
    }


def _windows(measure: str, part: str, shell: Shell, figures: Figures) -> Works:
    """New windows: another U-value and less sun; skipped where the sun lost weighs more than the heat kept."""
    new_u = figures.by(f"{measure}.window_w_per_m2k", shell.period)
    fall = np.maximum(shell.of("window_u") - new_u, 0.0)
    reached = np.where(shell.buildings["protected"].to_numpy(np.bool_), 1.0 - shell.front_share, 1.0)
    treated_m2 = shell.area_m2("window") * reached
    sun = np.minimum(figures.at("solar_share", measure) / shell.of("glass_g") - 1.0, 0.0) * shell.of("solar_kwh_per_m2")
    kept_kwh_per_m2 = fall * shell.season.degree_days * HOURS_PER_DAY / W_PER_KW * shell.of("reduction_last")
    no_gain = (fall < figures.at("least_gain_w_per_m2k")) | (kept_kwh_per_m2 <= -sun) | (treated_m2 <= 0)
    return _one(
        shell, loss_w_per_k=-fall * treated_m2 - _bridges_w_per_k(measure, treated_m2, shell, figures),
        infiltration_per_hour=_air(measure, part, reached, shell, figures),
        solar_kwh=treated_m2 * sun,
        cost_eur=treated_m2 * figures.at(f"{measure}.investment_eur_per_m2"),
        broken=_first_broken({"no_gain": no_gain}),
    )  # fmt: skip


def _ventilation(measure: str, _: str, shell: Shell, figures: Figures) -> Works:
    """Mechanical exhaust saves nothing here, it makes an airtight shell possible; balanced ventilation gives heat back."""
    present = ventilated(shell, figures)
    none = np.zeros(len(present))
    recovered = figures.at("recovered_share", measure) if measure == "ventilation_balanced" else 0.0
    fans = figures.at("fan_kwh_per_m2", measure) - np.where(
        present, figures.at("fan_kwh_per_m2", "ventilation_exhaust"), 0.0
    )
    return _one(
        shell, recovered_per_hour=none + recovered * shell.season.use_per_hour,
        fan_kwh=np.maximum(fans, 0.0) * shell.envelope.reference_m2,
        cost_eur=shell.buildings["floor_area_m2"].to_numpy(float) * figures.at(f"{measure}.investment_eur_per_m2"),
        broken=_first_broken({"ventilated": present & (measure == "ventilation_exhaust")}),
    )  # fmt: skip


def ventilated(shell: Shell, figures: Figures) -> Flags:
    """Buildings that have mechanical ventilation since they were built."""
    return shell.buildings["built_year"].to_numpy(float) >= figures.at("ventilated_from_year")


def _air(measure: str, part: str, reached: Floats, shell: Shell, figures: Figures) -> Floats:
    """Change of infiltration [1/h]: the part's share of the way to what the measure aims at; never more air."""
    if part == "floor":
        return np.zeros(len(shell.buildings))
    way = np.maximum(shell.envelope.infiltration_per_hour - figures.at("airtight_to_per_hour", measure), 0.0)
    change: Floats = -figures.at("airtight_share", part) * reached * way
    return change


def _bridges_w_per_k(measure: str, treated_m2: Floats, shell: Shell, figures: Figures) -> Floats:
    """Thermal bridges that go with a thorough measure [W/K]."""
    if measure not in figures.parameters.table("renovation.bridge_w_per_m2k", figures.day).index:
        return np.zeros_like(treated_m2)
    fall: Floats = np.maximum(shell.of("bridge_u") - figures.at("bridge_w_per_m2k", measure), 0.0)
    return fall * treated_m2


def _first_broken(rules: dict[str, Flags]) -> Words:
    broken = np.select(list(rules.values()), [np.array(name, dtype=object) for name in rules], default="")
    return broken.astype(object)


def _one(shell: Shell, broken: Words, **given: Floats) -> Works:
    none = np.zeros(len(shell.buildings))
    return Works(**{name: given.get(name, none) for name in NUMBERS}, broken=broken)
