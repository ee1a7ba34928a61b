"""The article's `multiprocess`: a new Pool, one apply_async for each width, results sorted.

Pool and tasks are timed, as in the article. Unlike there the pool is ended between two rounds: else
idle workers would pile up beside whatever is measured next.
"""

import multiprocessing
import sys

from article import answers, parzen_estimation
from peer import serve

# As it was when the article was written; newer Pythons start workers in another way.
FORK = multiprocessing.get_context("fork")
POOLS = []


def estimate(samples, point, h, place):
    return place, parzen_estimation(samples, point, h)


def query(_, task):
    pool = FORK.Pool(task.threads)
    POOLS.append(pool)
    asked = [(center[:, None], h) for center in task.centers for h in task.widths]
    pending = [pool.apply_async(estimate, (task.samples, p, h, i)) for i, (p, h) in enumerate(asked)]
    return answers([density for _, density in sorted(one.get() for one in pending)], task)


def end_pools():
    while POOLS:
        pool = POOLS.pop()
        pool.terminate()
        pool.join()


if __name__ == "__main__":
    serve(sys.version.split()[0], query, between=end_pools)
