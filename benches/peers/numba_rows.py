"""numba, a compiled loop over the samples for each width, as one writes it first: rows, a division, and
out at the first coordinate outside."""

import numba
import numpy as np
from peer import serve


def counts(samples, centers, widths):
    n, d = samples.shape
    result = np.zeros((len(centers), len(widths)), dtype=np.int64)
    for c in range(len(centers)):
        for w in range(len(widths)):
            h = widths[w]
            total = 0
            for i in numba.prange(n):
                inside = True
                for j in range(d):
                    if abs((centers[c, j] - samples[i, j]) / h) > 0.5:
                        inside = False
                        break
                total += inside
            result[c, w] = total
    return result


# Two functions, because a cache does not tell them apart; the second is the plain loop.
ALL = numba.njit(counts, parallel=True)
ONE = numba.njit(counts)


def query(_, task):
    return (ONE if task.threads == 1 else ALL)(task.samples, task.centers, task.widths)


serve(numba.__version__, query)
