"""Works calendars of generated neighbourhoods: how far from proven, how fast.

    .venv/bin/python benchmarks/street.py [--json FILE] [--full] [--peer]

Neighbourhoods of 200 and 1,000 sections, six kinds of work, 25 years, and the quick look at 460 sections with seven kinds; cross-sections of 1,000 streets; what
planning together saves on the 200, and that no plan of the chain costs more than the one before, there, on smaller neighbourhoods and on every shipped place with streets; the loop
between heat network and works on those places, and against one programme that chooses both. ``--full``: four more seeds of 200 sections. ``--peer``: the same 200 sections as one mixed integer programme in HiGHS (interior point, sure years fixed, 60 s of branch and bound), and
what it costs against ours.

stdout: one line per case, ``name lower upper gap seconds``, and nothing else; EUR of today, gap = (upper - lower) / upper; kernels compiled.
"""

import argparse
import sys
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import street_cases  # noqa: E402  (the script may be started by its path)
from benchmarks import lines  # noqa: E402
from benchmarks.lines import Line  # noqa: E402
from benchmarks.street_monolith import monolith_figures  # noqa: E402
from benchmarks.street_space import street_space_figures  # noqa: E402
from koppelkans import make_plan, read_place, read_scenario  # noqa: E402
from koppelkans.place.shipped import shipped_scenario  # noqa: E402
from koppelkans.street.calendar.account import account, broken  # noqa: E402
from koppelkans.street.calendar.answer import SCREENING, Calendar, CalendarLimits, works_calendar  # noqa: E402
from koppelkans.street.calendar.case import WorksCase  # noqa: E402
from koppelkans.street.calendar.certificate import calendar_certificate  # noqa: E402
from koppelkans.street.dividend import dividend  # noqa: E402
from koppelkans.verify.calendar import verified_calendar  # noqa: E402

PEER_S = 60.0
CHAIN_SEEDS = (1, 2, 3, 4)
MOVED_SHARE = 0.05
PLACES = ("brugge_sint_jozef", "krems_old_town_at", "wechelderzande")


def timed(name: str, case: WorksCase, limits: CalendarLimits) -> tuple[Calendar, Line]:
    started = time.perf_counter()
    found = works_calendar(case, limits)
    seconds = time.perf_counter() - started
    if faults := broken(case, found.year):
        raise SystemExit(f"{name} is not allowed: {faults[0]}")
    return found, Line(name, found.bound_eur, found.objective_eur, found.gap_share, seconds)


def checked(case: WorksCase, found: Calendar) -> float:
    """Seconds of the separate check, which must find nothing wrong."""
    certificate = calendar_certificate(case, found)
    started = time.perf_counter()
    verdict = verified_calendar(certificate)
    if verdict.faults:
        raise SystemExit("; ".join(verdict.faults[:3]))
    return time.perf_counter() - started


def calendars(figures: lines.Figures, chosen: argparse.Namespace) -> Iterator[Line]:
    rows = []
    for sections in (200, 1000):
        case = street_cases.generated_case(sections, 1)
        found, line = timed(f"calendar_{sections}", case, CalendarLimits())
        figures.record(**{f"calendar_{sections}_gap": line.gap, f"calendar_{sections}_s": line.seconds})
        rows.append((line.name, 100 * line.gap, line.seconds, checked(case, found)))
        yield line
        if chosen.peer and sections == 200:
            yield from peer(figures, case, found)
    case = street_cases.generated_case(460, 1, street_cases.SEVEN)
    _, line = timed("calendar_460_screening", case, SCREENING)
    figures.record(calendar_460_screening_gap=line.gap, calendar_460_screening_s=line.seconds)
    rows.append((line.name, 100 * line.gap, line.seconds, 0.0))
    yield line
    if chosen.full:
        for seed in (2, 3, 4, 5):
            found, line = timed(f"calendar_200_seed_{seed}", street_cases.generated_case(200, seed), CalendarLimits())
            rows.append((line.name, 100 * line.gap, line.seconds, 0.0))
            yield line
    lines.show("works calendars", ("case", "gap %", "s", "check s"), rows)


