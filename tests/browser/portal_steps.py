"""A thumb on a phone in the portal: it counts its taps, reads each page, and takes its picture."""

from django.core.management import call_command

from clinic.accounts.roles import Role
from patients.models import PortalAccess
from scheduling.models import VisitType
from tests import builders, record_builders
from tests.browser.looks import UNSTICK, look, violations

LOCALES = {"en": "en-US", "es": "es-MX"}


def let_people_book():
    """The shipped rules with their red flags, and kinds of visits that are booked online."""
    record_builders.shipped_catalogue()
    call_command("load_rules", verbosity=0)
    VisitType.objects.update(
        is_bookable_online=True, public_name="Consultation", public_name_es="Consulta"
    )


def open_portal(sign_in, name, language="en"):
    """Somebody who may book by themself, on the first page of their phone."""
    let_people_book()
    patient = builders.make_patient(name, email=f"{name.lower()}@example.org")
    type(patient).objects.filter(pk=patient.pk).update(language=language)
    user = builders.make_user(Role.PATIENT, password=builders.PASSWORD)
    PortalAccess.objects.create(user=user, patient=patient)
    page = sign_in(Role.PATIENT, "phone", user=user, locale=LOCALES[language])
    return Phone(page, name)


class Phone:
    """A thumb that counts, and a picture of each page it was on."""

    def __init__(self, page, name):
        self.page, self.name, self.taps, self.shots = page, name, 0, 0

    def tap(self, selector):
        self.look()
        self.taps += 1
        self.page.locator(selector).first.click()

    def look(self):
        self.shots += 1
        language = self.page.locator("html").get_attribute("lang")
        look(self.page, f"portal-booking-{language}-{self.name}-{self.shots:02}")
        self.page.evaluate(UNSTICK)
        assert violations(self.page) == [], self.page.url
