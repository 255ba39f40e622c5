"""Calibration and back-test of the response: prints figures before and after, the model beside what was observed, and the errors.

    python benchmarks/response_calibration.py [--write] [--json FILE]

--write puts the calibrated constants in parameters/facts/response_calibrated.toml and the tables in CSV files beside it. --json adds the key ``backtest_error``: mean over the
years held back of |modelled / observed - 1|, and ``backtest_naive_error`` of "as in the last year known"; ``rolling_error`` and
``rolling_naive_error``: mean |ln(modelled / observed)| of forecasts for the next two years, from every year with five counts before it.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import koppelkans.parameters
from koppelkans.parameters import read_parameters
from koppelkans.people.response.backtest import backtest, rolling_errors
from koppelkans.people.response.calibrated_file import calibrated_toml, calibration_csv
from koppelkans.people.response.calibration import calibrate

FACTS = Path(koppelkans.parameters.__file__).parent / "facts"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    parameters = read_parameters()
    found, test = calibrate(parameters), backtest(parameters)
    print(found.figures[found.figures["step"] != "not_fitted"].drop(columns="source").round(3).to_string())
    print(found.residuals.drop(columns="source").round(3).to_string())
    print(test.years.round(0).to_string())
    print(f"backtest_error {test.error_share:.3f}, as in the last year known {test.naive_error_share:.3f}")
    rolling = rolling_errors(parameters)
    print(rolling.round(2).to_string(), rolling.mean().round(3).to_string(), sep="\n")
    if given.write:
        (FACTS / "response_calibrated.toml").write_text(
            calibrated_toml(parameters, found.constant, found.growth), encoding="utf-8"
        )
        shipped = {
            "response_calibration": found.figures,
            "response_residuals": found.residuals,
            "response_backtest": test.years,
        }
        for name, frame in shipped.items():
            (FACTS / f"{name}.csv").write_text(calibration_csv(frame), encoding="utf-8")
    if given.json:
        known = json.loads(given.json.read_text()) if given.json.exists() else {}
        errors = {"backtest_error": test.error_share, "backtest_naive_error": test.naive_error_share}
        errors |= {"rolling_error": rolling["response"].mean(), "rolling_naive_error": rolling["naive"].mean()}
        given.json.write_text(json.dumps({**known, **errors}, indent=1))


if __name__ == "__main__":
    main()
