"""`python -m local` runs the clinic; `python -m local manage …` runs a command in its database."""

import sys

from local.manage import manage
from local.run import main

if sys.argv[1:2] == ["manage"]:
    sys.exit(manage(sys.argv[2:]))
sys.exit(main())
