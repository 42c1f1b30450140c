"""`python -m local` runs the clinic; `python -m local manage …` runs a command in its database."""

import sys

from local.manage import manage
from local.run import main

match sys.argv[1:]:
    case []:
        sys.exit(main())
    case ["manage", *command]:
        sys.exit(manage(command))
    case ["-h" | "--help"]:
        print(__doc__)
    case _:
        sys.exit(f"{__doc__}\nIt knows no “{' '.join(sys.argv[1:])}”.")
