"""Mentors: who was admitted, from which intake, over all cycles. Their history survives an intake."""
