"""Django for the command line: translations and formats, and nothing that needs a data folder, a secret or a database.

``DJANGO_SETTINGS_MODULE=talimger.analysis.settings``, then ``django.setup()``: reports can be written. On a server the installation's
own settings serve as well.
"""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent
INSTALLED_APPS: list[str] = []
LANGUAGE_CODE = "en"
LANGUAGES = [("ru", "Русский"), ("kk", "Қазақша"), ("en", "English")]
LOCALE_PATHS = [PACKAGE / "locale", PACKAGE / "upstream_locale"]
FORMAT_MODULE_PATH = "talimger.formats"
USE_I18N = True
USE_TZ = True
