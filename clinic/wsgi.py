"""What gunicorn serves."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")

application = get_wsgi_application()

if not settings.DEMO:
    # Models are there only after the line above.
    from clinic.audit.walls import refuse_to_serve_as_owner

    refuse_to_serve_as_owner()