def dividends(figures: lines.Figures) -> None:
    """What planning together saves on 200 generated sections, over the gross cost of S1, beside the gaps that are left open."""
    case, limits = street_cases.generated_case(200, 1), CalendarLimits()
    found = dividend(case, lambda one, start: works_calendar(one, limits, start=start))
    in_order("200 sections", [plan.net_eur for plan in found.plans])
    for seed in CHAIN_SEEDS:
        small = dividend(
            street_cases.generated_case(40, seed, street_cases.SEVEN),
            lambda one, start: works_calendar(one, SCREENING, start=start),
        )
        in_order(f"40 sections, seed {seed}", [plan.net_eur for plan in small.plans])
    gap = found.unproven_eur / found.coincidences.gross_eur
    figures.record(dividend_share=found.share, dividend_gap=gap, dividend_proven=float(found.proven))
    rows = [[plan.name, plan.net_eur, plan.gross_eur] for plan in found.plans]
    lines.show(f"planning together saves {found.share:.1%}, gaps {gap:.1%}", ("plan", "net EUR", "gross EUR"), rows)


def in_order(name: str, net_eur: list[float]) -> None:
    """Stops when a plan of the chain S0, S1, J costs more than the one before."""
    if any(later > sooner for sooner, later in pairwise(net_eur)):
        raise SystemExit(f"{name}: the chain S0, S1, J costs {net_eur}; expected each no more than the one before")


def loops(figures: lines.Figures) -> None:
    """Rounds until the shared price of the trench has settled, at most four, and how far it still moves in the last."""
    rows, most, still, saved = [], 0, 0.0, 1.0
    for name in PLACES:
        chosen = read_scenario(shipped_scenario(name))
        street = chosen.street.model_copy(update={"trench_rounds": 4, "draws": 0, "rounds": 100, "tries": 3})
        quick = {"street": street, "weigh_figures": False, "data_draws": 0}
        plan = make_plan(read_place(name), chosen.model_copy(update=quick))
        in_order(name, plan["dividend"].loc[["S0", "S1", "J"], "net_eur"].tolist())
        table, last = plan["trench_rounds"], plan["trench_rounds"].iloc[-1]
        kept = table[table["kept"]].iloc[0]
        less = 1.0 - float(kept["whole_eur"]) / float(table["whole_eur"].iloc[0])
        if less < 0:
            raise SystemExit(f"{name}: the pair that was kept costs more than round 0")
        if float(last["moved_share"]) >= MOVED_SHARE:
            raise SystemExit(f"{name}: prices still move by {last['moved_share']:.1%} after {len(table) - 1} rounds")
        most, still, saved = max(most, len(table) - 1), max(still, float(last["moved_share"])), min(saved, less)
        rows.append([
            name, len(table) - 1, 100 * float(last["moved_share"]), 100 * float(last["borne_share"]), int(kept.name), 100 * less,
        ])  # fmt: skip
    figures.record(loop_rounds=most, loop_moved_share=still, loop_least_saved_share=saved)
    columns = ("place", "rounds", "moves %", "bears %", "kept", "saves %")
    lines.show("heat network and works, each with what the other costs it", columns, rows)


def peer(figures: lines.Figures, case: WorksCase, ours: Calendar) -> Iterator[Line]:
    """The opponent on the same case; its bound is the relaxation without whole numbers."""
    import street_peer

    started = time.perf_counter()
    year, bound, relaxed_s = street_peer.peer_fixed_and_solved(case, PEER_S)
    seconds = time.perf_counter() - started
    lines.say(f"peer: relaxation {relaxed_s:.1f} s, {bound:,.0f} EUR; our bound {ours.bound_eur:,.0f} EUR")
    if (year < 0).any() or broken(case, year):
        lines.say("peer: no calendar")
        return
    cost = account(case, year).net_eur
    figures.record(calendar_200_peer_cost_ratio=cost / ours.objective_eur, calendar_200_peer_s=seconds)
    lines.say(f"peer / ours: cost {cost / ours.objective_eur:.4f}")
    yield Line("calendar_200_peer", bound, cost, (cost - bound) / abs(cost), seconds)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures as a flat object of numbers")
    parser.add_argument("--full", action="store_true", help="more seeds")
    parser.add_argument(
        "--peer", action="store_true", help="also the same case as one programme in HiGHS (about two minutes)"
    )
    chosen = parser.parse_args()
    figures = lines.Figures(chosen.json)
    started = time.perf_counter()
    works_calendar(street_cases.generated_case(12, 1), CalendarLimits(20, 2, 2))
    lines.say(f"kernels ready after {time.perf_counter() - started:.1f} s")
    for line in calendars(figures, chosen):
        print(line, flush=True)
    figures.record(**street_space_figures())
    dividends(figures)
    figures.record(**monolith_figures())
    loops(figures)
    return 0


if __name__ == "__main__":
    lines.start(main)
