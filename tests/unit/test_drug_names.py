"""A drug is known by whatever name a record brings: what is not recognized thins blood unseen."""

import pytest

from tests.rule_examples import catalogue, shipped
from treatments.domain.catalogue import details_of
from treatments.domain.recognized import DrugBook, KnownDrug
from treatments.domain.rules.words import DRUG_CLASSES

# The table of holds (clinical rules, section 7.2), typed by hand: each drug and its US brands.
HELD = {
    "aspirin": "Aspirin 81 MG; ASA 81; Ecotrin; Bufferin; acetylsalicylic acid; Aspirina",
    "cilostazol": "Cilostazol 100 MG; Pletal",
    "dipyridamole": "Dipyridamole; Persantine; Aggrenox; Dipiridamol",
    "warfarin": "Warfarin Sodium 5 MG Oral Tablet; Coumadin 5 MG; Jantoven; Warfarina",
    "acenocoumarol": "Acenocoumarol; Sintrom; Acenocumarol",
    "heparin": "heparin sodium, porcine 1000 UNT/ML Injectable Solution; UFH; Heparina",
    "enoxaparin": "Enoxaparin 40 MG; Lovenox",
    "dalteparin": "Dalteparin; Fragmin",
    "fondaparinux": "Fondaparinux; Arixtra",
    "clopidogrel": "Clopidogrel 75 MG Oral Tablet; Plavix 75 MG",
    "prasugrel": "Prasugrel; Effient",
    "ticagrelor": "Ticagrelor; Brilinta",
    "dabigatran": "Dabigatran etexilate; Pradaxa; Dabigatr\u00e1n",
    "rivaroxaban": "Rivaroxaban; Xarelto 20 MG; Rivaroxab\u00e1n",
    "apixaban": "Apixaban; Eliquis 5 MG; ELIQUIS",
    "edoxaban": "Edoxaban; Savaysa",
    "abciximab": "Abciximab; ReoPro",
    "eptifibatide": "Eptifibatide; Integrilin",
    "tirofiban": "Tirofiban; Aggrastat",
    "fibrinolytic": "Alteplase; Activase; TNKase; Reteplase",
}
THINNING = {
    "phenprocoumon": "Phenprocoumon; Marcumar",
    "argatroban": "Argatroban",
    "bivalirudin": "Bivalirudin; Angiomax",
    "betrixaban": "Betrixaban; Bevyxxa",
    "ticlopidine": "Ticlopidine; Ticlid",
    "cangrelor": "Cangrelor; Kengreal",
    "vorapaxar": "Vorapaxar; Zontivity",
    "tinzaparin": "Tinzaparin; Innohep",
}
NSAIDS = {
    "ibuprofen": "Ibuprofen 200 MG; Advil; Motrin IB; Duexis; Ibuprofeno",
    "naproxen": "Naproxen 500 MG; EC-Naprosyn; Vimovo",
    "naproxen-sodium": "Aleve; Anaprox DS; Naproxen sodium 220 MG",
    "diclofenac": "Diclofenac; Voltaren 75 MG; Cataflam; Arthrotec",
    "meloxicam": "Meloxicam; Mobic",
    "celecoxib": "Celecoxib; Celebrex",
    "ketorolac": "Ketorolac; Toradol 10 MG; Sprix",
    "etodolac": "Etodolac; Lodine",
    "nabumetone": "Nabumetone; Relafen",
    "oxaprozin": "Oxaprozin; Daypro",
    "sulindac": "Sulindac; Clinoril",
    "indomethacin": "Indomethacin; Indocin",
    "piroxicam": "Piroxicam; Feldene",
    "ketoprofen": "Ketoprofen; Orudis",
    "mefenamic-acid": "Mefenamic acid; Ponstel",
    "diflunisal": "Diflunisal; Dolobid",
}
OTHERS = {
    "sertraline": "Zoloft 50 MG",
    "lisinopril": "Zestril; Prinzide",
    "losartan": "Losart\u00e1n; Cozaar; Hyzaar",
    "hydrochlorothiazide": "Hydrochlorothiazide 25 MG; HCTZ; Hyzaar; Prinzide",
    "furosemide": "Lasix",
    "omeprazole": "Prilosec; Omeprazole 20 MG",
    "esomeprazole": "Nexium",
    "methylprednisolone-oral": "Methylprednisolone 4 MG Oral Tablet; Medrol Dosepak",
    "methotrexate": "Methotrexate 2.5 MG",
}
NAMES = [
    (key, name.strip())
    for table in (HELD, THINNING, NSAIDS, OTHERS)
    for key, names in table.items()
    for name in names.split(";")
]


