"""What pages and endpoints say about returns. Nothing here writes or decides."""

from returns.presenters.disputes import DisputeView, Evidence, Said
from returns.presenters.entries import Entry
from returns.presenters.figures import SumRow, sum_rows
from returns.presenters.reading import past_returns, return_case, return_cases
from returns.presenters.requests import Return, present
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
    "past_returns",
    "present",
    "return_case",
    "return_cases",
    "steps_of",
    "story_of",
    "sum_rows",
]
