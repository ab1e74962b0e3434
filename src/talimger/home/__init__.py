"""One home page per role: what is mine to do now."""
