"""Fair scores: what ratings say about people once the severity of those who rate is taken into account.

The many-facet Rasch model with two engines, and what is asked of it and beside it: connectivity, fit, separation, interactions,
decisions; agreement, generalizability, fairness and validity. Numbers only: arrays and frozen dataclasses in and out.

What a fit does not need is loaded when it is first asked for: ``scipy.stats`` takes longer to load than a fit to run.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from talimger.core.measurement.connectivity import Connectivity, Part, connectivity, shared_persons
from talimger.core.measurement.decisions import DecisionConfidence, NextRating, decision_confidence, next_ratings
from talimger.core.measurement.errors import MeasurementError
from talimger.core.measurement.fair import FairAverages, fair_average, fair_averages
from talimger.core.measurement.fit_statistics import ElementFit, FitStatistics, fit_statistics
from talimger.core.measurement.interactions import anchor_check, bias_interaction, dif
from talimger.core.measurement.mfrm import fit_mfrm, fit_table
from talimger.core.measurement.ratings import Factor, RatingTable, rating_table
from talimger.core.measurement.results import FacetsFit, Finding, Measures, Population
from talimger.core.measurement.separation import Separation, separation_reliability, strata

if TYPE_CHECKING:
    from talimger.core.measurement.agreement import krippendorff_alpha, percent_agreement, weighted_kappa
    from talimger.core.measurement.generalizability import dstudy, gstudy
    from talimger.core.measurement.impact import adverse_impact, mantel_haenszel
    from talimger.core.measurement.intraclass import icc, icc_all
    from talimger.core.measurement.validity import incremental_validity

_LATER = {
    "adverse_impact": "impact",
    "dstudy": "generalizability",
    "gstudy": "generalizability",
    "icc": "intraclass",
    "icc_all": "intraclass",
    "incremental_validity": "validity",
    "krippendorff_alpha": "agreement",
    "mantel_haenszel": "impact",
    "percent_agreement": "agreement",
    "weighted_kappa": "agreement",
}


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"there is no {name} in {__name__}")
    return getattr(import_module(f"{__name__}.{_LATER[name]}"), name)


__all__ = [
    "Connectivity",
    "DecisionConfidence",
    "ElementFit",
    "FacetsFit",
    "Factor",
    "FairAverages",
    "Finding",
    "FitStatistics",
    "MeasurementError",
    "Measures",
    "NextRating",
    "Part",
    "Population",
    "RatingTable",
    "Separation",
    "adverse_impact",
    "anchor_check",
    "bias_interaction",
    "connectivity",
    "decision_confidence",
    "dif",
    "dstudy",
    "fair_average",
    "fair_averages",
    "fit_mfrm",
    "fit_statistics",
    "fit_table",
    "gstudy",
    "icc",
    "icc_all",
    "incremental_validity",
    "krippendorff_alpha",
    "mantel_haenszel",
    "next_ratings",
    "percent_agreement",
    "rating_table",
    "separation_reliability",
    "shared_persons",
    "strata",
    "weighted_kappa",
]
