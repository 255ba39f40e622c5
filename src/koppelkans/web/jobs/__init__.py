"""Work that takes longer than a request, and survives the death of the process that does it.

One narrow door: ``start``, ``cancel`` and ``state`` of a plan run in ``jobs.door``. The queue is the PlanRun table itself: a worker claims
a run for a few seconds (``lease``), lets a child process compute it (``child``, ``engine``) and renews its claim while that goes on. A
worker that dies renews nothing, and another one takes the run over.
"""
