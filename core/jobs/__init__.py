"""Long work in small steps: progress, a result per row, cancel, and a restart that loses nothing.

    @job_kind("orders.import", label=_("Import of orders"))
    class ImportOrders:
        def plan(self, job): return total
        def chunk(self, job, cursor): return Chunk(rows, next_cursor)

    start_job("orders.import", actor=actor, title="…", params={…})

`start_job`, `request_cancel` and `stop_if_asked` stand in `core.jobs.operations`.
"""

from core.jobs.kinds import CannotGoOn, Chunk, Row, attempt_each, job_kind

__all__ = ["CannotGoOn", "Chunk", "Row", "attempt_each", "job_kind"]
