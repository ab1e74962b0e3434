"""Simulated ratings by a seed."""

from __future__ import annotations

from typing import Any

import numpy as np

from talimger.core.measurement import simulation
from talimger.core.measurement.ratings import Floats
from talimger.core.measurement.simulation import Simulated

__all__ = ["Floats", "Simulated", "simulate_ratings"]


def simulate_ratings(*, seed: int = 0, **options: Any) -> Simulated:
    """The same ratings for the same seed; the options are those of ``talimger.core.measurement.simulation``."""
    return simulation.simulate_ratings(rng=np.random.default_rng(seed), **options)
