"""The response to levers beside the response to today's rules: the same plan, streets and dates, so that only the rules differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import pandas as pd

from koppelkans.lab.effects import SCENARIO, TODAY, State, tidy
from koppelkans.lab.interactions import effects_of_subsets, interaction_rows
from koppelkans.lab.response_remarks import network_remarks, reach_remarks, response_remarks, uncounted
from koppelkans.lab.response_rows import (
    FREE,
    Answer,
    Optimum,
    answer_of,
    answer_rows,
    enveloped,
    optimum_of,
    price_rows,
    without_idle,
)
from koppelkans.lab.uncertainty import PRICE_WORLDS
from koppelkans.parameters import Parameters
from koppelkans.parameters.levers import SUPPLY_SIDE, Setting, apply, changes
from koppelkans.parameters.store import Parameter
from koppelkans.people.response import NEVER, moved
from koppelkans.people.response.answer import respond
from koppelkans.plan import Plan
from koppelkans.plan.response import (
    ResponseInputs,
    ResponseRun,
    equilibria_under,
    respond_under,
    run_of,
)
from koppelkans.plan.response_asked import Asked, terms_asked
from koppelkans.plan.response_bands import COARSE_NODES
from koppelkans.plan.response_case import behaviour_under, offered
from koppelkans.plan.response_ground import ground_of
from koppelkans.plan.response_tables import response_tables
from koppelkans.scenario import Scenario
from koppelkans.tables import RemarkRow
from koppelkans.tables.response import RESPONSE_STATES

WEAKEST = (
    "response.scale_eur_per_year", "response.attention_share", "response.hidden_eur", "response.inertia_eur_per_year", "response.rate_share",
    "response.duty_compliance_share",
)  # fmt: skip
"""Figures of behaviour by which a result must be judged, the weakest and most telling first."""
ENDS = ("low", "high")
TECHNIQUE = ("epc_rule", "renovation_duty")
"""Levers under which other works may be the least dear ones of an option: the homes are worked out again for them."""
NETWORK_KEYS = ("connect.", "property_tax.", "project.", "chw.")
HEADLINE = "response_fossil_free"
BUSINESS_CASE_ALONE = frozenset({"project.gearing_share"})
"""Figures that come with the terms of the heat company and that the response computes nothing with: it has no loan, but one return on all capital."""


class Seen(dict[str, Parameter]):
    """Figures that note which of them are asked."""

    def __init__(self, entries: Mapping[str, Parameter]) -> None:
        super().__init__(entries)
        self.keys_asked: set[str] = set()

    def __getitem__(self, key: str) -> Parameter:
        self.keys_asked.add(key)
        return super().__getitem__(key)


@dataclass
class ResponseLab:
    """The responses of one run of the laboratory while they are made: each set of rules once, on the plan under today's rules."""

    plan: Plan
    scenario: Scenario
    states: Mapping[str, State]
    settings: tuple[Setting, ...]
    figures: int
    stated: list[RemarkRow] = field(default_factory=list)

    # ------------------------------------------------------------------------------------------------------------------- runs

    @cached_property
    def asked(self) -> Scenario:
        """The scenario of the plan with what was chosen about the response."""
        return self.plan.scenario.model_copy(update={"response": self.scenario.response})

    @cached_property
    def rough(self) -> Scenario:
        """The same with a coarser curve, for the runs that only make a band."""
        chosen = self.asked.response
        nodes = min(chosen.price_nodes, COARSE_NODES)
        return self.asked.model_copy(update={"response": chosen.model_copy(update={"price_nodes": nodes})})

    @cached_property
    def base(self) -> ResponseRun:
        """The response under today's rules."""
        return respond_under(self.plan, self.states[TODAY].rules, scenario=self.asked)

    @cached_property
    def moved(self) -> ResponseRun:
        """The response with all levers; that of today where there are none."""
        if not self.settings:
            return self.base
        return self._under(self.states[SCENARIO].rules, self.settings)

    @cached_property
    def optimum(self) -> Optimum:
        """The best plan under today's rules."""
        return optimum_of(self.plan)

    def _under(self, rules: Parameters, settings: Sequence[Setting]) -> ResponseRun:
        anew = any(setting.lever.name in TECHNIQUE for setting in settings)
        return respond_under(self.plan, rules, scenario=self.asked, like=None if anew else self.base)

    def unseen(self) -> list[Setting]:
        """Levers that the response cannot see: it asks none of the figures that they change."""
        today, asked = self.states[TODAY], self._asked_keys()
        moved = {
            setting: {key for key, _ in changes(today.rules, setting.applied(today.rules, today.day))}
            for setting in self.settings
        }
        return [setting for setting, keys in moved.items() if not (keys & asked) - BUSINESS_CASE_ALONE]

    def _asked_keys(self) -> set[str]:
        """The figures that the response asks under the levers, on any day."""
        given = ResponseInputs.of_plan(self.plan, self.states[SCENARIO].rules, self.asked)
        seen = Seen(given.parameters.entries)
        given = replace(given, parameters=replace(given.parameters, entries=seen))
        anew = any(setting.lever.name in TECHNIQUE for setting in self.settings)
        run_of(given, ground_of(given) if anew else self.base.case.ground, behaviour_under(given))
        return seen.keys_asked

    def answer(self, run: ResponseRun) -> Answer:
        """One response, read."""
        return answer_of(response_tables(run), best_share(run))

    def rows(self, runs: Mapping[str, ResponseRun]) -> dict[str, pd.DataFrame]:
        """The rows of a pair of responses, by state; what the levers cost stands in the column of the levers."""
        answers = {name: self.answer(run) for name, run in runs.items()}
        found = {
            name: answer_rows(answer, self.optimum, network_dates(runs[name]), name) for name, answer in answers.items()
        }
        if self.settings:
            cost = price_rows(
                answers[TODAY], answers[SCENARIO], network_only=network_only(self.settings), counted=not uncounted(self.settings)
            )  # fmt: skip
            found[SCENARIO] = pd.concat([found[SCENARIO], cost], ignore_index=True)
        return found

    # ------------------------------------------------------------------------------------------------------------------ tables

    def tables(self) -> dict[str, pd.DataFrame]:
        """``lab_response``, ``lab_response_bands`` and, of several levers, ``lab_response_interactions``."""
        central = self.rows({TODAY: self.base, SCENARIO: self.moved})
        others = {name: self.rows(pair) for name, pair in self._other_pairs().items()}
        found = {
            "lab_response": without_idle(enveloped(central, list(others.values()))), "lab_response_bands": self._band_rows(central, others),
        }  # fmt: skip
        if len(self.settings) > 1:
            found["lab_response_interactions"] = self._interactions()
        self.stated += response_remarks(self.settings, [central, *others.values()])
        self.stated += network_remarks({TODAY: self.base, SCENARIO: self.moved})
        if self.settings:
            self.stated += reach_remarks(self.settings, self.unseen(), still=same_answer(self.base, self.moved))
        return found

    def _other_pairs(self) -> dict[tuple[str, str], dict[str, ResponseRun]]:
        """The same two responses in the other price worlds, and with the weakest figures of behaviour at either end."""
        runs: dict[str, ResponseRun] = {TODAY: self.base, SCENARIO: self.moved}
        pairs = {}
        for world in PRICE_WORLDS:
            if world != self.scenario.price_world:
                elsewhere = self.rough.model_copy(update={"price_world": world})
                pairs["price_world", world] = {
                    name: respond_under(self.plan, self.states[name].rules, scenario=elsewhere, like=run) for name, run in runs.items()
                }  # fmt: skip
        for key in WEAKEST[: self.figures]:
            for end in ENDS:
                pairs[key, end] = {name: self._with_figure(name, run, key, end) for name, run in runs.items()}
        return pairs

    def _with_figure(self, name: str, run: ResponseRun, key: str, end: str) -> ResponseRun:
        state = self.states[name]
        people = behaviour_under(ResponseInputs.of_plan(self.plan, state.rules, self.asked), {key: end})
        most = 1.0 - people.attention_guided_share  # at its high end, with guidance on top, attention would pass one
        people = moved(people, "attention_share", np.minimum(people.attention_share, most))
        return respond_under(self.plan, state.rules, scenario=self.rough, behaviour=people, like=run)

    def _band_rows(
        self, central: Mapping[str, pd.DataFrame], others: Mapping[tuple[str, str], Mapping[str, pd.DataFrame]]
    ) -> pd.DataFrame:
        """The share of fossil-free homes with the levers, and what the levers add, in every world and at both ends of each figure."""
        share, gain = _headline(central)
        rows = [("response_fossil_free", f"price_world_{self.scenario.price_world}", share, "share"), ("lever_adds", f"price_world_{self.scenario.price_world}", gain, "share")]  # fmt: skip
        for (what, end), pair in others.items():
            found = _headline(pair)
            name = f"price_world_{end}" if what == "price_world" else f"{what}@{end}"
            rows += [("response_fossil_free", name, found[0], "share"), ("lever_adds", name, found[1], "share")]
        return tidy(rows, SCENARIO)

    def _interactions(self) -> pd.DataFrame:
        """Every lever alone, last and its fair share, in the share of fossil-free homes in the last year."""
        found = effects_of_subsets(self.settings, self.outcome)
        return tidy(interaction_rows([setting.text for setting in self.settings], found, "share"), SCENARIO)

    def outcome(self, settings: tuple[Setting, ...]) -> float:
        """The share of fossil-free homes in the last year under some of the levers."""
        if not settings:
            run = self.base
        elif len(settings) == len(self.settings):
            run = self.moved
        else:
            today = self.states[TODAY]
            run = self._under(apply(settings, today.rules, today.day), settings)
        return float(self.answer(run).share(FREE)[-1])


