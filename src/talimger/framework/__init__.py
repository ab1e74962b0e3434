"""The competency framework: competencies, indicators, anchors, methods, matrix, rating items. Versioned; published is immutable."""
