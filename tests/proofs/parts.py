"""The proofs, each as a function from a seed to its result."""

import time
from collections import Counter
from collections.abc import Callable
from itertools import zip_longest

from tests.proofs.bulk import run_bulk
from tests.proofs.campaign import run_campaign
from tests.proofs.proration import prove_paybacks, prove_proration
from tests.proofs.report import Result
from tests.proofs.returning import DISPUTES
from tests.proofs.silence import run_silence
from tests.proofs.suites import Suite, run_tests

ORDERS = 1_000_000
PAYBACKS = 100_000
ROUNDS = 50
EXAMPLES, STEPS = 20_000, 80
FAULTS = 240
PACKAGES = 1_000
DEADLINES = 550
PROPERTY_MINUTES, CAMPAIGN_MINUTES = 12, 30


def proration(seed: int, share: float) -> Result:
    count = max(int(ORDERS * share), 1_000)
    result = Result(
        "Proration",
        "Random orders, frozen, cut into pieces at random and paid back piece by piece in any "
        "order: sums exact, no part off by a unit, payments never overdrawn, and all "
        "of the commission comes back.",
    )
    try:
        checked = prove_proration(count, seed)
    except AssertionError as error:
        result.failures.append(str(error) or "an order is not exact")
    else:
        result.figures["Orders, all exact"] = f"{checked:,}"
    return result


def paybacks(seed: int, share: float) -> Result:
    count = max(int(PAYBACKS * share), 1_000)
    result = Result(
        "Any sequence of paying back",
        "Random orders of 0-, 2- and 3-decimal currencies, paid back by cancels, returns, fees, "
        "deductions, agreed amounts and exchanged units in any order: what is paid sums to what "
        "was allocated and never to more, and commission follows it exactly.",
    )
    try:
        checked = prove_paybacks(count, seed)
    except AssertionError as error:
        result.failures.append(str(error) or "an order is not exact")
    else:
        result.figures["Orders, all exact"] = f"{checked:,}"
    return result


def pairs(seed: int, share: float) -> Result:
    """Two processes, every other pair each."""
    rounds = max(int(ROUNDS * share), 1)
    started = [
        Suite(
            "tests/concurrency/test_pairs.py",
            database=f"test_proofs_pairs_{number}",
            PROOF_ROUNDS=rounds,
            PROOF_SEED=seed,
            PROOF_SHARE=f"{number}/2",
        )
        for number in (0, 1)
    ]
    halves = [suite.finish() for suite in started]
    in_turns = zip_longest(*[run.properties.items() for run in halves])
    outcomes = [outcome for turn in in_turns for outcome in turn if outcome]
    return Result(
        "Pairs of acts at the same moment",
        "Two threads with commits of their own on one order: only ends that may be, the loser "
        "told why, no deadlock, every invariant afterwards.",
        {"Pairs": len(outcomes), "Rounds of each": rounds},
        outcomes,
        [words for run in halves for words in run.failures],
    )


def crash_points(seed: int, share: float) -> Result:
    run = run_tests("tests/refunds/test_crash_points.py", database="test_proofs_crash")
    return Result(
        "Crash points of the refund path",
        "A worker that ends itself before or after each commit and each call: paid exactly once.",
        {"Points and sides": run.tests},
        failures=run.failures,
    )


def machine(seed: int, share: float) -> Result:
    """Two processes, half of the examples each, until the time is over."""
    minutes = PROPERTY_MINUTES * share

    started = [
        Suite(
            "tests/property",
            database=f"test_proofs_property_{number}",
            PROOF_EXAMPLES=EXAMPLES // 2,
            PROOF_STEPS=STEPS,
            PROOF_SEED=seed + 1_000_000 * number,
            PROOF_MINUTES=minutes / 2,  # half of it for orders, half for returns
        )
        for number in (0, 1)
    ]
    halves = [suite.finish() for suite in started]
    total = {
        name: sum(int(run.properties.get(name, 0)) for run in halves)
        for name in ("examples", "steps", "return_examples", "return_steps")
    }
    bounded = total["examples"] < EXAMPLES
    return Result(
        "Any sequence of acts against a plain model",
        "Place, pack, split, move, ready, change the carrier, invoice, ship, deliver, fail, hear "
        "of carriers late and twice, cancel, evaluate, reject, answer, withdraw, silence, "
        "overrule, execute, reconcile, retry, in any order; and of a delivered order: ask for "
        "returns, approve, reject, offer, send, receive, deduct, dispute, decide, appeal, "
        "silence of each step, exchange and pay. Compared after each step.",
        {
            "Examples": f"{total['examples']:,} of at most {STEPS} steps"
            + (f" (of {EXAMPLES:,}: bounded to {minutes / 2:.0f} minutes)" if bounded else ""),
            "Steps": f"{total['steps']:,}",
            "Examples and steps of returns": f"{total['return_examples']:,}, "
            f"{total['return_steps']:,}",
        },
        [
            (words, run.properties.get(name, ""))
            for words, name in (("Ends", "reached"), ("Ends of returns", "return_reached"))
            for run in halves
        ],
        [words for run in halves for words in run.failures],
    )


