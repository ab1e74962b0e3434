"""Raw means: what everybody computes by hand. They reward whoever met a lenient assessor; fair scores replace them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class RawMean:
    """A mean of ``n`` ratings on the 1-5 scale with the largest difference between two raters' own means."""

    mean: float
    n: int
    gap: float

    @property
    def is_wide_gap(self) -> bool:
        """Two raters differ by two levels or more: worth talking about before deciding."""
        return self.gap >= 2


def raw_mean(ratings_by_rater: Mapping[str, Iterable[int]]) -> RawMean | None:
    """The mean over all ratings, whoever gave them; ``None`` when there is none ("no evidence" is not a rating).

    >>> raw_mean({"A": [4, 5], "B": [2]})
    RawMean(mean=3.6666666666666665, n=3, gap=2.5)
    >>> raw_mean({"A": []}) is None
    True
    """
    given = {rater: list(ratings) for rater, ratings in ratings_by_rater.items()}
    ratings = [rating for group in given.values() for rating in group]
    if not ratings:
        return None
    means = [math.fsum(group) / len(group) for group in given.values() if group]
    return RawMean(mean=math.fsum(ratings) / len(ratings), n=len(ratings), gap=max(means) - min(means))