def relevered(run: ResponseRun, plan: Plan, rules: Parameters, *, scenario: Scenario | None = None) -> pd.DataFrame:
    """Price [EUR/MWh, VAT included] and connected share of the network under other rules of the company's side, on the curve of a run.

    For levers of ``SUPPLY_SIDE``: what a household pays but the heat price must be the same under both. No household is asked again, unless
    the terms of the company move which streets can be offered heat: then all are. Method: docs/method.md#lab-response.
    """
    if _same_streets(run, plan, rules, scenario):
        found, seen = equilibria_under(run, plan, rules, scenario=scenario), run
    else:
        seen = respond_under(plan, rules, scenario=scenario, like=run)
        found = seen.equilibria
    if found is None or seen.market is None:
        return tidy([], SCENARIO)
    with_vat = 1.0 + seen.market.vat_share
    prices = {
        "happens": found.outcome.price_eur_per_mwh, "best": found.best_eur_per_mwh, "cautious": found.cautious_eur_per_mwh,
        "critical": found.critical_eur_per_mwh,
    }  # fmt: skip
    rows: list[tuple[str, str, float, str]] = []
    for start, price in prices.items():
        rows += [
            (f"network_price_{start}", "network", price * with_vat if price is not None else float("nan"), "EUR/MWh"),
            (f"network_share_{start}", "network", seen.share_at(price)[0] if price is not None else float("nan"), "share"),
        ]  # fmt: skip
    return tidy(rows, SCENARIO)


