"""NumPy, one vectorised test for each width, as one writes it first: rows and a division."""

import numpy as np
from peer import serve


def query(_, task):
    return [
        [np.count_nonzero(np.all(np.abs((center - task.samples) / h) <= 0.5, axis=1)) for h in task.widths]
        for center in task.centers
    ]


serve(np.__version__, query)
