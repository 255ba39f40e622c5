"""The chance that a heat project gets from an idea to a first pipe: phases with their conversion, study support, and the call for aid."""

from __future__ import annotations

from koppelkans.lab.effects import State
from koppelkans.parameters import Parameters
from koppelkans.parameters.reforms import word

PROJECT_LEVERS = ("green_heat_call", "feasibility_grant")
STUDIED = ("concept", "feasibility")


def start_rows(state: State) -> list[tuple[str, str, float, str]]:
    """What a set of rules means for heat projects that are only an idea: rows (outcome, group, value, unit).

    ``start_chance``: P = q_concept q_feasibility q_financing q_aid q_build, with q of a studied phase between that without and that with
    full support, in a straight line. ``aid_chance`` and ``aid_wait``: of a project that is ready for financing. ``aid_in_time``: chance that
    aid is decided before the street opens. ``study_cost``: public money for studies per project that starts. Method: docs/method.md#lab-project-start.
    """
    rules, day = state.rules, state.day
    mode = word(rules, "chw.mode", day)
    chance = {phase: _conversion(rules, state, phase) for phase in STUDIED}
    aid = rules.at("chw.success_share", day, mode)
    rest = aid * rules.at("study.conversion_share", day, "financing") * rules.at("study.conversion_share", day, "build")
    start = chance["concept"] * chance["feasibility"] * rest
    concept_eur, feasibility_eur = (
        rules.at(f"study.{phase}_share", day) * rules.at(f"study.{phase}_eur", day) for phase in STUDIED
    )
    return [
        ("start_chance", "project", start, "share"),
        ("aid_chance", "project", aid, "share"),
        ("aid_in_time", "project", rules.at("chw.kept_share", day, mode), "share"),
        ("aid_wait", "project", rules.at("chw.wait_years", day, mode), "year"),
        ("study_cost", "flanders", (concept_eur + chance["concept"] * feasibility_eur) / start, "EUR"),
    ]


def _conversion(rules: Parameters, state: State, phase: str) -> float:
    plain, supported = (rules.at("study.conversion_share", state.day, scope) for scope in (phase, f"{phase}_supported"))
    reach = rules.at(f"study.{phase}_share", state.day) / rules.at("study.full_share", state.day, phase)
    return plain + min(1.0, reach) * (supported - plain)
