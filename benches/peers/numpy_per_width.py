"""NumPy, one test for each width: column by column, in blocks that stay in the cache, without division."""

import numpy as np
from peer import BLOCK, serve


def inside(columns, center, radius):
    """The samples of these columns within the radius."""
    near = np.abs(columns[0] - center[0]) <= radius
    for column, x in zip(columns[1:], center[1:]):
        near &= np.abs(column - x) <= radius
    return np.count_nonzero(near)


def query(_, task):
    n = task.columns.shape[1]
    counts = np.zeros((len(task.centers), len(task.widths)), dtype=np.int64)
    for place, center in enumerate(task.centers):
        for begin in range(0, n, BLOCK):
            block = task.columns[:, begin : begin + BLOCK]
            counts[place] += [inside(block, center, h / 2) for h in task.widths]
    return counts


serve(np.__version__, query)
