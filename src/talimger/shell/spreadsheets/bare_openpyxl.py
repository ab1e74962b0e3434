"""openpyxl as it is where numpy is not installed.

Where numpy is there, openpyxl loads it, only to know its kinds of numbers, which no file holds. A web process would carry thirty
megabytes for that; numbers belong to the worker. So numpy is out of sight for the moment of this import.
"""

import sys

if "numpy" in sys.modules:
    import openpyxl
else:
    sys.modules["numpy"] = None  # type: ignore[assignment]  # Python's own way to say: not to be had
    try:
        import openpyxl
    finally:
        del sys.modules["numpy"]
from openpyxl.utils import column_index_from_string  # after the import above, which is the one that counts

__all__ = ["column_index_from_string", "openpyxl"]
