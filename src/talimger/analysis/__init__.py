"""Rating analysis for people: pictures and a report of a fit. Reads rating files and fits; knows no database models."""
