"""Two people of the demo clinic: a long story with many treatments, and a short one."""

from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from clinic.accounts.models import User
from patients.actions.care_team import join_care_team
from patients.models import AllergyIntolerance, MedicationStatement, Patient
from patients.models.care_team import CareTeamReason
from treatments.actions.adverse_events import Harm
from treatments.actions.orders import Findings, OrderWish, Result
from treatments.domain.amounts import Amount, Unit
from treatments.domain.course_orders import MedicationOrder, SelfCareOrder, TherapyOrder
from treatments.domain.procedures import Content, GivenDrug
from treatments.domain.states import CourseStatus
from treatments.management.demo.teller import CHECKED, Staff, Teller, Told
from treatments.models import CatalogueEntry, Instrument

# Many months from now, so that no lot of the demo has expired.
SHELF_LIFE = timedelta(days=400)


def can_be_told() -> bool:
    """Whether the catalogue and the questionnaires are there, which the stories need."""
    return CatalogueEntry.objects.exists() and Instrument.objects.exists()


def tell_stories(long: Patient, short: Patient, *, zone: ZoneInfo, by: User, now: datetime) -> None:
    """Write both records. Call it once; `by` is of the desk, which lets the clinicians in."""
    staff = Staff(
        physician=User.objects.get(email="physician@dorsa.example"),
        nurse=User.objects.get(email="nurse@dorsa.example"),
        therapist=User.objects.get(email="therapist@dorsa.example"),
    )
    for patient in (long, short):
        join_care_team(
            patient=patient,
            users=[staff.physician, staff.nurse, staff.therapist],
            reason=CareTeamReason.BOOKED,
            by=by,
            now=now,
        )
    _tell_short(Teller(short, staff, zone, now))
    _tell_long(Teller(long, staff, zone, now))


def _tell_short(story: Teller) -> None:
    """Six weeks of back pain that get better with a pill and exercise."""
    story.score(43, 6, (6, 5, 6))
    story.consult(
        43,
        Told(
            "Low back pain since lifting a box",
            "Strain without signs of a nerve or of anything dangerous.",
            "Acetaminophen for three weeks, physical therapy, come back in six weeks.",
            [("M54.50", "Low back pain")],
            {"pain-0-at-back-low-back-left": "yes", "pain-0-is-aching": "yes", "pain-0-now": "5"},
        ),
    )
    pills = story.order(43, "acetaminophen-course", _pills(story, "acetaminophen", 500, 1000, 3))
    visits = TherapyOrder(Decimal(2), 12, visits_authorized=12)
    therapy = story.order(40, "physical-therapy", visits, goal="Lift a box of 10 kg without pain")
    story.visit(therapy, 37, 33, 30, 26, 19)
    story.end(22, pills, CourseStatus.COMPLETED)
    story.score(15, 3, (3, 2, 3))
    story.close_what_was_due(14)


def _tell_long(story: Teller) -> None:
    AllergyIntolerance.objects.create(patient=story.patient, text="Penicillin")
    MedicationStatement.objects.create(
        patient=story.patient, text="Aspirin 81 mg, once a day", start_date=story.day(900)
    )
    _leg_pain(story)
    _injections(story)
    _joint_pain(story)
    _fracture(story)
    story.close_what_was_due(9)


