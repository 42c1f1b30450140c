"""What the repository holds: our own sources, honest locks, documents that tell the truth."""

import os
import subprocess
import sys

import pytest

from scheduling.domain import waiting_states
from scheduling.domain.states import mermaid
from tests.architecture import rules
from tests.architecture.rules import ROOT
from treatments.domain.states import course_mermaid


def tracked() -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("not a git checkout")
    return [name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


def test_nothing_minified_or_foreign_is_kept():
    """Third-party source belongs in packages, where somebody mends it."""
    names = tracked()
    assert not [name for name in names if ".min." in name or "node_modules" in name]
    scripts = [name for name in names if name.endswith((".js", ".css"))]
    assert scripts
    for name in scripts:
        text = (ROOT / name).read_text()
        assert "sourceMappingURL" not in text
        assert max(map(len, text.splitlines())) < 500, f"{name} looks minified"


def test_no_file_names_a_path_of_one_machine():
    """What only exists here does not exist for the next person."""
    needle = str(ROOT)
    for name in tracked():
        path = ROOT / name
        if path.suffix in {".py", ".md", ".toml", ".yml", ".html", ".txt", ""}:
            assert needle not in path.read_text(errors="replace"), name


@pytest.mark.parametrize("name", ["app.txt", "local.txt", "dev.txt"])
def test_locks_carry_hashes_and_no_addresses(name):
    """A lock without hashes installs whatever is served under that name."""
    assert rules.unfit_lock(name, (ROOT / "requirements" / name).read_text()) == []


def test_an_unfit_lock_is_noticed():
    """The checker bites."""
    assert rules.unfit_lock("x", "django==5.2 \\\n    # via x\n")
    assert rules.unfit_lock("x", "django==5.2\n")
    assert rules.unfit_lock("x", "--index-url somewhere\n")


def test_templates_obey_the_content_security_policy():
    """What is inline does not run in the browser, and what is unescaped runs too well."""
    complaints = []
    for path in ROOT.glob("**/templates/**/*.html"):
        if ".venv" not in path.parts:
            complaints += rules.unfit_template(str(path.relative_to(ROOT)), path.read_text())
    assert complaints == []


@pytest.mark.parametrize(
    "broken",
    [
        "<script>alert(1)</script>",
        '<script type="text/javascript">alert(1)</script>',
        '<script data-type="application/json">alert(1)</script>',
        '<p style="color:red">',
        '<a onclick="x()">',
        "{{ name|safe }}",
        '<form method="post"><input></form>',
        '<div hx-get="/desk/" hx-trigger="every 10s"></div>',
    ],
)
def test_an_unfit_template_is_noticed(broken):
    """The checker bites."""
    assert rules.unfit_template("x.html", broken)


@pytest.mark.parametrize(
    "fit",
    ['<script src="x.js"></script>', '<script data-x="y"\n  type="application/json">{}</script>'],
)
def test_files_and_data_are_no_inline_scripts(fit):
    """A browser runs neither a block of data nor, by our policy, another site's file."""
    assert rules.unfit_template("x.html", fit) == []


def test_every_setting_is_told_and_every_told_setting_is_read():
    """Whoever installs Dorsa reads .env.example, not our source."""
    settings = (ROOT / "clinic" / "settings.py").read_text()
    example = (ROOT / ".env.example").read_text()
    assert rules.undocumented_settings(settings, example) == []


def test_an_untold_setting_is_noticed():
    """The checker bites, both ways."""
    assert rules.undocumented_settings('env.str("SECRET")', "") == [
        "SECRET: tell it in .env.example"
    ]
    assert len(rules.undocumented_settings("", "OLD=1")) == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", None),
        ("SECRET_KEY", "short"),
        ("DATABASE_URL", None),
        ("REDIS_URL", "http://elsewhere"),
        ("MAX_BODY_BYTES", "many"),
        ("LOG_LEVEL", "LOUD"),
        ("DEMO", "perhaps"),
    ],
)
def test_a_bad_setting_stops_the_start_and_is_named(name, value):
    """A clinic that starts half-configured fails in front of patients."""
    env = {k: v for k, v in os.environ.items() if k != name}
    if value is not None:
        env[name] = value
    done = subprocess.run(
        [sys.executable, "-c", "import clinic.settings"],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert name in done.stderr


def test_the_drawn_states_are_the_real_ones():
    """A diagram that lies is worse than none."""
    page = (ROOT / "docs" / "architecture.md").read_text()
    drawn = page.split("<!-- states:begin -->")[1].split("<!-- states:end -->")[0]
    assert drawn.strip() == f"```mermaid\n{mermaid()}\n```"
    waiting = page.split("<!-- waiting:begin -->")[1].split("<!-- waiting:end -->")[0]
    assert waiting.strip() == f"```mermaid\n{waiting_states.mermaid()}\n```"


def test_the_drawn_states_of_a_course_are_the_real_ones():
    """The same for courses of treatment."""
    page = (ROOT / "docs" / "architecture.md").read_text()
    drawn = page.split("<!-- course-states:begin -->")[1].split("<!-- course-states:end -->")[0]
    assert drawn.strip() == f"```mermaid\n{course_mermaid()}\n```"
