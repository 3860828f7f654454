"""Two acts on one order at the same moment: what may come of each pair."""

from tests.proofs.pairs.meeting import Pair
from tests.proofs.pairs.money import COMING_IN, PAYING
from tests.proofs.pairs.parcels import SENDING
from tests.proofs.pairs.repacking import REPACKING
from tests.proofs.pairs.reporting import REPORTING
from tests.proofs.pairs.requests import ANSWERING, ASKING
from tests.proofs.pairs.returns import RETURNING

__all__ = ["PAIRS", "Pair"]

PAIRS = [
    *ASKING,
    *ANSWERING,
    *SENDING,
    *REPACKING,
    *REPORTING,
    *RETURNING,
    *PAYING,
    *COMING_IN,
]
