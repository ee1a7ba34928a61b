"""NumPy, one pass: the distance of every sample once, sorted, and the radii looked up in it."""

import numpy as np
from peer import serve


def query(_, task):
    counts = np.empty((len(task.centers), len(task.widths)), dtype=np.int64)
    for place, center in enumerate(task.centers):
        distances = np.abs(center - task.samples).max(axis=1)
        distances = distances[distances <= task.widths.max() / 2]
        distances.sort()
        counts[place] = np.searchsorted(distances, task.widths / 2, side="right")
    return counts


serve(np.__version__, query)
