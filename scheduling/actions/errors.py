"""Why a booking is refused."""

from collections.abc import Sequence

from clinic.shared.errors import Conflict
from scheduling.domain.slots import Slot


class SlotTaken(Conflict):
    """The time does not fit: somebody was faster, or clinician, room or machine are not there.

    `alternatives` are the times that do fit, nearest to the wish first.
    """

    code = "slot_taken"
    title = "That time is not free"
    default_sentence = "That time is not free any more. Nothing was booked."

    def __init__(self, sentence: str = "", *, alternatives: Sequence[Slot] = ()) -> None:
        self.alternatives = list(alternatives)
        offers = [
            {
                "start_at": slot.start_at.isoformat(),
                "end_at": slot.end_at.isoformat(),
                "site": slot.site_id,
                "clinician": slot.clinician_id,
            }
            for slot in self.alternatives
        ]
        super().__init__(sentence, details={"alternatives": offers})


class PatientBusy(Conflict):
    """The person already has a visit that overlaps."""

    code = "patient_busy"
    title = "Already booked then"
    default_sentence = "This person already has a visit at that time. Nothing was booked."


class PlaceGone(Conflict):
    """What was held, or given up for a while, is not there any more: leave, hours, out of use."""

    code = "place_gone"
    title = "Not possible there any more"
    default_sentence = "Clinician, room or machine are not there then any more."


class StepRefused(Conflict):
    """The appointment is not where this step begins."""

    code = "step_refused"
    title = "Not from here"
