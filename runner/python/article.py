"""One run of the benchmark published in 2014, with the flaws that are asked for.

The only argument is a JSON object:

    n, seed    so many samples of a bivariate standard normal, from NumPy's legacy generator
    widths     window widths, one task each
    sizes      what is measured, in this order: 0 is the serial code, N a pool of N processes
    flaws      of "apply" (blocking calls), "baseline" (serial code in this process instead of a fresh
               one), "pool" (pools made inside the timer and never closed)
    patience   seconds after which an answer of a worker is missed

One line of JSON is the answer: the versions, and for each size its time, the part of it that starting a
pool took, and the count of each width. The counts are for the caller to check. Without NumPy the answer
says so.
"""

import json
import platform
import sys
import time
from multiprocessing import get_context

try:
    import numpy as np
except ImportError:
    print(json.dumps({"absent": "this Python has no NumPy"}))
    sys.exit(0)

# Functions of a program that comes through standard input are known to forked processes only.
CONTEXT = get_context("fork")


def density(samples, point, width):
    inside = 0
    for sample in samples:
        offsets = (point - sample[:, np.newaxis]) / width
        for offset in offsets:
            if np.abs(offset) > (1 / 2):
                break
        else:
            inside += 1
    return width, (inside / len(samples)) / (width ** point.shape[1])


def one_after_another(samples, point, widths):
    return [density(samples, point, width) for width in widths]


def timed(work):
    begin = time.perf_counter_ns()
    results = work()
    return time.perf_counter_ns() - begin, results


def report_serial(sender, *work):
    sender.send(timed(lambda: one_after_another(*work)))


def serial_in_child(work, patience):
    receiver, sender = CONTEXT.Pipe(duplex=False)
    child = CONTEXT.Process(target=report_serial, args=(sender, *work), daemon=True)
    child.start()
    sender.close()
    if not receiver.poll(patience):
        sys.exit("the child with the serial code does not answer")
    answer = receiver.recv()
    child.join()
    return answer


def with_pool(pool, work, patience, blocking):
    samples, point, widths = work

    def submit(width):
        return pool.apply_async(density, (samples, point, width))

    if blocking:
        results = [submit(width).get(patience) for width in widths]
    else:
        results = [result.get(patience) for result in [submit(width) for width in widths]]
    return sorted(results)


def run(request):
    samples = np.random.RandomState(request["seed"]).standard_normal((request["n"], 2))
    work = (samples, np.array([[0], [0]]), request["widths"])
    flaws, patience = set(request["flaws"]), request["patience"]
    blocking = "apply" in flaws
    never_closed, answers = [], []
    for size in request["sizes"]:
        startup_ns = 0
        if size == 0 and "baseline" in flaws:
            wall_ns, results = timed(lambda: one_after_another(*work))
        elif size == 0:
            wall_ns, results = serial_in_child(work, patience)
        elif "pool" in flaws:
            begin = time.perf_counter_ns()
            pool = CONTEXT.Pool(size)
            startup_ns = time.perf_counter_ns() - begin
            never_closed.append(pool)
            results = with_pool(pool, work, patience, blocking)
            wall_ns = time.perf_counter_ns() - begin
        else:
            pool = CONTEXT.Pool(size)
            pool.map(abs, range(4 * size), 1)
            wall_ns, results = timed(lambda: with_pool(pool, work, patience, blocking))
            pool.close()
            pool.join()
        # As published: divided by the width, not by its square.
        counts = [round(p * width * len(samples)) for width, p in results]
        answers.append(
            {"workers": size, "wall_ns": wall_ns, "startup_ns": startup_ns, "counts": counts}
        )
    for pool in never_closed:
        pool.terminate()
    return answers


def main():
    request = json.loads(sys.argv[1])
    answer = {
        "version": f"Python {platform.python_version()}, NumPy {np.__version__}",
        "samples": run(request),
    }
    print(json.dumps(answer), flush=True)


main()
