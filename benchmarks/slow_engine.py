"""An engine that takes about a second and computes nothing: for the kills of the worker, which are about everything around it.

It writes a plan folder of the same form, through the same lock and the same renaming as the real engine, and notes in ``computed.log``
beside the plans when a folder took its name.
"""

import json
import sys
import time
from pathlib import Path

import pandas as pd

from koppelkans.plan import plan_folder
from koppelkans.web.jobs.engine import HEADLINE, Order, Tell, main

STEPS = ("read", "demand", "network", "choices", "figures", "write")
SECONDS_PER_STEP = 0.2


def slow_plan(order: Order, tell: Tell) -> None:
    """A plan folder whose fingerprint is the name of the scenario."""
    final = Path(order.folder)
    with plan_folder(final) as folder:
        for name in STEPS:
            tell(step=name)
            time.sleep(SECONDS_PER_STEP)
        (folder / "tables").mkdir()
        row = {
            "title": "Proef",
            "title_en": "Trial",
            "value": 1.0,
            "low": float("nan"),
            "high": float("nan"),
            "unit": "-",
        }
        pd.DataFrame([row], index=[HEADLINE[0]]).to_parquet(folder / "tables" / "indicators.parquet")
        (folder / "web").mkdir()
        (folder / "plan.json").write_text(json.dumps({"run": {"plan_hash": order.scenario["name"]}}), encoding="utf-8")
    with (final.parent.parent / "computed.log").open("a", encoding="utf-8") as log:
        log.write(f"{final.name}\n")


if __name__ == "__main__":
    sys.exit(main(slow_plan))
