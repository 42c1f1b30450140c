"""Which typed form a treatment has, filled with what a course says."""

from typing import Any

from django import forms

from clinic.accounts.guards import SignedInRequest
from clinic.accounts.roles import Role
from treatments.domain.amounts import Amount, Unit, shortest
from treatments.domain.catalogue import details_of
from treatments.domain.course_orders import BadOrder, MedicationOrder, regimen_of
from treatments.forms.course_details import (
    ProceduralForm,
    ReferralForm,
    SelfCareDetailForm,
    TherapyForm,
)
from treatments.forms.medication import OFTEN, MedicationForm, product_key
from treatments.models import CatalogueEntry, CourseForm, Section, TreatmentCourse
from treatments.queries.courses import drugs_of, prescribers

_SHAPES: dict[str, Any] = {
    CourseForm.THERAPY: TherapyForm,
    CourseForm.PROCEDURAL: ProceduralForm,
    CourseForm.SELF_CARE: SelfCareDetailForm,
    CourseForm.REFERRAL: ReferralForm,
}


def course_form(
    request: SignedInRequest,
    treatment: CatalogueEntry,
    course: TreatmentCourse | None = None,
) -> Any:
    """The form of the treatment, with what was sent, or what the course says."""
    data = request.POST if request.method == "POST" else None
    initial = said_by(course) if course else {}
    if treatment.details.get("form") == CourseForm.MEDICATION:
        return _medication(request, treatment, data, initial)
    about = details_of(Section.TREATMENT, treatment.details, where=treatment.key)
    shape = _SHAPES[treatment.details["form"]]
    return shape(data, about=about, initial=initial)


def said_by(course: TreatmentCourse) -> dict[str, Any]:
    """What a course says, by the names of its form."""
    names = ("goal", "instructions", "start_date", "end_date")
    return forms.model_to_dict(course.detail) | {name: getattr(course, name) for name in names}


def sums_of(form: Any) -> dict[str, Any] | None:
    """The arithmetic of a prescription as it is typed; None if it is not whole yet."""
    if not isinstance(form, MedicationForm) or not form.is_valid():
        return None
    order: MedicationOrder = form.detail()
    try:
        regimen = regimen_of(order)
    except BadOrder as error:
        return {"problem": error.sentence}
    start = form.cleaned_data["start_date"]
    return {
        "daily": regimen.daily_dose,
        "each_time": regimen.each_time,
        "is_divisible": regimen.is_divisible,
        "days": regimen.days_supply,
        "last_day": regimen.last_day(start) if start else None,
        "refills": regimen.refills,
        "is_as_needed": order.is_as_needed,
    }


def _medication(
    request: SignedInRequest, treatment: CatalogueEntry, data: Any, initial: dict[str, Any]
) -> MedicationForm:
    drugs, people = drugs_of(request.user, treatment), prescribers(request.user)
    if initial:
        strength = Amount(initial["strength"], Unit(initial["strength_unit"]))
        initial["product"], initial["strength"] = product_key(initial["drug"], strength, drugs)
        for name in ("dose", "doses_per_day", "quantity"):
            if initial[name] is not None:
                initial[name] = shortest(initial[name])
    elif request.user.role == Role.PHYSICIAN:
        initial = {"prescriber": request.user.pk}
    form = MedicationForm(data, drugs=drugs, people=people, initial=initial)
    often, times = form.fields["doses_per_day"], initial.get("doses_per_day")
    assert isinstance(often, forms.TypedChoiceField)
    if times and times not in dict(OFTEN):
        often.choices = [*OFTEN, (times, f"{times} times a day")]
    return form
