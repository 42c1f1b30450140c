"""Pages and endpoints about the calendar: the table of contents, one module an audience."""

from scheduling.urls.api import api_urls
from scheduling.urls.desk import desk_urls
from scheduling.urls.manager import manager_urls
from scheduling.urls.patient import patient_urls
from scheduling.urls.physician import physician_urls
from scheduling.urls.public import public_urls

__all__ = ["api_urls", "desk_urls", "manager_urls", "patient_urls", "physician_urls", "public_urls"]
