"""Which site a page is about."""

from clinic.accounts.guards import SignedInRequest
from scheduling.models import Site
from scheduling.queries import catalogue


def chosen_site(request: SignedInRequest, wished: int | None) -> Site:
    """The site asked for, else the one this desk looked at last."""
    known = {site.pk for site in catalogue.sites(request.user)}
    last = request.session.get("site")
    site = catalogue.access_site(request.user, wished or (last if last in known else None))
    if site.pk != last:
        request.session["site"] = site.pk
    return site
