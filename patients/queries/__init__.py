"""Reading people, one file a subject. Every function takes the viewer first.

These are the only doors to patients' rows: they decide whether the viewer may, and write down that
they did. A person the viewer may not see is answered exactly like one who does not exist.
"""

from patients.queries.people import (
    OutsideCareTeam,
    access_chart,
    access_patient,
    likely_duplicates,
    own_record,
    own_records,
    search,
)
from patients.queries.reach import recipient, recipients
from patients.queries.recognition import people_with_phone, recognised

__all__ = [
    "OutsideCareTeam",
    "access_chart",
    "access_patient",
    "likely_duplicates",
    "own_record",
    "own_records",
    "people_with_phone",
    "recipient",
    "recipients",
    "recognised",
    "search",
]