def _leg_pain(story: Teller) -> None:
    """Fourteen months ago: pills that upset the stomach, and exercise that helps a little."""
    story.score(424, 8, (8, 8, 9))
    story.consult(
        424,
        Told(
            "Pain from the low back down the left leg for two months",
            "L5 radiculopathy on the left, no red flags.",
            "Naproxen and physical therapy; MRI, since it has been there for two months.",
            [("M54.16", "Lumbar radiculopathy, left")],
            {
                "text-history": "Began after gardening. Worse sitting, better lying down.",
                "exam-strength-L5-left": "4",
                "exam-sensation-L5-left": "reduced",
                "exam-leg_raise-angle-left": "40",
                "exam-leg_raise-pain-left": "yes",
                "pain-0-at-back-low-back-left": "yes",
                "pain-0-at-back-lower-leg-left": "yes",
                "pain-0-is-shooting": "yes",
                "pain-0-now": "8",
            },
        ),
    )
    pills = story.order(424, "nsaid", _pills(story, "naproxen", 500, 500, 2))
    wish = OrderWish(_entry("mri"), "Leg pain with weakness for two months", region="Lumbar spine")
    text = "Disc herniation L4-L5, touching the left L5 root. Facet arthropathy L4-L5 and L5-S1."
    story.test(422, wish, Findings(story.day(419), text, is_abnormal=True))
    visits = TherapyOrder(Decimal(2), 12, visits_authorized=12)
    therapy = story.order(415, "physical-therapy", visits, goal="Walk a mile")
    story.visit(therapy, 412, 408, 405, 401, 398, 394, 387, 380)
    burning = Harm(
        risk=_entry("nausea"),
        onset_at=story.at(383),
        grade=1,
        relatedness="probable",
        description="Burning stomach after each tablet",
        actions_taken="Naproxen stopped",
        outcome="resolved",
        resolved_date=story.day(379),
        course=pills,
    )
    story.harm(379, burning)
    story.end(380, pills, CourseStatus.STOPPED, "Upset stomach")
    story.score(375, 7, (7, 6, 8))
    story.end(374, therapy, CourseStatus.COMPLETED)


def _injections(story: Teller) -> None:
    """Two epidurals that help for months."""
    first = story.perform(360, "epidural-steroid-injection", _epidural(story, 7))
    story.score(345, 2, (2, 2, 3), after=first)
    story.score(272, 3, (3, 3, 3), after=first, again=True)
    story.score(252, 6, (6, 6, 7), after=first)
    second = story.perform(250, "epidural-steroid-injection", _epidural(story, 6))
    story.score(235, 3, (3, 3, 4), after=second)
    walking = SelfCareOrder(7, minutes_per_time=20)
    story.order(235, "home-exercise", walking, goal="Twenty minutes a day")
    story.score(190, 5, (5, 5, 5), after=second)


def _joint_pain(story: Teller) -> None:
    """The leg is better, the joints hurt: two blocks that tell, and what follows from them."""
    story.score(186, 6, (6, 6, 6))
    story.consult(
        186,
        Told(
            "Low back pain when standing; the leg is fine",
            "Pain of the facet joints L4-L5 and L5-S1.",
            "Two diagnostic blocks; radiofrequency if both help.",
            [("M47.816", "Lumbar spondylosis")],
            {"exam-strength-L5-left": "5", "pain-0-at-back-low-back-left": "yes"},
        ),
    )
    for ago, pains in ((176, (1, 1, 1, 1, 4, 6)), (155, (1, 0, 1, 2, 5, 6))):
        block = story.perform(ago, "medial-branch-block", _block())
        story.keep_diary(block, 6, *pains)
    story.score(141, 6, (6, 6, 6))
    ablation = story.perform(140, "radiofrequency-ablation", _ablation())
    story.score(126, 3, (3, 3, 3), after=ablation)
    story.score(50, 2, (2, 2, 2), after=ablation, again=True)


def _fracture(story: Teller) -> None:
    """A fall, a broken vertebra, and cement that holds it."""
    story.score(33, 9, (9, 9, 10))
    story.consult(
        33,
        Told(
            "Sudden pain in the middle of the back after a fall at home",
            "Fresh compression fracture of L1; osteoporosis.",
            "Bone density, acetaminophen, kyphoplasty if it does not settle in two weeks.",
            [
                ("M80.08XA", "Compression fracture of L1 with osteoporosis"),
                ("M81.0", "Osteoporosis"),
            ],
            {"exam-tenderness-L1-midline": "yes", "pain-0-now": "9"},
        ),
    )
    story.order(33, "acetaminophen-course", _pills(story, "acetaminophen", 500, 1000, 3))
    results = [
        Result("T-score lumbar spine", Decimal("-3.1"), "1"),
        Result("T-score femoral neck", Decimal("-2.6"), "1"),
    ]
    wish = OrderWish(_entry("bone-density"), "Compression fracture after a fall from standing")
    findings = Findings(story.day(30), "Osteoporosis.", is_abnormal=True, results=results)
    story.test(33, wish, findings)
    cemented = story.perform(18, "kyphoplasty", _kyphoplasty(), CEMENTED_BECAUSE)
    sore = Harm(
        risk=_entry("soreness"),
        onset_at=story.at(17),
        grade=1,
        relatedness="certain",
        description="Sore where the needles went in",
        procedure=cemented,
    )
    story.harm(16, sore)
    story.score(4, 2, (3, 2, 3), after=cemented)


