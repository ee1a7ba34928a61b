"""scipy's cKDTree: query_ball_point with p = inf, counts only."""

import numpy as np
import scipy
from peer import serve
from scipy.spatial import cKDTree


def build(task):
    return cKDTree(task.samples)


def query(tree, task):
    points = np.repeat(task.centers, len(task.widths), axis=0)
    radii = np.tile(task.widths / 2, len(task.centers))
    return tree.query_ball_point(points, radii, p=np.inf, return_length=True, workers=task.threads)


serve(scipy.__version__, query, build)
