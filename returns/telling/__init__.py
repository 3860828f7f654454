"""Who is told what of a return, and of which event; the words are in `returns.letters`.

A customer reads every step of what they asked for; the seller what needs them or was decided
without them; the marketplace what it has to decide; a carrier what its parcels are blamed for.
"""

from returns.telling import disputes, goods, requests

__all__ = ["disputes", "goods", "requests"]  # imported for their reactions
