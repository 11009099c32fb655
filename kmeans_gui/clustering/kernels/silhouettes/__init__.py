"""Compiled loops over all pairs of points: silhouettes."""
