"""What a physician does in the record of one person, step by step, through the pages."""

from playwright.sync_api import expect

MINUTE = "%Y-%m-%dT%H:%M"
DAY = "%Y-%m-%d"
CHECKED = ("consent", "time_out", "allergies_reviewed")


class Physician:
    """Somebody who works through the pages of one person's record."""

    def __init__(self, page, person):
        self.page = page
        self.record = f"/physician/people/{person.pk}"

    def consult(self, at, *, reason, diagnosis):
        page = self.page
        page.goto(f"{self.record}/consultations/new/")
        page.fill("[name=occurred_at]", at.strftime(MINUTE))
        page.get_by_role("button", name="Begin").click()
        page.wait_for_url("**/physician/consultations/*/")
        page.fill("[name=text-reason]", reason)
        page.fill("[name=exam-strength-L5-left]", "4")
        page.fill("#diagnosis-q", diagnosis)
        page.check(f"[name=diagnosis-code][value='{diagnosis}']")
        page.get_by_role("button", name="Add it").click()
        page.wait_for_selector(".diagnoses li")
        page.fill("[name=text-plan]", "An NSAID and physical therapy")
        page.get_by_role("button", name="Sign").click()
        page.wait_for_selector("article.document")

    def score(self, at, *, pain, peg, about="", occasion=""):
        page = self.page
        page.goto(f"{self.record}/scores/new/")
        self._pick(page.locator("section.scale", has_text="Pain, average"), [pain])
        self._pick(page.locator("section.scale", has_text="PEG"), peg)
        page.locator("[name=about]").select_option(
            label=self._option("[name=about]", about) if about else "Nothing in particular"
        )
        page.get_by_text(occasion or "By itself", exact=True).click()
        page.fill("[name=authored_at]", at.strftime(MINUTE))
        page.get_by_role("button", name="Save the scores").click()
        page.get_by_text("The scores are written down.").wait_for()

    def order_nsaid(self, at):
        page = self.page
        page.goto(f"{self.record}/courses/new/?treatment=nsaid")
        page.select_option("#id_product", "ibuprofen|200 mg")
        page.fill("#id_dose", "400")
        page.select_option("#id_doses_per_day", "3")
        page.fill("#id_quantity", "120")
        return self._order(at)

    def order_therapy(self, at):
        page = self.page
        page.goto(f"{self.record}/courses/new/?treatment=physical-therapy")
        page.fill("#id_goal", "Walk a mile")
        return self._order(at)

    def record_visit(self, course, at):
        page = self.page
        page.goto(course)
        page.fill("#visits [name=occurred_at]", at.strftime(MINUTE))
        page.fill("#visits [name=minutes]", "45")
        page.get_by_role("button", name="Record the visit").click()
        page.get_by_text("is recorded.").wait_for()

    def end_course(self, course, at, how, reason=""):
        page = self.page
        page.goto(course)
        form = page.locator("form", has=page.get_by_role("button", name=how, exact=True))
        form.locator("[name=on]").fill(at.strftime(DAY))
        if reason:
            form.locator("[name=reason]").fill(reason)
        form.get_by_role("button", name=how, exact=True).click()
        expect(page.locator("main")).to_contain_text(at.strftime("%b %-d, %Y"))

    def inject_epidural(self, at):
        self._begin("Epidural steroid injection", at)
        page = self.page
        page.locator(".spine-level", has_text="L5-S1").locator("svg").click()
        page.locator("[name=levels][value=L4-L5]").focus()
        page.keyboard.press("Space")
        page.get_by_text("Left", exact=True).click()
        expect(page.locator("[data-spine-said]")).to_have_text("Lumbar, L4-L5 and L5-S1, left.")
        page.get_by_text("Transforaminal", exact=True).click()
        page.get_by_text("Fluoroscopy", exact=True).click()
        self._give("triamcinolone", "40 mg/mL", 1, lot="T-2201")
        self._pain(7, 3)
        self._sign()

    def block_medial_branches(self, at):
        self._begin("Medial branch block", at)
        page = self.page
        page.locator(".spine-level", has_text="L4-L5").locator("svg").click()
        page.get_by_text("Left", exact=True).click()
        page.get_by_text("Medial branch", exact=True).click()
        page.get_by_text("Diagnostic", exact=True).click()
        self._give("bupivacaine", "0.5 %", 1)
        self._sign()
        page.get_by_role("link", name="Diary of the block").click()
        hours = ("Before", "Half an hour", "1 hour", "2 hours", "4 hours", "6 hours", "8 hours")
        for question, pain in zip(hours, (7, 1, 1, 1, 1, 4, 7), strict=True):
            page.get_by_role("group", name=question).get_by_text(str(pain), exact=True).click()
        page.get_by_role("button", name="Save the diary").click()
        page.get_by_text("The diary is saved.").wait_for()

    def augment_vertebra(self, at):
        self._begin("Kyphoplasty", at)
        page = self.page
        page.locator("[name=levels][value=L1]").focus()
        page.keyboard.press("Space")
        page.fill("[name=cement_L1]", "4.5")
        page.get_by_text("Midline", exact=True).click()
        page.get_by_text("Balloon bipedicular", exact=True).click()
        self._pain(9, 4)
        self._sign()

    def _option(self, selector, words):
        labels = self.page.locator(f"{selector} option").all_text_contents()
        return next(label for label in labels if words in label)

    def _pick(self, section, numbers):
        for group, number in zip(section.get_by_role("group").all(), numbers, strict=True):
            group.get_by_text(str(number), exact=True).click()

    def _order(self, at):
        page = self.page
        page.fill("#id_start_date", at.strftime(DAY))
        page.locator("button[value=order]").click()
        page.wait_for_url("**/physician/courses/*/")
        return page.url

    def _begin(self, treatment, at):
        page = self.page
        page.goto(f"{self.record}/procedures/new/")
        page.get_by_role("button", name=treatment, exact=True).click()
        page.wait_for_url("**/physician/procedures/*/")
        page.fill("[name=performed_at]", at.strftime(MINUTE))
        for name in CHECKED:
            page.check(f"[name=check_{name}]")

    def _give(self, drug, concentration, volume, lot=""):
        row = self.page.locator("[data-drug-row]").first
        row.locator("select").first.select_option(drug)
        row.get_by_role("button", name=concentration).click()
        row.locator("[name$=volume_ml]").fill(str(volume))
        if lot:
            row.locator("[name$=lot_number]").fill(lot)
            row.locator("[name$=expiry_date]").fill("2099-01-01")

    def _pain(self, before, after):
        for name, pain in (("before", before), ("after", after)):
            group = self.page.get_by_role("group", name=f"Pain {name}")
            group.get_by_text(str(pain), exact=True).click()

    def _sign(self):
        self.page.get_by_role("button", name="Sign", exact=True).click()
        self.page.get_by_text("Signed by").wait_for()
