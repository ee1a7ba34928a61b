"""The protocol of a peer, for those in Python: see README.md.

A peer calls serve() with what it does; reading files, clocks and answers are here, once.
"""

import ctypes
import signal
import sys
import time
from functools import cached_property
from pathlib import Path
from types import SimpleNamespace

import numpy as np

# Samples of a block whose distances and flags stay in a cache.
BLOCK = 16384


class Task(SimpleNamespace):
    @cached_property
    def columns(self):
        """The samples as d x n, made when they are first asked for, which is before the clock runs."""
        return np.ascontiguousarray(self.samples.T)


def serve(version, query, build=None, between=None):
    """Answers rounds until the input ends.

    `build(task)` prepares whatever does not depend on the answers wanted, as an index does. `query(built,
    task)` returns the counts, centers x widths, or the pair of counts and densities. A task has samples
    (n x d), the same as columns (d x n), centers (m x d), widths (W) and threads. `between()` cleans up after a job and is not timed. A
    ValueError says that the samples are refused.
    """
    end_with_parent()
    folder = Path(sys.argv[-2])
    read = {name: np.load(folder / f"{name}.npy") for name in ("samples", "centers", "widths")}
    task = Task(**read, threads=int(sys.argv[-1]))
    try:
        job(query, build, between, task)  # whatever is compiled or loaded late is outside the rounds
    except ValueError as error:
        print("refused", str(error).splitlines()[0], flush=True)
        return
    print("ready", version, flush=True)
    for line in sys.stdin:
        _, number, passes, *path = line.split(maxsplit=3)
        build_ns = query_ns = 0
        for _ in range(int(passes)):
            answer, built, queried = job(query, build, between, task)
            build_ns += built
            query_ns += queried
        if path:
            parts = answer if isinstance(answer, tuple) else (answer,)
            whole = np.concatenate([np.asarray(part, dtype="<f8").ravel() for part in parts])
            whole.tofile(path[0].rstrip("\n"))
        print(number, build_ns, query_ns, flush=True)


def end_with_parent():
    """Whoever asks may be killed in the middle of a job; elsewhere than on Linux the end of input tells."""
    if sys.platform == "linux":
        set_death_signal = 1
        ctypes.CDLL(None).prctl(set_death_signal, signal.SIGKILL, 0, 0, 0)


def job(query, build, between, task):
    """The answer, and how long it took to build and to query, in nanoseconds."""
    begin = time.perf_counter_ns()
    built = build(task) if build else None
    built_at = time.perf_counter_ns()
    answer = query(built, task)
    end = time.perf_counter_ns()
    if between:
        between()
    return answer, built_at - begin if build else 0, end - built_at
