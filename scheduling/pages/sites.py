"""Which site a page is about."""

from clinic.accounts.guards import SignedInRequest
from clinic.shared.errors import NotFound
from scheduling.models import Site
from scheduling.queries import catalogue


def chosen_site(request: SignedInRequest, wished: int | None) -> Site:
    """The site asked for, else the one this desk looked at last. Raises `NotFound`."""
    return choice_of_sites(request, wished)[0]


def choice_of_sites(request: SignedInRequest, wished: int | None) -> tuple[Site, list[Site]]:
    """The same, and all sites it could be, read once. Raises `NotFound`."""
    known = catalogue.sites(request.user)
    last = request.session.get("site")
    by_id: dict[int | None, Site] = {site.pk: site for site in known}
    if not known or (wished and wished not in by_id):
        raise NotFound
    site = by_id[wished] if wished else by_id.get(last, known[0])
    if site.pk != last:
        request.session["site"] = site.pk
    return site, known
