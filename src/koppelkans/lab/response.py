"""The response to levers beside the response to today's rules: the same plan, streets and dates, so that only the rules differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from koppelkans.lab.effects import SCENARIO, TODAY, State, tidy
from koppelkans.lab.interactions import effects_of_subsets, interaction_rows
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
from koppelkans.money.equilibrium.answer import WHY
from koppelkans.parameters import Parameters
from koppelkans.parameters.levers import SUPPLY_SIDE, Setting, apply
from koppelkans.people.response import NEVER, moved
from koppelkans.people.response.answer import respond
from koppelkans.plan import Plan
from koppelkans.plan.response import (
    ResponseInputs,
    ResponseRun,
    equilibria_under,
    respond_under,
)
from koppelkans.plan.response_asked import Asked, terms_asked
from koppelkans.plan.response_bands import COARSE_NODES
from koppelkans.plan.response_case import behaviour_under, offered
from koppelkans.plan.response_tables import response_tables
from koppelkans.scenario import Scenario
from koppelkans.tables import RemarkRow, remark
from koppelkans.tables.response import RESPONSE_STATES

WEAKEST = (
    "response.scale_eur_per_year", "response.attention_share", "response.hidden_eur", "response.inertia_eur_per_year", "response.rate_share",
    "response.duty_compliance_share",
)  # fmt: skip
"""Figures of behaviour by which a result must be judged, the weakest and most telling first."""
ENDS = ("low", "high")
TECHNIQUE = ("epc_rule", "renovation_duty")
"""Levers under which other works may be the least dear ones of an option: the homes are worked out again for them."""
LEASES = ("heat_pump_lease", "heat_service")
NETWORK_KEYS = ("connect.", "property_tax.", "project.", "chw.")
HEADLINE = "response_fossil_free"


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


def uncounted(settings: Sequence[Setting]) -> list[Setting]:
    """Levers whose public money is not all in the money of the response: premiums of lessors, and support of large customers."""
    return [
        setting for setting in settings
        if (setting.lever.name in LEASES and setting.arguments["premium"])
        or (setting.lever.name == "large_customers" and setting.arguments["share"])
    ]  # fmt: skip


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


# ------------------------------------------------------------------------------------------------------------------- remarks


def response_remarks(settings: Sequence[Setting], runs: Sequence[Mapping[str, pd.DataFrame]]) -> list[RemarkRow]:
    """How the response must be read: what was kept, which regime, what behaviour is assumed."""
    rows = [remark(
        "lab_response", "Respons: plan, straten en data zijn die van vandaag, in beide kolommen; alleen de regels verschillen. Verwachte aantallen, geen voorspelling per gezin.",
        "Response: plan, streets and dates are those of today in both columns; only the rules differ. Expected numbers, no forecast per household.", level="assumption", method="lab-response",
    ), remark(
        "lab_response", "Gedrag is niet op Vlaamse wijken geijkt; de band loopt over prijswerelden en de zwakste gedragscijfers (spreiding van voorkeuren eerst) en is geen kans.",
        "Behaviour is not calibrated on Flemish neighbourhoods; the band runs over price worlds and the weakest figures of behaviour (spread of preferences first) and is no probability.",
        level="warning", method="lab-response",
    )]  # fmt: skip
    exists = [_exists(run[name]) for run in runs for name in (SCENARIO,)]
    if 0 < sum(exists) < len(exists):
        rows.append(remark(
            "lab_response", f"Het warmtenet komt er met de hefbomen in {sum(exists)} van de {len(exists)} doorrekeningen; een gemiddelde over beide uitkomsten zegt niets en is niet gemaakt.",
            f"With the levers the heat network comes about in {sum(exists)} of {len(exists)} runs; a mean over both outcomes says nothing and was not made.",
            level="warning", method="lab-response",
        ))  # fmt: skip
    if any(setting.lever.name == "green_heat_call" for setting in settings):
        rows.append(remark(
            "lab_response", "De steun van de Call Groene Warmte telt alleen in de respons mee, als kans maal bedrag; de tabel van het warmtenet rekent zonder.",
            "The aid of the Call Groene Warmte counts in the response only, as chance times amount; the table of the heat network does without.",
            level="warning", method="lab-response",
        ))  # fmt: skip
    if uncounted(settings):
        rows.append(remark(
            "lab_response", "De premie aan wie warmtepompen verhuurt en de steun aan grote afnemers staan niet in het openbaar geld: de prijs per extra woning is daarom niet gegeven.",
            "The premium of who leases out heat pumps and the support of large customers are not in the public money, so the price per extra dwelling is not given.", level="warning",
            method="lab-response",
        ))  # fmt: skip
    return rows


def network_remarks(runs: Mapping[str, ResponseRun]) -> list[RemarkRow]:
    """Why the network comes about or not, today and with the levers."""
    why = {name: WHY[run.equilibria.outcome.why] for name, run in runs.items() if run.equilibria is not None}
    if set(why) != set(runs):
        return []
    return [remark(
        "lab_response", f"Warmtenet in de respons, vandaag: {why[TODAY][0]}; met hefboom: {why[SCENARIO][0]}.",
        f"Heat network in the response, today: {why[TODAY][1]}; with the lever: {why[SCENARIO][1]}.", level="info", method="lab-response",
    )]  # fmt: skip


def _exists(rows: pd.DataFrame) -> bool:
    price = rows.loc[rows["outcome"] == "network_price_happens", "value"]
    return bool(len(price) and np.isfinite(price.iloc[0]))
