"""The loop between heat network and works calendar against one programme that chooses both.

    .venv/bin/python benchmarks/street_monolith.py

40 sections, four kinds of work, six years. The programme (``tests/street_monolith.py``) begins from the answer of the loop, so that its own is never dearer; both are judged by
one function. monolith_gap = (loop - programme) / programme; how far the programme may still be from the best stands beside it, proven.
"""

import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import street_monolith as both  # noqa: E402  (the script may be started by its path)
from koppelkans.plan.street_loop import cheapest  # noqa: E402
from koppelkans.solve import Limits  # noqa: E402
from koppelkans.street.calendar.answer import CalendarLimits  # noqa: E402

SECTIONS, YEARS, SEED, MOST_S = 40, 6, 1, 120.0
FAR_SHARE = 0.03


def monolith_figures() -> dict[str, float]:
    """Gap of the loop above the programme, the proven gap of the programme, rounds, and seconds of both."""
    place = both.town(SECTIONS, SEED, YEARS)
    started = time.perf_counter()
    pairs = both.looped(place, CalendarLimits(100, 4, 8))
    loop_s, best = time.perf_counter() - started, pairs[cheapest(pairs)]
    case, year = best.joint
    started = time.perf_counter()
    limits = Limits(nodes=1_000_000, iterations=100_000_000, safety_seconds=MOST_S)
    network, years, bound = both.monolith(place, limits, start=(best.network, year))
    whole = both.whole_eur(place, network, years)
    if best.whole_eur > pairs[0].whole_eur or best.whole_eur < bound - 1.0:
        raise SystemExit(f"loop {best.whole_eur:,.0f} EUR, round 0 {pairs[0].whole_eur:,.0f}, bound {bound:,.0f}")
    gap = (best.whole_eur - whole) / whole
    if gap > FAR_SHARE:
        raise SystemExit(f"the loop is {gap:.1%} dearer than the programme; expected at most {FAR_SHARE:.0%}")
    return {
        "monolith_gap": gap, "monolith_bound_gap": (whole - bound) / whole, "monolith_loop_bound_gap": (best.whole_eur - bound) / whole,
        "monolith_rounds": len(pairs) - 1, "monolith_works": float(len(case.works.kind)), "monolith_loop_s": loop_s,
        "monolith_s": time.perf_counter() - started,
    }  # fmt: skip


if __name__ == "__main__":
    for key, value in monolith_figures().items():
        print(f"{key} {value:.6g}")
