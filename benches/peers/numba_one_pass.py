"""numba, one pass: the distance of every sample once, and a histogram over the radii for each thread.

Distances are computed from columns, without branches, so that the compiler makes vector code of it; only
those between the smallest and the largest radius are looked up.
"""

import numba
import numpy as np
from peer import serve

BLOCK = 4096  # samples whose distances stay in the nearest cache


@numba.njit(cache=True)
def part(columns, center, radii, begin, end):
    """For each radius, how many of the samples from begin to end lie beyond the one before and within it."""
    d, smallest, largest = len(columns), radii[0], radii[-1]
    found = np.zeros(len(radii), dtype=np.int64)
    distances = np.empty(BLOCK)
    first = 0
    for low in range(begin, end, BLOCK):
        size = min(BLOCK, end - low)
        column, x = columns[0, low : low + size], center[0]
        for i in range(size):
            distances[i] = abs(column[i] - x)
        for j in range(1, d):
            column, x = columns[j, low : low + size], center[j]
            for i in range(size):
                # This way round, what is not a number in a later column is kept.
                distance = abs(column[i] - x)
                distances[i] = distances[i] if distance <= distances[i] else distance
        for i in range(size):
            first += distances[i] <= smallest
        if len(radii) > 1:
            for i in range(size):
                if (distances[i] > smallest) & (distances[i] <= largest):
                    found[np.searchsorted(radii, distances[i])] += 1
    found[0] += first
    return found


@numba.njit(cache=True)
def on_one(columns, centers, radii):
    result = np.zeros((len(centers), len(radii)), dtype=np.int64)
    for c in range(len(centers)):
        result[c] = np.cumsum(part(columns, centers[c], radii, 0, columns.shape[1]))
    return result


@numba.njit(parallel=True, cache=True)
def on_all(columns, centers, radii, threads):
    n = columns.shape[1]
    parts = np.zeros((threads, len(centers), len(radii)), dtype=np.int64)
    for t in numba.prange(threads):
        begin, end = t * n // threads, (t + 1) * n // threads
        for c in range(len(centers)):
            parts[t, c] = np.cumsum(part(columns, centers[c], radii, begin, end))
    return parts.sum(axis=0)


def query(_, task):
    order = np.argsort(task.widths)
    radii = task.widths[order] / 2
    if task.threads == 1:
        sorted_counts = on_one(task.columns, task.centers, radii)
    else:
        sorted_counts = on_all(task.columns, task.centers, radii, task.threads)
    answer = np.empty_like(sorted_counts)
    answer[:, order] = sorted_counts
    return answer


serve(numba.__version__, query)
