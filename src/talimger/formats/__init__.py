"""How dates, times and numbers are written in each language: ``FORMAT_MODULE_PATH`` of the settings.

Django has no formats for Kazakh and would write them the American way. The Kazakh and British ones follow the Unicode
locale data (CLDR); times have 24 hours in every language, so that a person who changes languages reads the same time.
What a module leaves out comes from Django's own module of that language, then from Django's defaults.
"""
