"""One plan: ``make_plan(place, scenario)`` is the only place that knows the order of the chapters.

``save_plan`` and ``read_plan`` keep it in a folder; ``compare`` sets plans side by side.
"""

from koppelkans.plan.folder import plan_folder, read_plan, save_plan
from koppelkans.plan.make import make_plan
from koppelkans.plan.record import Plan
from koppelkans.plan.side_by_side import compare

__all__ = ["Plan", "compare", "make_plan", "plan_folder", "read_plan", "save_plan"]
