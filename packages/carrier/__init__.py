"""A carrier to try deliveries on: its own process, which knows only the API.

    CARRIER_TOKEN=mkt_… python -m packages.carrier --url http://127.0.0.1:8000 --seconds 20

It looks for packages that were shipped, drives them about, and tells what happened: out for
delivery, then delivered, or (1 in 12) failed. Now and then it says a thing twice, or too late, as
real ones do. It knows nothing of Django or of the database, and remembers nothing: what it has to
tell follows from the package's number and the moment it left, under the same keys after a restart.
"""
