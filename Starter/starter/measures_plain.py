"""Figures of merit of scores against labels, NumPy alone."""

import numpy as np


def area_under_curve(scores, labels):
    """Probability that a positive scores higher than a negative (ties count half)."""
    scores, labels = np.asarray(scores, float), np.asarray(labels, bool)
    if labels.all() or not labels.any():
        return float("nan")
    values, inverse = np.unique(scores, return_inverse=True)
    ranks = np.cumsum(np.bincount(inverse))
    middle = (ranks - np.bincount(inverse) / 2 + 0.5)[inverse]
    positive = labels.sum()
    return float((middle[labels].sum() - positive * (positive + 1) / 2) / (positive * (len(labels) - positive)))


def average_precision(scores, labels):
    """Mean of the precision at each positive, ties ranked worst first."""
    scores, labels = np.asarray(scores, float), np.asarray(labels, bool)
    order = np.lexsort((labels, -scores))
    hits = np.cumsum(labels[order])
    places = np.arange(1, len(labels) + 1)
    return float((hits / places)[labels[order]].mean())
