"""Long work in small steps: progress, a result per row, cancel, and a restart that loses nothing.

    @job_kind("orders.import", label=_("Import of orders"))
    class ImportOrders:
        def plan(self, job): return total
        def chunk(self, job, cursor): return Chunk(rows, next_cursor)

    start_job("orders.import", actor=actor, title="…", params={…})

`start_job` and `request_cancel` stand in `core.jobs.operations`.
"""

from core.jobs.kinds import Chunk, Row, attempt_each, job_kind

__all__ = ["Chunk", "Row", "attempt_each", "job_kind"]
