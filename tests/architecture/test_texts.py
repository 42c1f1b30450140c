"""What patients read is there in both languages, and says the same."""

from pathlib import Path

import pytest

from clinic.shared.management.texts import AppTexts, all_texts, complaints, merge
from tests.architecture.rules import ROOT
from tests.architecture.unmarked import IN_BOTH, patient_templates, unmarked


def test_nothing_lacks_its_spanish():
    """Half a page in another language is not understood, and trusted less than none."""
    assert complaints(all_texts()) == [], "run manage.py texts, and fill in the empty msgstr"


@pytest.mark.parametrize("path", patient_templates(), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_sentence_that_a_patient_may_read_is_marked(path: Path):
    """What is not marked stays English whatever is chosen."""
    if str(path.relative_to(ROOT)) in IN_BOTH:
        assert 'lang="es"' in path.read_text()
        return
    assert list(unmarked(path.read_text())) == []


def test_the_templates_that_patients_see_are_found():
    """A checker that looks at nothing finds nothing."""
    found = {path.name for path in patient_templates()}
    assert {"login.html", "home.html", "visit.html", "404.html", "totp_x"} - found == {"totp_x"}


@pytest.mark.parametrize(
    "broken",
    [
        "<p>Call us now</p>",
        '<img src="x.png" alt="Your spine">',
        '<p>{% translate "Call us" %} today</p>',
        '<button aria-label="Close">{{ icon }}</button>',
        "{% if x %}Nothing{% endif %}",
        '<p>{{ day|date:"M j, Y" }}</p>',
        '<input type="submit" value="Send it">',
        '<a href="{% url "x" %}" title="The clinic">{{ y }}</a>',
    ],
)
def test_a_sentence_that_was_not_marked_is_noticed(broken):
    """The checker must see each place where words stand."""
    assert list(unmarked(broken))


@pytest.mark.parametrize(
    "fit",
    [
        '<p>{% translate "Call us now" %}</p>',
        "{% blocktranslate with a=b %}Hello {{ a }}{% endblocktranslate %}",
        "{# A remark #}<p>{{ name }}, {{ day }}</p>",
        '<button name="answer" value="accept">{% translate "Yes" %}</button>',
        '<a class="button wide" href="{% url "public:visit" token %}">{{ site.phone }}</a>',
        '<button lang="es" value="es">Español</button>',
        '<p lang="es">Algo salió mal</p>',
        '<p>{{ at|date:"l" }}, {{ at|date }}, {{ at|time }}</p>',
    ],
)
def test_what_is_marked_is_let_through(fit):
    """A checker that cries always is switched off."""
    assert list(unmarked(fit)) == []


SOURCE = """from django.utils.translation import gettext as _, ngettext
A = _("One visit")
B = _("Call %(phone)s")
C = ngettext("%(n)s visit", "%(n)s visits", 2)
"""


@pytest.fixture
def texts(tmp_path):
    """An app of three sentences, and its file."""
    (tmp_path / "clinic").mkdir()
    (tmp_path / "clinic" / "pages.py").write_text(SOURCE)
    return AppTexts("clinic", tmp_path)


def translate(texts, english, spanish):
    before = texts.po.read_text()
    assert english in before
    texts.po.write_text(before.replace(f'{english}"\nmsgstr ""', f'{english}"\nmsgstr "{spanish}"'))


def test_what_is_missing_unsure_stale_or_lost_is_noticed(texts):
    """Each way in which a text can be wrong has a complaint of its own."""
    merge([texts])
    assert len([line for line in complaints([texts]) if "no Spanish" in line]) == 3
    translate(texts, "One visit", "Una visita")
    translate(texts, "Call %(phone)s", "Llame al %(fono)s")
    found = complaints([texts])
    assert [line for line in found if "%(fono)s, %(phone)s differs" in line]
    texts.po.write_text(
        texts.po.read_text().replace('msgid "One visit"', '#, fuzzy\nmsgid "One visit"')
    )
    assert [line for line in complaints([texts]) if "unsure" in line and "One visit" in line]
    (texts.root / "clinic" / "pages.py").write_text(SOURCE.replace("One visit", "A visit"))
    assert [line for line in complaints([texts]) if "nothing says “One visit”" in line]


def test_merging_loses_no_translation_and_settles(texts):
    """Two people run the tool on two branches: what they wrote is what they merge."""
    merge([texts])
    translate(texts, "One visit", "Una visita")
    merge([texts])
    settled = texts.po.read_text()
    assert "Una visita" in settled
    merge([texts])
    assert texts.po.read_text() == settled
    (texts.root / "clinic" / "pages.py").write_text("A = 1")
    merge([texts])
    assert "#~ " in texts.po.read_text()
    merge([texts], forget=True)
    assert "Una visita" not in texts.po.read_text()


def test_two_branches_entries_one_below_the_other_are_read(texts):
    """Git keeps the lines of both sides; an entry that came twice is no error."""
    merge([texts])
    added = '\nmsgid "One visit"\nmsgstr "Una visita"\n'
    texts.po.write_text(texts.po.read_text() + added)
    merge([texts])
    assert texts.po.read_text().count("One visit") == 1
    assert "Una visita" in texts.po.read_text()


def test_one_english_sentence_has_one_spanish(tmp_path):
    """Django reads all files as one; which of two would show is chance."""
    found = []
    for app, spanish in (("clinic", "Siguiente"), ("patients", "Próxima")):
        texts = AppTexts(app, tmp_path)
        (tmp_path / app).mkdir()
        (tmp_path / app / "x.py").write_text("from x import gettext as _\n_('Next')")
        merge([texts])
        translate(texts, "Next", spanish)
        found.append(texts)
    assert complaints(found) == ["clinic and patients say “Next” in two ways"]
