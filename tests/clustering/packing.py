"""Packs labels as runs, as kernels do that keep the points along a curve."""

from __future__ import annotations

import numpy as np

from kmeans_gui.clustering.label_runs import LabelRuns


def packed(labels: np.ndarray, rows: np.ndarray, k: int) -> LabelRuns:
    """Return ``labels``, shape (n,), in input order, as runs along the curve that visits ``rows``, shape (n,), int32."""
    on_curve = labels[rows].astype(np.int16)
    starts = np.flatnonzero(np.append(True, on_curve[1:] != on_curve[:-1])).astype(np.int32)
    return LabelRuns(starts, on_curve[starts], rows, k)
