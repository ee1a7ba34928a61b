"""scikit-learn's KernelDensity: tophat kernel, Chebyshev metric, fitted anew for each width."""

import math

import numpy as np
import sklearn
from peer import serve
from sklearn.neighbors import KernelDensity


def build(task):
    kernel = {"kernel": "tophat", "metric": "chebyshev"}
    return [KernelDensity(bandwidth=h / 2, **kernel).fit(task.samples) for h in task.widths]


def query(estimators, task):
    densities = np.exp([one.score_samples(task.centers) for one in estimators]).T
    n, d = task.samples.shape
    # It divides by the volume of the Euclidean ball whatever the metric is; undone here for the counts.
    ball = math.pi ** (d / 2) / math.gamma(d / 2 + 1) * (task.widths / 2) ** d
    return densities * n * ball, densities


serve(sklearn.__version__, query, build)
