"""The day by which a seller has to ship: what settles it, who is reminded, what happens after.

Placing an order arms one deadline per seller's part (`orders.operations.placing`); the part is its
subject, because most of them pass before anything is packed.
"""
