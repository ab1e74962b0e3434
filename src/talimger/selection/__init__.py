"""From call to decision: intakes, candidates, rating sheets, decisions, letters."""