def _pills(story: Teller, drug: str, strength: int, dose: int, a_day: int) -> MedicationOrder:
    """Enough for two months."""
    return MedicationOrder(
        drug=drug,
        strength=Amount(Decimal(strength), Unit.MILLIGRAM),
        dose=Amount(Decimal(dose), Unit.MILLIGRAM),
        doses_per_day=Decimal(a_day),
        route="oral",
        quantity=Decimal(30 * a_day * dose // strength),
        refills=1,
        prescriber_id=story.staff.physician.pk,
    )


def _epidural(story: Teller, pain: int) -> Content:
    expiry = (story.now + SHELF_LIFE).date()
    return Content(
        region="lumbar",
        levels=("L5-S1",),
        laterality="left",
        approach="transforaminal",
        purpose="therapeutic",
        guidance="fluoroscopy",
        sedation="none",
        pain_before=pain,
        pain_after=1,
        checklist=dict(CHECKED),
        findings="Contrast along the L5 root. No resistance, no pain.",
        drugs=(
            _drug("dexamethasone", "10", "1", "10 mg/mL", lot_number="DX-4471", expiry_date=expiry),
            _drug("lidocaine", "10", "1", "1 %"),
            GivenDrug("iohexol", volume_ml=Decimal("1.5"), concentration="240 mgI/mL"),
        ),
    )


def _block() -> Content:
    return Content(
        region="lumbar",
        levels=("L4-L5", "L5-S1"),
        laterality="left",
        approach="medial_branch",
        purpose="diagnostic",
        guidance="fluoroscopy",
        sedation="none",
        pain_before=6,
        pain_after=1,
        checklist=dict(CHECKED),
        drugs=(_drug("bupivacaine", "7.5", "1.5", "0.5 %"),),
    )


def _ablation() -> Content:
    device = {"mode": "thermal", "temperature": "85", "seconds": "90", "lesions": "3"}
    return Content(
        region="lumbar",
        levels=("L4-L5", "L5-S1"),
        laterality="left",
        approach="thermal",
        guidance="fluoroscopy",
        sedation="minimal",
        pain_before=6,
        pain_after=3,
        device_settings={**device, "sensory_volts": "0.4", "motor_volts": "2"},
        checklist=dict(CHECKED),
        drugs=(_drug("lidocaine", "60", "3", "2 %"),),
    )


# No field of the form asks for these: who signs says them in words, and they stay.
CEMENTED_BECAUSE = {
    "rule-pva-advanced-imaging": "Marrow edema of L1 on the MRI of another clinic.",
    "rule-pva-osteoporosis-referral": "Density measured, explained, treatment begun.",
}


def _kyphoplasty() -> Content:
    return Content(
        region="lumbar",
        levels=("L1",),
        laterality="bilateral",
        approach="balloon_bipedicular",
        guidance="fluoroscopy",
        sedation="moderate",
        pain_before=9,
        pain_after=4,
        device_settings={"cement_ml": {"L1": "4.5"}, "balloon_pressure": "220"},
        checklist=dict(CHECKED),
        findings="Height partly restored. No cement outside the vertebra.",
        aftercare="Lie flat for two hours. No lifting for two weeks.",
        drugs=(_drug("lidocaine", "100", "10", "1 %"),),
    )


def _drug(key: str, dose: str, volume: str, concentration: str, **lot: object) -> GivenDrug:
    return GivenDrug(
        key,
        dose=Decimal(dose),
        dose_unit="mg",
        volume_ml=Decimal(volume),
        concentration=concentration,
        **lot,  # type: ignore[arg-type]
    )


def _entry(key: str) -> CatalogueEntry:
    return CatalogueEntry.objects.get(pk=key)
