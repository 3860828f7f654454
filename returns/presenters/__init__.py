"""What pages and endpoints say about returns. Nothing here writes or decides."""

from returns.presenters.disputes import DisputeView, Evidence, Said
from returns.presenters.figures import SumRow, sum_rows
from returns.presenters.requests import Entry, Return, present, return_cases
from returns.presenters.story import Happening, Step, steps_of, story_of

__all__ = [
    "DisputeView",
    "Entry",
    "Evidence",
    "Happening",
    "Return",
    "Said",
    "Step",
    "SumRow",
    "present",
    "return_cases",
    "steps_of",
    "story_of",
    "sum_rows",
]
