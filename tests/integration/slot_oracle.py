"""A slow, plain account of when a visit could begin: a clinic is only its free minutes."""

from datetime import timedelta

from tests.integration.slot_rows import minutes_of
from tests.integration.slot_worlds import MINUTE


def oracle(world, built, *, buffers=True):
    """Every start at which every need is met, minute by minute, for each clinician."""
    found = [
        (start, site.pk, clinician.pk)
        for site in built.sites
        for start in _wished(world, site, built)
        if not start.astimezone(site.zone).minute % world["alignment"]
        for clinician in _able(world, site, built, start, buffers)
    ]
    found += [
        (start, site.pk, clinician.pk)
        for start, site, clinician in built.joinable
        if start in _wished(world, site, built) and built.named in {None, clinician}
    ]
    return sorted(set(found))


def _wished(world, site, built):
    """The minutes of the day that the wish is about, at which the person is free to begin."""
    wish = world["wish"]
    found = []
    for n in range(wish["after"], 24 * 60):
        start = built.begin + n * MINUTE
        end = start + timedelta(minutes=world["minutes"])
        local = start.astimezone(site.zone)
        if (
            (not wish["weekdays"] or local.isoweekday() in wish["weekdays"])
            and (wish["from_time"] is None or local.time() >= wish["from_time"])
            and (wish["until_time"] is None or local.time() < wish["until_time"])
            and not any(start < over and begun < end for begun, over in built.visits)
        ):
            found.append(start)
    return found


def _able(world, site, built, start, buffers):
    """The clinicians who could begin then, if there is everything else as well."""
    here = [resource for resource in built.free if resource.site_id == site.pk]
    able = {}
    for need in world["needs"]:
        fitting = [r for r in here if fits(world, need, r, built, start, buffers)]
        if need["kind"] == "clinician" and built.named is not None:
            fitting = [r for r in fitting if r == built.named]
        if len(fitting) < need["count"]:
            return []
        able[need["kind"]] = fitting
    return able["clinician"]


def fits(world, need, resource, built, start, buffers):
    """Whether this resource could meet the need of a visit that begins then."""
    if resource.kind != need["kind"]:
        return False
    if need["capability"] not in {c.code for c in resource.capabilities.all()}:
        return False
    for offset, length in need["parts"] or [(0, None)]:
        begin = offset - (need["buffer_before_minutes"] if buffers else 0)
        end = offset + (length or world["minutes"] - offset)
        end += need["buffer_after_minutes"] if buffers else 0
        if not minutes_of(start + begin * MINUTE, start + end * MINUTE) <= built.free[resource]:
            return False
    return True
