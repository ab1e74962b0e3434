"""``python -m talimger`` is ``talimger``."""

from talimger.cli import main

raise SystemExit(main())