def _same_streets(run: ResponseRun, plan: Plan, rules: Parameters, scenario: Scenario | None) -> bool:
    """Whether the same streets can be offered heat in the same years under other rules."""
    given, known = ResponseInputs.of_plan(plan, rules, scenario), run.case
    asked = Asked(given.parameters, given.scenario, given.area, known.asked.years)
    live = offered(known.ground, terms_asked(asked), known.asked.years)[1]
    return bool(np.array_equal(live, known.arrays.sites.live_year))


def supply_side(settings: Sequence[Setting]) -> bool:
    """Whether levers only move the cost of the heat company."""
    return all(
        setting.lever.name in SUPPLY_SIDE
        or (setting.lever.name == "connection_support" and setting.arguments["eur_per_dwelling"] is None)
        for setting in settings
    )


def network_only(settings: Sequence[Setting]) -> bool:
    """Whether levers support nothing but connections to a network."""
    return all(key.startswith(NETWORK_KEYS) for setting in settings for key in setting.lever.touches)


def best_share(run: ResponseRun) -> float:
    """Share of fossil-free homes in the last year should the best equilibrium come about, in a pass at its price; missing without one."""
    found, market = run.equilibria, run.market
    if found is None or market is None or found.best_eur_per_mwh is None:
        return float("nan")
    seen = found.best_eur_per_mwh * (1.0 + market.vat_share)
    same = abs(seen - run.heat_price_eur_per_mwh) < _SAME_PRICE_EUR
    got = run.response if same else respond(run.case.arrays.priced(seen), run.behaviour)
    last = np.asarray(got.by_group)[:, -1, :].sum(axis=0)
    return float(last[[RESPONSE_STATES.index(name) for name in FREE]].sum() / max(last.sum(), 1e-12))


_SAME_PRICE_EUR = 1e-6


def network_dates(run: ResponseRun) -> dict[str, float]:
    """The first and last year in which heat would flow in the streets that are offered it; missing where none is."""
    live = np.asarray(run.case.arrays.sites.live_year, dtype=float)
    live = live[live < NEVER]
    if not len(live):
        return {"first": float("nan"), "last": float("nan")}
    return {"first": float(live.min()), "last": float(live.max())}


def _headline(rows: Mapping[str, pd.DataFrame]) -> tuple[float, float]:
    values = {name: float(frame.loc[frame["outcome"] == HEADLINE, "value"].iloc[0]) for name, frame in rows.items()}
    return values[SCENARIO], values[SCENARIO] - values[TODAY]


def same_answer(before: ResponseRun, after: ResponseRun) -> bool:
    """Whether two responses are the same: homes of every group, stuck, heat price, and all equilibria."""
    pairs = [(np.asarray(getattr(before.response, name)), np.asarray(getattr(after.response, name))) for name in ("by_group", "stuck")]  # fmt: skip
    figures = all(np.isclose(before.figures[name], after.figures[name], equal_nan=True) for name in before.figures)
    best = [run.equilibria.best_eur_per_mwh if run.equilibria is not None else None for run in (before, after)]
    return figures and best[0] == best[1] and all(np.array_equal(one, other) for one, other in pairs)
