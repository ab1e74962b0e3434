"""Fair scores: what ratings say about people once the severity of those who rate is taken into account."""

from talimger.core.measurement.connectivity import Connectivity, Part, connectivity, shared_persons
from talimger.core.measurement.errors import MeasurementError
from talimger.core.measurement.mfrm import fit_mfrm, fit_table
from talimger.core.measurement.ratings import Factor, RatingTable, rating_table
from talimger.core.measurement.results import FacetsFit, Finding, Measures, Population
