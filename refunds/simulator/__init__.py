"""A payment provider to try refunds on: its own process, with its own journal.

    python -m refunds.simulator --port 8099 --journal .local/payments.sqlite3

It pays a key once, however often it is asked, counts every call and every payout, and can be
told to misbehave (`POST /faults`). It knows nothing of Django or of the marketplace's database.
"""
