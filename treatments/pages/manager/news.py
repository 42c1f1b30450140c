"""The manager: newsletters by condition, to whoever agreed to get them."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clinic.accounts.guards import SignedInRequest, manager_page
from clinic.shared.errors import Invalid
from treatments.actions import news as actions
from treatments.forms.news import NewsletterForm
from treatments.models import Newsletter
from treatments.queries import news as read

SENDING = read.SEND
FIELDS = ("title_en", "body_en", "title_es", "body_es", "causes")


@require_GET
@manager_page(SENDING)
def news(request: SignedInRequest) -> HttpResponse:
    """Every letter, and how far it is."""
    context = {"letters": read.newsletters(request.user)}
    return render(request, "treatments/manager/news.html", context)


@require_http_methods(["GET", "POST"])
@manager_page(SENDING)
def new(request: SignedInRequest) -> HttpResponse:
    """A letter that is not there yet."""
    form = NewsletterForm(request.POST or None, causes=read.causes(request.user))
    if request.method == "POST" and form.is_valid():

        def keep(letter: actions.Letter) -> Newsletter:
            return actions.write_newsletter(letter=letter, by=request.user, now=timezone.now())

        if kept := _kept(request, form, keep):
            return kept
    return _show(request, form, None)


@require_http_methods(["GET", "POST"])
@manager_page(SENDING)
def letter(request: SignedInRequest, newsletter_id: int) -> HttpResponse:
    """One letter: as it will be read, whom it would reach, and a form as long as it is not sent."""
    found = read.access_newsletter(request.user, newsletter_id)
    initial = {name: getattr(found, name) for name in FIELDS}
    form = NewsletterForm(request.POST or None, initial=initial, causes=read.causes(request.user))
    if request.method == "POST" and form.is_valid():

        def keep(letter: actions.Letter) -> Newsletter:
            return actions.change_newsletter(
                newsletter=found, letter=letter, by=request.user, now=timezone.now()
            )

        if kept := _kept(request, form, keep):
            return kept
    return _show(request, form, found)


@require_POST
@manager_page(SENDING)
def send(request: SignedInRequest, newsletter_id: int) -> HttpResponse:
    """Hand it to the worker."""
    found = read.access_newsletter(request.user, newsletter_id)
    actions.send_newsletter(newsletter=found, by=request.user, now=timezone.now())
    messages.success(request, "The letter is on its way.")
    return redirect("manager:news")


def _kept(
    request: SignedInRequest,
    form: NewsletterForm,
    keep: Callable[[actions.Letter], Newsletter],
) -> HttpResponse | None:
    """On to the letter's page; None if it was refused, which the form then says."""
    try:
        row = keep(actions.Letter(**{name: form.cleaned_data[name] for name in FIELDS}))
    except Invalid as error:
        form.add_error(None, error.sentence)
        return None
    messages.success(request, "The letter is kept. Nobody gets it before you send it.")
    return redirect("manager:newsletter", row.pk)


def _show(request: SignedInRequest, form: NewsletterForm, found: Newsletter | None) -> HttpResponse:
    reach = None
    if found is not None and found.sent_at is None:
        reach = read.reach(request.user, found.causes, now=timezone.now()).words
    names = dict(read.causes(request.user))
    context = {
        "form": form,
        "letter": found,
        "reach": reach,
        "about": [names.get(key, key) for key in found.causes] if found else [],
    }
    status = 422 if form.errors else 200
    return render(request, "treatments/manager/newsletter.html", context, status=status)
