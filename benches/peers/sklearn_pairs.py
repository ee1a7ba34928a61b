"""scikit-learn's KDTree: two_point_correlation with the Chebyshev metric and two trees."""

import sklearn
from peer import serve
from sklearn.neighbors import KDTree


def build(task):
    return KDTree(task.samples, metric="chebyshev")


def query(tree, task):
    return tree.two_point_correlation(task.samples, task.widths / 2, dualtree=True)


serve(sklearn.__version__, query, build)
