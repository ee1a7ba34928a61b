"""One run of the benchmark published in 2014, with the flaws that are asked for.

The only argument is a JSON object:

    n, seed    so many samples of a bivariate standard normal, from NumPy's legacy generator
    widths     window widths, one task each
    sizes      what is measured, in this order: 0 is the serial code, N a pool of N processes
    flaws      of "apply" (blocking calls), "baseline" (serial code in this process instead of a fresh
               one), "pool" (pools made inside the timer and never closed)
    patience   seconds after which an answer of a worker is missed
    fresh      whether this interpreter was started for the serial code alone, and has no history
    parent     the process id of whoever started it then

SOURCE is this text: the serial code without "baseline" runs in an interpreter that is started for it and
given the same program. Otherwise this process has a history, as the notebook had: modules, objects that
live and memory between them that was freed, and an earlier run.

One line of JSON is the answer: the versions, and for each size its time, the part of it that starting a
pool took, and the count of each width. Starting is timed, warming up is not, whatever the flaws. The
counts are for the caller to check. Without NumPy the answer says so.

On Linux no process of all these outlives the one that started it, however that one ends.
"""

import json
import os
import platform
import signal
import subprocess
import sys
import time
from multiprocessing import get_context

try:
    import ctypes

    # Looked up once and early: workers call it while the start of their pool is timed.
    PRCTL = ctypes.CDLL(None).prctl if sys.platform == "linux" else None
except (ImportError, OSError, AttributeError):
    PRCTL = None
SET_DEATH_SIGNAL = 1


def end_with_parent(parent=None):
    """From now on this process is killed when the thread ends that started it.

    If it is known who that was, it may have ended before: then nobody waits for this process.
    """
    if PRCTL:
        PRCTL(SET_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)
        if parent not in (None, os.getppid()):
            os._exit(1)


# Before NumPy, which takes long to load.
end_with_parent(json.loads(sys.argv[1]).get("parent"))

try:
    import numpy as np
except ImportError:
    print(json.dumps({"absent": "this Python has no NumPy"}))
    sys.exit(0)

# The pools of 2014 were forked, and functions of a program that has no file are known to such only.
CONTEXT = get_context("fork")
START = "import sys; SOURCE = sys.stdin.read(); exec(compile(SOURCE, 'article.py', 'exec'))"
# Every so many widths are in the earlier run.
EARLIER = 4


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


def history(samples, point, widths):
    """What a notebook has behind it; the objects that stay alive."""
    import decimal, email.message, fractions, statistics, unittest, xml.etree.ElementTree  # noqa

    objects = [[number, str(number)] for number in range(100_000)]
    one_after_another(samples, point, widths[::EARLIER])
    return objects[::2]


def serial_in_child(request):
    alone = {"sizes": [0], "flaws": ["baseline"], "fresh": True, "parent": os.getpid()}
    fresh = json.dumps({**request, **alone})
    child = subprocess.run(
        [sys.executable, "-c", START, fresh],
        input=SOURCE,
        stdout=subprocess.PIPE,
        text=True,
        timeout=request["patience"],
        check=True,
    )
    return json.loads(child.stdout)["samples"][0]


def serial_here(work):
    samples, point, widths = work
    # Warm, as the workers of pools are.
    one_after_another(samples, point, widths[:1])
    wall_ns, results = timed(lambda: one_after_another(*work))
    return answer(0, wall_ns, 0, results, samples)


def warm_up(pool, size, work, patience):
    samples, point, widths = work
    first = [pool.apply_async(density, (samples, point, widths[0])) for _ in range(2 * size)]
    for result in first:
        result.get(patience)


def with_pool(pool, work, patience, blocking):
    samples, point, widths = work

    def submit(width):
        return pool.apply_async(density, (samples, point, width))

    if blocking:
        results = [submit(width).get(patience) for width in widths]
    else:
        results = [result.get(patience) for result in [submit(width) for width in widths]]
    return sorted(results)


def answer(size, wall_ns, startup_ns, results, samples):
    # As published: divided by the width, not by its square.
    counts = [round(p * width * len(samples)) for width, p in results]
    return {"workers": size, "wall_ns": wall_ns, "startup_ns": startup_ns, "counts": counts}


def run(request):
    samples = np.random.RandomState(request["seed"]).standard_normal((request["n"], 2))
    work = (samples, np.array([[0], [0]]), request["widths"])
    flaws, patience = set(request["flaws"]), request["patience"]
    blocking = "apply" in flaws
    alive = [] if request.get("fresh") or not request["sizes"] else history(*work)
    never_closed, answers = [], []
    for size in request["sizes"]:
        if size == 0:
            answers.append(serial_here(work) if "baseline" in flaws else serial_in_child(request))
            continue
        startup_ns, pool = timed(lambda: CONTEXT.Pool(size, end_with_parent, (os.getpid(),)))
        warm_up(pool, size, work, patience)
        wall_ns, results = timed(lambda: with_pool(pool, work, patience, blocking))
        if "pool" in flaws:
            never_closed.append(pool)
            wall_ns += startup_ns
        else:
            startup_ns = 0
            pool.close()
            pool.join()
        answers.append(answer(size, wall_ns, startup_ns, results, samples))
    for pool in never_closed:
        pool.terminate()
    del alive
    return answers


def main():
    request = json.loads(sys.argv[1])
    found = {
        "version": f"Python {platform.python_version()}, NumPy {np.__version__}",
        "samples": run(request),
    }
    print(json.dumps(found), flush=True)


main()
