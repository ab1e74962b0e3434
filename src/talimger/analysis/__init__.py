"""Rating analysis for people: pictures, a report, and the page "Start from your own spreadsheet".

What the command line uses (``settings``, ``report`` and what they import) needs no database; what a page uses imports no numpy.
"""
