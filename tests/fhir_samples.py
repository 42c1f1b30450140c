"""Small invented FHIR bundles, in the form that exporters write them."""

import copy
import io
import json
import tarfile
from pathlib import Path

CODES = "urn:example:codes"
HOSPITAL = "urn:example:hospital"
SHARED_BUNDLES = Path(__file__).parents[2] / "shared" / "data" / "synthea-r4.tar.xz"


def concept(code, text):
    return {"coding": [{"system": CODES, "code": code, "display": text}], "text": text}


def status(code):
    return {"coding": [{"system": "urn:example:status", "code": code}]}


def patient(number="1", **changes):
    return {
        "resourceType": "Patient",
        "id": f"p{number}",
        "identifier": [
            {"type": {"coding": [{"code": "MR"}]}, "system": HOSPITAL, "value": f"MR-{number}"}
        ],
        "name": [
            {"use": "official", "family": "Lindgren", "given": ["Ada", "Maria"]},
            {"use": "maiden", "family": "Okafor", "given": ["Ada", "Maria"]},
        ],
        "telecom": [{"system": "phone", "value": "555-201-0001", "use": "mobile"}],
        "gender": "female",
        "birthDate": "1961-04-23",
        "address": [{"line": ["1 Quay"], "city": "Salem", "state": "MA", "postalCode": "01970"}],
        "communication": [{"language": {"coding": [{"code": "es-MX"}]}}],
        **changes,
    }


def condition(number="1", person="1", **changes):
    return {
        "resourceType": "Condition",
        "id": f"c{number}",
        "clinicalStatus": status("active"),
        "verificationStatus": status("confirmed"),
        "code": concept("C-1", "Aching back"),
        "subject": {"reference": f"urn:uuid:p{person}"},
        "onsetDateTime": "2019-03-01T23:30:00-05:00",
        **changes,
    }


def allergy(number="1", person="1", **changes):
    return {
        "resourceType": "AllergyIntolerance",
        "id": f"a{number}",
        "clinicalStatus": status("active"),
        "category": ["food"],
        "criticality": "high",
        "code": concept("A-1", "Walnuts"),
        "patient": {"reference": f"urn:uuid:p{person}"},
        "recordedDate": "2001-02-03",
        **changes,
    }


def medication(number="1", person="1", **changes):
    return {
        "resourceType": "MedicationRequest",
        "id": f"m{number}",
        "status": "active",
        "intent": "order",
        "medicationCodeableConcept": concept("M-1", "Willow bark 100 mg"),
        "subject": {"reference": f"urn:uuid:p{person}"},
        "authoredOn": "2020-01-05T08:00:00+00:00",
        **changes,
    }


def coverage(number="1", person="1", **changes):
    return {
        "resourceType": "Coverage",
        "id": f"v{number}",
        "status": "active",
        "beneficiary": {"reference": f"urn:uuid:p{person}"},
        "payor": [{"display": "Harbor Mutual"}],
        "subscriberId": "HM-77",
        "period": {"start": "2024-01-01", "end": "2026"},
        **changes,
    }


def procedure(number="1", person="1", **changes):
    return {
        "resourceType": "Procedure",
        "id": f"d{number}",
        "status": "completed",
        "code": concept("P-1", "Warm compress"),
        "subject": {"reference": f"urn:uuid:p{person}"},
        "performedPeriod": {
            "start": "2022-06-01T10:00:00-04:00",
            "end": "2022-06-01T10:30:00-04:00",
        },
        **changes,
    }


def observation(number="1", person="1", **changes):
    return {
        "resourceType": "Observation",
        "id": f"o{number}",
        "status": "final",
        "category": [{"coding": [{"code": "vital-signs"}]}],
        "code": concept("O-1", "Grip"),
        "subject": {"reference": f"urn:uuid:p{person}"},
        "effectiveDateTime": "2022-06-01T14:00:00.250Z",
        "valueQuantity": {"value": 31, "unit": "kg"},
        **changes,
    }


def claim(number="1"):
    return {"resourceType": "Claim", "id": f"x{number}", "status": "active"}


def entry(resource, **changes):
    return {
        "fullUrl": f"urn:uuid:{resource.get('id')}",
        "resource": resource,
        "request": {"method": "POST", "url": resource.get("resourceType")},
        **changes,
    }


def bundle(*resources):
    """A transaction bundle of resources, or of ready entries."""
    entries = [r if "resource" in r else entry(r) for r in resources]
    return {"resourceType": "Bundle", "type": "transaction", "entry": copy.deepcopy(entries)}


def everything(person="1"):
    """One person with a row of each type and a Claim."""
    return bundle(
        patient(person),
        condition(person, person),
        allergy(person, person),
        medication(person, person),
        coverage(person, person),
        procedure(person, person),
        observation(person, person),
        claim(person),
    )


def raw(content):
    return json.dumps(content).encode()


def shared_bundles():
    """The synthetic bundles that lie beside the repository, one (name, bytes) at a time."""
    with tarfile.open(SHARED_BUNDLES) as archive:
        for member in archive:
            if member.isfile() and member.name.endswith(".json"):
                yield member.name, archive.extractfile(member).read()


def write_tar(path, files):
    with tarfile.open(path, "w:gz") as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
