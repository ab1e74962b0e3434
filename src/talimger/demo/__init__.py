"""The demo programme: one seed, dates relative to the day it is loaded."""