def drug_of(entry):
    """A shipped drug as the rules know it."""
    told = details_of("drug", entry.details)
    synonyms = (*told.synonyms, entry.name_es)
    return KnownDrug(entry.key, entry.name, frozenset(told.classes), synonyms)


DRUGS = [drug_of(entry) for (section, _key), entry in catalogue().items() if section == "drug"]
BOOK = DrugBook(DRUGS)


@pytest.mark.parametrize(("key", "name"), NAMES)
def test_a_drug_is_known_by_its_names(key, name):
    """“Eliquis 5 MG” was booked for an epidural without a word about holding it."""
    assert key in {drug.key for drug in BOOK.called(name)}


def test_every_drug_of_the_table_of_holds_is_tried():
    """A drug that gets a row later gets its names as well."""
    table = next(rule for rule, _record in shipped() if rule.key == "anticoag-hold-table")
    assert set(table.params["drugs"]) <= {*HELD, *NSAIDS, "ketorolac-injection"}


@pytest.mark.parametrize(
    ("key", "kind"),
    [
        *((key, "nsaid") for key in NSAIDS),
        *((key, "thinning") for key in (*HELD, *THINNING)),
    ],
)
def test_a_drug_has_the_class_that_rules_ask_for(key, kind):
    """A name that is known and in no class is as silent as one that is not."""
    wanted = {"anticoagulant", "antiplatelet", "fibrinolytic"} if kind == "thinning" else {kind}
    assert BOOK.by_key[key].classes & wanted


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("Aggrenox 25 MG / 200 MG", {"aspirin", "dipyridamole"}),
        ("Mesalamine (Asacol) 400 MG", set()),
        ("Amlodipine 5 MG", set()),
        ("Lamotrigine 100 MG", set()),
        ("Povidone-iodine", set()),
        ("Esomeprazole 20 MG", {"esomeprazole"}),
        ("Aspirin 81 MG, aspirin", {"aspirin"}),
    ],
)
def test_names_are_neither_lost_nor_seen_where_they_are_not(text, keys):
    """A brand of two drugs is both of them; letters inside another word are nothing."""
    assert {drug.key for drug in BOOK.called(text)} == keys


def classes_in(value, name=""):
    """The classes of drugs that a part of a record names, at any depth."""
    if isinstance(value, dict):
        return [word for key, item in value.items() for word in classes_in(item, key)]
    if isinstance(value, list | tuple):
        return [word for item in value for word in classes_in(item, name)]
    return [value] if name in {"classes", "taken_classes", "given_classes", "but_not"} else []


def test_every_class_a_rule_names_is_a_class_of_a_shipped_drug():
    """A rule about ACE inhibitors could never speak: nothing that is shipped was one."""
    of_drugs = set().union(*(drug.classes for drug in DRUGS))
    parts = ("params", "when", "unless", "applies_to")
    records = [found.record for _rule, found in shipped()]
    named = {
        word
        for record in records
        for part in parts
        for word in classes_in(record.get(part, {}))
        if isinstance(word, str)
    }
    assert "proton_pump_inhibitor" in named
    assert named & set(DRUG_CLASSES) - of_drugs == set()
    assert set(DRUG_CLASSES) - of_drugs == set()
