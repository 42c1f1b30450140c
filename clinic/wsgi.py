"""What gunicorn serves."""

import gc
import os
from importlib import import_module

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")

application = get_wsgi_application()

if not settings.DEMO:
    # Models are there only after the line above.
    from clinic.audit.walls import refuse_to_serve_as_owner

    refuse_to_serve_as_owner()

# The addresses bring in all pages and endpoints, which else the first request would have to load.
import_module(settings.ROOT_URLCONF)
# What is loaded by now stays: to look through it again and again for what may be thrown away took a
# twentieth of a booking, and held up whatever ran beside it. What comes and goes is looked through
# often enough that a worker does not grow by what long pages leave behind.
gc.collect()
gc.freeze()
gc.set_threshold(5_000, 5, 3)
