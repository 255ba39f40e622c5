"""Reforms compared: today, as voted, and with levers on top - for households, for the project of a place, and for public budgets."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property, partial
from importlib.metadata import version

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from koppelkans import disclosure, tables
from koppelkans.errors import ScenarioError
from koppelkans.lab import effects
from koppelkans.lab.effects import BEFORE, LATER, SCENARIO, TIDY, TODAY, VOTED, Homes, State, tidy
from koppelkans.lab.interactions import MOST_LEVERS, effects_of_subsets, interaction_rows
from koppelkans.lab.project_start import PROJECT_LEVERS, start_rows
from koppelkans.lab.response import ResponseLab
from koppelkans.lab.result import LabChoices, LabResult, held_remarks, result_id, rule_rows, run_remarks
from koppelkans.lab.solved import GAS_LEVERS, SHIFT_LEVERS, gas_rows, shift_rows
from koppelkans.lab.uncertainty import PRICE_WORLDS, Move, banded, figure_moves, world_values
from koppelkans.parameters import Parameters, read_parameters
from koppelkans.parameters.levers import Setting, apply, parse_levers
from koppelkans.parameters.levers import remarks as lever_remarks
from koppelkans.parameters.store import ALL, Parameter
from koppelkans.people.population import flemish_cells, place_cells
from koppelkans.place.model import Place
from koppelkans.plan import Plan, make_plan
from koppelkans.plan.accounts import tariffs_of
from koppelkans.scenario import STAND_IN_AREA, Scenario
from koppelkans.tables import RemarkRow

UNIT_OF = {"vulnerable_bill": "EUR/year", "heat_price": "EUR/MWh", "public_cost": "MEUR/year", "fossil_free": "share"}
OnStep = Callable[[str], None]


def laboratory(
    place: Place | None,
    levers: Iterable[str | Setting],
    *,
    scenario: Scenario | None = None,
    rules: Parameters | None = None,
    choices: LabChoices | None = None,
    on_step: OnStep = lambda _: None,
) -> LabResult:
    """The effect of levers beside today's rules and those already voted, for a place or (None) for Flanders.

    Four states: ``today``; ``voted``, the dated values of ``choices.voted_on``, the last known one held where there is none;
    ``scenario``, today with the levers; ``scenario_later``, voted with the levers. Without levers the last two equal the first two.
    Same households, use and technique in every state; the plan of a place is made anew under each. What people do instead stands in the
    tables ``lab_response...`` of a place with dwellings: today and the levers, on the plan of today.

    Raises ScenarioError for levers that are unknown, out of bounds, in contradiction, about a zone that is not there, or too many to take
    apart.
    Method: docs/method.md#lab.
    """
    scenario, choices = scenario or Scenario(), choices or LabChoices()
    settings = _settings(levers)
    _refuse_other_zones(settings, place)
    lab = _Lab(place, scenario, choices, rules or read_parameters(), settings, on_step)
    bands = lab.bands()
    made = {name: frame for name, frame in {**bands, **lab.others()}.items() if len(frame)}
    for name, frame in made.items():
        made[name] = _checked(name, frame)
    stated = _unique([*lab.stated, *lab.own_remarks(made)])
    return LabResult(
        result_id=result_id(place, lab.cells, settings, scenario=scenario, choices=choices, rules=lab.rules),
        title="Vlaanderen" if place is None else place.title,
        heading=str(lab.cells.attrs.get("heading", "")), heading_en=str(lab.cells.attrs.get("heading_en", "")),
        dwellings=float("nan") if lab.base is None else float(lab.base.place.buildings["dwellings"].sum()),
        engine_version=version("koppelkans"), scenario=scenario, choices=choices, settings=settings, tables=made,
        rules=rule_rows(settings, lab.states), remarks=tables.remarks(stated), households=lab.titles, publishable=lab.publishable, details=lab.details,
    )  # fmt: skip


def _settings(levers: Iterable[str | Setting]) -> tuple[Setting, ...]:
    given = list(levers)
    parsed = iter(parse_levers([lever for lever in given if isinstance(lever, str)]))
    settings = tuple(next(parsed) if isinstance(lever, str) else lever for lever in given)
    if len(settings) > MOST_LEVERS:
        effects_of_subsets(settings, lambda _: 0.0)  # refuses with the count
    return settings


def _refuse_other_zones(settings: Sequence[Setting], place: Place | None) -> None:
    """A lever on a zone that this run does not hold would change nothing, in silence."""
    known = [ALL, *([place.name] if place is not None else [])]
    faults = [
        f"{setting.text}: no zone is called {zone} here; known: {', '.join(known)}"
        for setting in settings
        if (zone := setting.arguments.get("zone", ALL)) not in known
    ]
    if faults:
        raise ScenarioError("a lever is about a zone that is not there", faults)


def _checked(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    twice = frame[frame.duplicated(["outcome", "group", "state"])]
    if len(twice):
        raise ScenarioError(
            f"table {name} of the laboratory has rows twice: {twice.iloc[0][['outcome', 'group', 'state']].to_list()}"
        )
    return frame[list(TIDY)].reset_index(drop=True)


def _unique(rows: Sequence[RemarkRow]) -> list[RemarkRow]:
    seen = {str((row["about"], row["text"])): row for row in rows}
    return list(seen.values())


# ---------------------------------------------------------------------------------------------------------------------- one run


@dataclass
class _Lab:
    """One run while it grows: plans already made and what must be said."""

    place: Place | None
    scenario: Scenario
    choices: LabChoices
    given: Parameters
    settings: tuple[Setting, ...]
    on_step: OnStep
    stated: list[RemarkRow] = field(default_factory=list)
    plans: list[tuple[date, dict[str, Parameter], Plan]] = field(default_factory=list)
    details: dict[str, pd.DataFrame] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.rules = self.given.choosing(stand_ins=self.scenario.stand_ins, hold=self.scenario.hold)
        self.states = self.states_with(self.settings)
        self.stated += lever_remarks(self.settings, self.rules, self.scenario.reference_date)
        self.base = None if self.place is None else self.plan(self.states[TODAY])
        self.cells = self.cells_under(self.rules, self.stated)
        self.homes: Homes | None = None
        self.titles: dict[str, tuple[str, str]] = {}
        if self.base is not None and len(self.base["households"]):
            self.homes = effects.homes_of(self.base, self.rules, self.area)
            rows = self.base["households"][["title", "title_en"]].to_dict("index")
            self.titles = {str(name): (row["title"], row["title_en"]) for name, row in rows.items()}

    @property
    def area(self) -> str:
        """Grid area of the place."""
        named = self.place.grid_area if self.place is not None else None
        return self.scenario.grid_area or named or STAND_IN_AREA

    @property
    def publishable(self) -> bool:
        """Whether totals of the place may stand in a note: enough buildings, none of which dominates. Flanders always."""
        if self.base is None:
            return True
        heated = self.base.place.buildings["heated"]
        return disclosure.allowed_total(self.base["demand"].loc[heated[heated].index, "heat_kwh"])

    def states_with(self, settings: Sequence[Setting]) -> dict[str, State]:
        """The four states under some levers."""
        now, later = self.scenario.reference_date, self.choices.voted_on
        changed = apply(settings, self.rules, now) if settings else self.rules
        held, changed_held = (self._holding_all(rules) for rules in (self.rules, changed))
        return {
            TODAY: State(TODAY, self.rules, now), VOTED: State(VOTED, held, later), SCENARIO: State(SCENARIO, changed, now),
            LATER: State(LATER, changed_held, later),
        }  # fmt: skip

    def _holding_all(self, rules: Parameters) -> Parameters:
        return rules.choosing(stand_ins=self.scenario.stand_ins, hold=list(rules.entries))

    # ------------------------------------------------------------------------------------------------------------- what is computed

    def plan(self, state: State) -> Plan:
        """The plan of the place under a state; one that was made with the same figures on the same day serves again."""
        if self.place is None:
            raise ScenarioError("Flanders has no plan; give a place")
        for day, read, known in self.plans:
            if day == state.day and all(state.rules.entries[key] == entry for key, entry in read.items()):
                return known
        self.on_step(f"plan {state.name}")
        chosen = self.scenario.model_copy(
            update={
                "reference_date": state.day,
                "hold": sorted(state.rules.hold),
                "weigh_figures": False,
                "data_draws": 0,
                "response": self.scenario.response.model_copy(update={"on": False}),
            }
        )
        made = make_plan(self.place, chosen, rules=state.rules)
        texts = {entry.key for entry in state.rules if any(isinstance(value.value, str) for value in entry.values)}
        keys = {*made["figures"]["parameter"], *texts}
        self.plans.append((state.day, {key: state.rules.entries[key] for key in keys}, made))
        return made

    def cells_under(self, rules: Parameters, stated: list[RemarkRow] | None = None) -> pd.DataFrame:
        """The population, the same in every state, with the figures of some rules."""
        day = self.scenario.reference_date
        if self.place is None or self.base is None:
            cells, said = flemish_cells(parameters=rules, day=day)
        else:
            cells, said = place_cells(
                self.place.buildings, self.base["demand"], grid_area=self.area, parameters=rules, day=day
            )
        if stated is not None:
            stated += said
        return cells

    def measured(self, states: Mapping[str, State], world: str, cells: pd.DataFrame) -> dict[str, pd.DataFrame]:
        """Bills of groups and typical households, and budgets, in every state: what the bands are made of."""
        found: dict[str, list[pd.DataFrame]] = {"households": [], "groups": [], "budgets": []}
        paid: dict[str, NDArray[np.float64]] = {}
        for name, state in states.items():
            priced = replace(state, rules=tariffs_of(self.scenario, state.rules))
            if len(cells):
                bills = effects.population_bills(cells, priced, world)
                paid[name] = bills.total_incl_vat_eur
                before = paid.get(BEFORE[name], paid[name])
                found["groups"].append(effects.group_rows(cells, paid[name], before, name))
                found["budgets"].append(effects.budget_rows(bills, priced, cells))
            if self.homes is not None:
                rows, said = effects.type_rows(self.homes, priced, world)
                found["households"].append(rows)
                self.stated += said
        return {name: pd.concat(parts, ignore_index=True) for name, parts in found.items() if parts}

    def bands(self) -> dict[str, pd.DataFrame]:
        """Households, groups and budgets with low and high, and the table of what moves the outcome."""
        self.on_step("effects")
        worlds = {world: self.measured(self.states, world, self.cells) for world in PRICE_WORLDS}
        central = worlds[self.scenario.price_world]
        self.on_step("bands")
        moves = figure_moves(central, self._again, headline=self.headline, count=self.choices.figures)
        found = {name: banded(frame, name, worlds, moves) for name, frame in central.items()}
        if "groups" in found:
            found["bands"] = pd.concat([world_values(worlds, self.headline), moves.table], ignore_index=True)
        return found

    @property
    def headline(self) -> tuple[str, str, str]:
        """Table, outcome and group by which the influence of a figure is judged."""
        return ("groups", "yearly_bill", "vulnerable")

    def _again(self, move: Move | None, names: Sequence[str]) -> tuple[dict[str, pd.DataFrame], Parameters]:
        """Some states measured again with a figure moved; without a move, with an account of what is read."""
        if move is None:
            account = self.rules.recording()
            rules, states = account, {name: replace(self.states[name], rules=replace(self.states[name].rules, used=account.used)) for name in names}  # fmt: skip
        else:
            rules = move(self.rules)
            states = {name: replace(self.states[name], rules=move(self.states[name].rules)) for name in names}
        return self.measured(states, self.scenario.price_world, self.cells_under(rules)), rules

    def others(self) -> dict[str, pd.DataFrame]:
        """Project, plan budgets, tariff shift, gas network and interactions."""
        found: dict[str, pd.DataFrame] = {}
        if self.place is not None:
            plans = {name: self.plan(state) for name, state in self.states.items()}
            found["project"] = pd.concat(
                [effects.project_rows(plan, name) for name, plan in plans.items()], ignore_index=True
            )
            rows = [effects.plan_budget_rows(plan, self.states[name]) for name, plan in plans.items()]
            found["plan_budgets"] = pd.concat(rows, ignore_index=True)
        names = {setting.lever.name for setting in self.settings}
        if names & set(SHIFT_LEVERS) or self.choices.shift is not None:
            self.on_step("tariff shift")
            found["tariff_shift"], said, self.details = shift_rows(
                self.cells, self.states, self.scenario.price_world, self.choices.shift
            )
            self.stated += said
        if names & set(GAS_LEVERS):
            self.on_step("way out of gas")
            found["gas_exit"], said = gas_rows(self.place, self.states, self.cells)
            self.stated += said
        if names & set(PROJECT_LEVERS):
            parts = [tidy(start_rows(self.states[name]), name) for name in (TODAY, SCENARIO)]
            found["project_start"] = pd.concat(parts, ignore_index=True)
        if self.responses is not None:
            self.on_step("response")
            found |= self.responses.tables()
            self.stated += self.responses.stated
        if len(self.settings) > 1:
            self.on_step("interactions")
            found["interactions"] = self.interactions()
        return found

    @cached_property
    def responses(self) -> ResponseLab | None:
        """What people do under the rules; None for Flanders, and for a place without dwellings."""
        asked = self.scenario.response.on
        if self.base is None or not asked or not self.base.place.buildings["dwellings"].sum() > 0:
            return None
        return ResponseLab(self.base, self.scenario, self.states, self.settings, self.choices.figures)

    # ----------------------------------------------------------------------------------------------------------------- interactions

    def interactions(self) -> pd.DataFrame:
        """Every lever alone, last and its Shapley share in the chosen outcome; on the later day too where that needs no plans."""
        unit, texts = UNIT_OF[self.choices.outcome], [setting.text for setting in self.settings]
        if self.choices.outcome == "fossil_free":
            found = effects_of_subsets(self.settings, self._fossil_free)
            return tidy(interaction_rows(texts, found, unit), SCENARIO)
        needs_plans = self.choices.outcome == "heat_price" or (
            self.choices.outcome == "public_cost" and self.place is not None
        )
        rows = []
        for name in (SCENARIO,) if needs_plans else (SCENARIO, LATER):
            found = effects_of_subsets(self.settings, partial(self._outcome_under, name))
            rows.append(tidy(interaction_rows(texts, found, unit), name))
        return pd.concat(rows, ignore_index=True)

    def _fossil_free(self, settings: tuple[Setting, ...]) -> float:
        if self.responses is None:
            raise ScenarioError(
                "fossil_free has no value: there are no dwellings that respond; give a place, or choose another outcome"
            )
        return self.responses.outcome(settings)

    def _outcome_under(self, name: str, settings: tuple[Setting, ...]) -> float:
        return self.outcome(self.states_with(settings)[name])

    def outcome(self, state: State) -> float:
        """The chosen outcome under a state. Raises ScenarioError for a heat price without a heat network."""
        if self.choices.outcome == "heat_price":
            project = self.plan(state)["project"] if self.place is not None else pd.DataFrame()
            if project.empty:
                raise ScenarioError(
                    "the heat price has no value: no heat network was designed; give a place with a heat source in the scenario, or "
                    "choose outcome vulnerable_bill or public_cost"
                )
            return float(project["break_even_eur_per_mwh"].to_dict()["plan"])
        if self.cells.empty:
            raise ScenarioError(
                f"{self.choices.outcome} has no value: there are no households; choose outcome heat_price"
            )
        priced = replace(state, rules=tariffs_of(self.scenario, state.rules))
        bills = effects.population_bills(self.cells, priced, self.scenario.price_world)
        if self.choices.outcome == "vulnerable_bill":
            rows = effects.group_rows(self.cells, bills.total_incl_vat_eur, bills.total_incl_vat_eur, state.name)
            return float(rows.set_index(["outcome", "group"])["value"]["yearly_bill", "vulnerable"])
        received = bills.payee_eur()
        cost = -float(received.get("treasury", 0.0) + received.get("flanders", 0.0)) / effects.EUR_PER_MEUR
        if self.place is None:
            return cost
        once = effects.plan_budget_rows(self.plan(state), state).query("unit == 'MEUR'")["value"].sum()
        return cost + float(once) / self.scenario.horizon_years

    def own_remarks(self, made: Mapping[str, pd.DataFrame]) -> list[RemarkRow]:
        """What the run must say about itself."""
        return [
            *run_remarks(self.place, self.scenario, self.choices, made),
            *held_remarks(self.states, self.cells, self.scenario.price_world),
        ]