def bulk(seed: int, share: float) -> Result:
    done = run_bulk(packages=max(int(PACKAGES * share), 60), seed=seed)
    sums = done.shipments
    return Result(
        "Many packages shipped as one job",
        "A worker ships them one by one; a third into it its children are killed, at two thirds "
        "the whole worker: each package leaves once, each customer is written to once.",
        {
            "Packages, done": f"{done.packages:,}, {done.job['done']:,}",
            "Left how often: packages": sums.get("times"),
            "Left how often: items": sums.get("times_of_items"),
            "Customers written to how often": sums.get("told"),
            "Mails sent again by a killed worker (same Message-ID)": done.found.mails_repeated,
            "The job took": f"{done.seconds:.0f} s, of which it stood still after the kills for "
            + " and ".join(f"{stop:.0f} s" for stop in done.stops),
            "Deliveries and mails drained after it": f"{done.found.drained_after:.0f} s",
        },
        failures=done.failures,
    )


def campaign(seed: int, share: float) -> Result:
    done = run_campaign(
        faults=max(int(FAULTS * share), 5), seed=seed, minutes=max(CAMPAIGN_MINUTES * share, 1)
    )
    found, promised = done.found, done.promised
    ends = Counter(end for _package, end in promised.served)
    ways = Counter(one.way for one in promised.sent_back)
    disputes = sum(ways[way] for way in DISPUTES)
    return Result(
        "Faults upon the running product",
        "Web, workers, beat, PostgreSQL, Valkey and the provider, killed and restarted while "
        "customers cancel, sellers pack, ship and deliver the same orders, and others return what "
        "they got, are refused, argue and fall silent, all through the API; everybody insists "
        "with idempotency keys until the last fault.",
        {
            "Faults": sum(done.faults.values()),
            "Cancellations asked for, told and paid": f"{promised.cancelled:,}",
            "Cancellations that came after the seller": f"{done.too_late:,}",
            "Sellers' packages": ", ".join(f"{ends[end]:,} {end}" for end in sorted(ends)),
            "Returns asked for and gone their way, each paid what was told": f"{ways.total():,}",
            "Of these decided in a dispute": f"{disputes:,}",
            "Steps left to silence, each acted on once": f"{len(promised.silent):,}",
            "Answers that were lost and asked for again": done.repeated,
            "Parts to pay, payouts, of all kinds": f"{found.parts:,}, {found.payouts:,}",
            "Calls the provider got": f"{found.calls:,}",
            "Refused plans tried again after the last fault": found.retried,
            "Drained after the last fault": f"{found.drained_after:.0f} s ("
            + ", ".join(f"{kind} {seconds:.0f}" for kind, seconds in found.last_seen.items())
            + ")",
            "Mails sent again by a killed worker (same Message-ID)": found.mails_repeated,
            "Programs that ended by themselves and were started again": dict(done.ended) or 0,
        },
        sorted(done.faults.items()) + [(f"returns: {way}", n) for way, n in sorted(ways.items())],
        done.failures,
    )


def silence(seed: int, share: float) -> Result:
    done = run_silence(each=max(int(DEADLINES * share) // 11, 2), seed=seed)
    return Result(
        "Silence",
        "Deadlines of every step pass while two beats and two workers run, whose queue is long, "
        "half of all at one instant: each is acted on once, within 60 s of being due, and so is "
        "each reminder.",
        {
            "Deadlines, of so many steps": f"{done.deadlines:,}, {len(done.late)}",
            "The latest was acted on": f"{max(done.late.values()):.1f} s after it was due",
            "Reminders": done.reminders,
            "The latest of them came": f"{done.reminded_late:.1f} s after it was due",
        },
        [(f"{step}: the latest", f"{late:.1f} s") for step, late in done.late.items()]
        + list(done.outcomes.items()),
        done.failures,
    )


PARTS: dict[str, Callable[[int, float], Result]] = {
    "paybacks": paybacks,
    "pairs": pairs,
    "crash": crash_points,
    "property": machine,
    "bulk": bulk,
    "silence": silence,
    "campaign": campaign,
    "proration": proration,
}


def prove(name: str, seed: int, share: float) -> Result:
    begin = time.monotonic()
    result = PARTS[name](seed, share)
    result.seconds = time.monotonic() - begin
    return result
