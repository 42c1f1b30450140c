"""The words an entry of the catalogue may use in its details, each with what staff read.

A word that is not here is refused when an entry is read, so that a form never meets one it cannot
show. To add a word, add it here first.
"""

from collections.abc import Iterable, Mapping

FORMS: Mapping[str, str] = {
    "self_care": "Self-care",
    "medication": "Medication",
    "therapy": "Therapy",
    "procedural": "Procedures",
    "referral": "Referral or surgery",
}
STEPS: Mapping[int, str] = {
    1: "Self-care",
    2: "Conservative care",
    3: "Injections and procedures",
    4: "Surgery",
}
NEEDS: Mapping[str, str] = {
    "room": "Room",
    "c_arm": "C-arm",
    "ultrasound": "Ultrasound",
    "rf_generator": "Radiofrequency generator",
}
APPROACHES: Mapping[str, str] = {
    "interlaminar": "Interlaminar",
    "transforaminal": "Transforaminal",
    "caudal": "Caudal",
    "intra_articular": "Intra-articular",
    "cyst_rupture": "Rupture of a facet cyst",
    "medial_branch": "Medial branch",
    "lateral_branch": "Sacral lateral branch",
    "intradiscal": "Intradiscal",
    "hip_joint": "Hip joint",
    "knee_joint": "Knee joint",
    "shoulder_joint": "Shoulder joint",
    "other_joint": "Another joint",
    "intramuscular": "Into the muscle",
    "dry_needling": "Dry needling",
    "stellate": "Stellate ganglion",
    "celiac": "Celiac plexus",
    "lumbar_sympathetic": "Lumbar sympathetic chain",
    "hypogastric": "Superior hypogastric plexus",
    "impar": "Ganglion impar",
    "occipital": "Occipital nerve",
    "intercostal": "Intercostal nerve",
    "cluneal": "Cluneal nerve",
    "suprascapular": "Suprascapular nerve",
    "other_nerve": "Another nerve",
    "thermal": "Thermal",
    "pulsed": "Pulsed",
    "cooled": "Cooled",
    "unipedicular": "One pedicle",
    "bipedicular": "Both pedicles",
    "balloon_unipedicular": "Balloon, one pedicle",
    "balloon_bipedicular": "Balloon, both pedicles",
    "open": "Open",
    "microscopic": "Microscopic",
    "endoscopic": "Endoscopic",
    "anterior": "Anterior",
    "posterior": "Posterior",
    "lateral": "Lateral",
    "transforaminal_interbody": "Transforaminal interbody",
    "trial": "Trial",
    "implant": "Implant",
}
PURPOSES: Mapping[str, str] = {"diagnostic": "Diagnostic", "therapeutic": "Therapeutic"}
GUIDANCE: Mapping[str, str] = {
    "fluoroscopy": "Fluoroscopy",
    "ct": "CT",
    "ultrasound": "Ultrasound",
    "landmark": "By landmarks",
}
DRUG_ROLES: Mapping[str, str] = {
    "steroid": "Steroid",
    "local_anesthetic": "Local anesthetic",
    "contrast": "Contrast",
    "sedative": "Sedative",
    "other": "Other",
}
FIELDS: Mapping[str, str] = {
    "contrast": "Contrast",
    "sedation": "Sedation",
    "checklist": "Checklist",
    "images": "Images kept",
    "diary": "Pain diary",
    "cement": "Cement volume",
    "device": "Device settings",
}
DISCIPLINES: Mapping[str, str] = {
    "physical_therapy": "Physical therapy",
    "occupational_therapy": "Occupational therapy",
    "osteopathy": "Osteopathy",
    "massage": "Massage",
    "chiropractic": "Chiropractic",
    "acupuncture": "Acupuncture",
    "psychology": "Psychology",
}
PROTOCOLS: Mapping[str, str] = {
    "nsaid-course": "Course of an NSAID",
    "therapy-course": "Course of therapy",
    "epidural": "Epidural injection",
    "medial-branch-block": "Medial branch block",
    "radiofrequency": "Radiofrequency ablation",
    "vertebral-augmentation": "Vertebral augmentation",
    "injection": "Any other injection",
    "surgery": "Surgery",
}
FAMILIES: Mapping[str, str] = {
    "nsaid": "NSAIDs",
    "dose": "Daily dose",
    "therapy": "Therapy visits",
    "esi": "Epidural injections",
    "facet": "Facet joint injections",
    "rfa": "Radiofrequency ablation",
    "si": "Sacroiliac joint",
    "tpi": "Trigger points",
    "pva": "Vertebral augmentation",
    "steroid": "Steroid exposure",
    "anticoagulant": "Blood thinners",
    "surgery": "Surgery",
}
URGENCIES: Mapping[str, str] = {
    "emergency": "Emergency: now",
    "same_day": "The same day",
    "urgent": "Within days",
    "routine": "At the next visit",
}
ROUTES: Mapping[str, str] = {
    "oral": "By mouth",
    "sublingual": "Under the tongue",
    "topical": "On the skin",
    "transdermal": "Patch",
    "subcutaneous": "Under the skin",
    "intramuscular": "Into a muscle",
    "intravenous": "Into a vein",
    "intra_articular": "Into a joint",
    "epidural": "Epidural",
    "perineural": "Around a nerve",
    "intradiscal": "Into a disc",
    "intraosseous": "Into bone",
}
DRUG_CLASSES: Mapping[str, str] = {
    "nsaid": "NSAID",
    "acetaminophen": "Acetaminophen",
    "salicylate": "Salicylate",
    "opioid": "Opioid",
    "topical": "Topical analgesic",
    "topical_nsaid": "Topical NSAID",
    "muscle_relaxant": "Muscle relaxant",
    "membrane_stabilizer": "Membrane stabilizer",
    "antidepressant": "Antidepressant",
    "snri": "SNRI",
    "tca": "Tricyclic antidepressant",
    "steroid": "Steroid",
    "oral_steroid": "Oral steroid",
    "local_anesthetic": "Local anesthetic",
    "contrast": "Contrast",
    "sedative": "Sedative",
    "cement": "Bone cement",
    "diluent": "Diluent",
    "antibiotic": "Antibiotic",
    "antiemetic": "Against nausea",
    "emergency": "Emergency medicine",
    "other": "Other",
    "anticoagulant": "Anticoagulant",
    "vitamin_k_antagonist": "Vitamin K antagonist",
    "heparin": "Heparin",
    "low_molecular_weight_heparin": "Low molecular weight heparin",
    "doac": "Direct oral anticoagulant",
    "antiplatelet": "Antiplatelet",
    "p2y12": "P2Y12 inhibitor",
    "gp_iib_iiia": "GP IIb/IIIa inhibitor",
    "fibrinolytic": "Fibrinolytic",
    # Prescribed elsewhere, and asked about by rules.
    "ace_inhibitor": "ACE inhibitor",
    "arb": "ARB",
    "diuretic": "Diuretic",
    "ssri": "SSRI",
    "proton_pump_inhibitor": "PPI",
    "methotrexate": "Methotrexate",
}
# By the name of the detail.
WORDS: Mapping[str, Mapping[str, str]] = {
    "form": FORMS,
    "needs": NEEDS,
    "approaches": APPROACHES,
    "purposes": PURPOSES,
    "guidance": GUIDANCE,
    "drug_roles": DRUG_ROLES,
    "fields": FIELDS,
    "disciplines": DISCIPLINES,
    "protocol": PROTOCOLS,
    "families": FAMILIES,
    "urgency": URGENCIES,
    "routes": ROUTES,
    "classes": DRUG_CLASSES,
    "drug_classes": DRUG_CLASSES,
}


def kind_label(kind: str) -> str:
    """The group of an entry within its section, as it is read."""
    return FORMS.get(kind) or kind.replace("_", " ").capitalize()


def unknown_words(name: str, given: object) -> list[str]:
    """Which of the words given for the detail called `name` are not known; one word or several."""
    if name not in WORDS or not given:
        return []
    words = [given] if isinstance(given, str) else given
    if not isinstance(words, Iterable):
        return [str(words)]
    return [str(word) for word in words if word not in WORDS[name]]
