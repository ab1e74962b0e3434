"""A framework as a YAML file: read strictly, with every problem named at its place, and written always the same."""

from talimger.framework.yaml_format.problems import Problem
from talimger.framework.yaml_format.reading import Reading, read_framework
from talimger.framework.yaml_format.writing import digest_of, write_framework

__all__ = ["Problem", "Reading", "digest_of", "read_framework", "write_framework"]
