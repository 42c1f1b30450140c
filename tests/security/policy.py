"""Who may do what at which address, written by hand: the other half of the generated matrix.

This table repeats what decorators and `permissions` say in the code, on purpose. A slip there shows
as a difference here. An address that is missing here fails the matrix.
"""

from dataclasses import dataclass, field

DESK, NURSE, THERAPIST, PHYSICIAN = "front_desk", "nurse", "therapist", "physician"
MANAGER, PRIVACY, PATIENT = "manager", "privacy_officer", "patient"

CLINICIANS = {NURSE, THERAPIST, PHYSICIAN}
AT_THE_DESK = {DESK, NURSE, PHYSICIAN, MANAGER}
BOOKING = {DESK, NURSE, PHYSICIAN}
STAFF = {DESK, NURSE, THERAPIST, PHYSICIAN, MANAGER, PRIVACY}
KEYS = STAFF - {PRIVACY}
EVERYBODY = STAFF | {PATIENT}

# How an address answers about somebody (or something) that is not the asker's own.
ALIKE = "alike"  # whoever may see one may see all
CLOSED = "closed"  # 403, and nothing about them but who they are
HIDDEN = "hidden"  # exactly like what does not exist


@dataclass(frozen=True)
class Rule:
    """Who may use which method, and how the address answers about what is not one's own."""

    get: set[str] = field(default_factory=set)
    post: set[str] = field(default_factory=set)
    put: set[str] = field(default_factory=set)
    patch: set[str] = field(default_factory=set)
    delete: set[str] = field(default_factory=set)
    others: str = ALIKE


def get(who, others=ALIKE):
    return Rule(get=who, others=others)


def post(who, others=ALIKE):
    return Rule(post=who, others=others)


def both(who, others=ALIKE):
    return Rule(get=who, post=who, others=others)


POLICY = {
    "desk:board": get(AT_THE_DESK),
    "desk:book": both(BOOKING),
    "desk:step": post(BOOKING, HIDDEN),
    "desk:move": both(BOOKING, HIDDEN),
    "desk:here-now": post(BOOKING),
    "desk:anyway": both({DESK, PHYSICIAN}),
    "desk:hold": get(AT_THE_DESK, HIDDEN),
    "desk:hold-book": post(BOOKING, HIDDEN),
    "desk:hold-let-go": post(BOOKING, HIDDEN),
    "desk:cancel": both({DESK}, HIDDEN),
    "desk:room": both(BOOKING, HIDDEN),
    "desk:visits": get(AT_THE_DESK),
    "desk:series-new": both(BOOKING),
    "desk:series": get(AT_THE_DESK, HIDDEN),
    "desk:series-move": both(BOOKING, HIDDEN),
    "desk:series-cancel": both({DESK}, HIDDEN),
    "desk:worklist": get(AT_THE_DESK),
    "desk:keep": post(BOOKING, HIDDEN),
    "desk:waitlist": get(AT_THE_DESK),
    "desk:waitlist-add": both(BOOKING),
    "desk:waitlist-for": get(BOOKING),
    "desk:waitlist-entry": both(BOOKING, HIDDEN),
    "desk:waitlist-leave": post(BOOKING, HIDDEN),
    "desk:waitlist-times": both(BOOKING, HIDDEN),
    "desk:waitlist-answer": post(BOOKING, HIDDEN),
    "desk:visit": get(AT_THE_DESK, HIDDEN),
    "desk:changes": get(AT_THE_DESK),
    "desk:act": post(BOOKING),
    "desk:undo": post(AT_THE_DESK),
    "desk:park": post(BOOKING),
    "desk:drop": post(BOOKING),
    "desk:quick": both(BOOKING),
    "desk:views": both(AT_THE_DESK),
    "desk:view": both(AT_THE_DESK, HIDDEN),
    "desk:view-delete": post(AT_THE_DESK, HIDDEN),
    "desk:people": get(AT_THE_DESK),
    "desk:register": both({DESK}),
    "desk:person": get(AT_THE_DESK),
    "desk:care-team": both({PHYSICIAN, MANAGER}, CLOSED),
    "desk:leave": post({PHYSICIAN, MANAGER}, CLOSED),
    "desk:documents": both({DESK, NURSE}),
    "desk:document": get({DESK, NURSE}),
    "desk:consents": get({DESK, NURSE}),
    "desk:decide": post({DESK, NURSE}),
    "desk:grant": post({DESK, NURSE}),
    "desk:renew": post({DESK, NURSE}),
    "desk:revoke": post({DESK, NURSE}),
    "desk:queue": get(AT_THE_DESK),
    "desk:queue-step": post(BOOKING, HIDDEN),
    "desk:check-in-link": both(BOOKING, HIDDEN),
    "desk:display": both(AT_THE_DESK),
    "desk:display-off": post(AT_THE_DESK, HIDDEN),
    "desk:blocks": both(AT_THE_DESK),
    "desk:remove-block": post(AT_THE_DESK, HIDDEN),
    "desk:late": both(AT_THE_DESK),
    "desk:tell-late": post(AT_THE_DESK, HIDDEN),
    "physician:day": get({THERAPIST, PHYSICIAN}),
    "physician:step": post({THERAPIST, PHYSICIAN}, HIDDEN),
    "physician:visits": get(CLINICIANS),
    "physician:hours": both({THERAPIST, PHYSICIAN}),
    "physician:leave": post({THERAPIST, PHYSICIAN}),
    "physician:remove-leave": post({THERAPIST, PHYSICIAN}, HIDDEN),
    "physician:people": get(CLINICIANS),
    "physician:emergency": both({PHYSICIAN}),
    "physician:chart": get(CLINICIANS, CLOSED),
    "physician:blocks": both({THERAPIST, PHYSICIAN}),
    "physician:remove-block": post({THERAPIST, PHYSICIAN}, HIDDEN),
    "physician:late": both({THERAPIST, PHYSICIAN}),
    "physician:tell-late": post({THERAPIST, PHYSICIAN}, HIDDEN),
    "physician:calendar": both({THERAPIST, PHYSICIAN}),
    "physician:calendar-off": post({THERAPIST, PHYSICIAN}, HIDDEN),
    "patient:calendar": both({PATIENT}),
    "patient:calendar-off": post({PATIENT}, HIDDEN),
    "patient:home": get({PATIENT}),
    "patient:viewers": get({PATIENT}),
    "manager:roles": get({MANAGER, PRIVACY}),
    "manager:users": both({MANAGER}),
    "manager:user": both({MANAGER}),
    "manager:disable": post({MANAGER}),
    "manager:enable": post({MANAGER}),
    "manager:reset-factor": post({MANAGER}),
    "manager:outbox": get({MANAGER}),
    "manager:people": get({MANAGER, PRIVACY}),
    "manager:record": get({PRIVACY}),
    "manager:record-json": get({PRIVACY}),
    "manager:changes": get({PRIVACY}),
    "manager:emergency-accesses": get({MANAGER, PRIVACY}),
    "manager:merges": get({MANAGER}),
    "manager:merge": both({MANAGER}),
    "manager:undo-merge": post({MANAGER}),
    "manager:reads": get({PRIVACY}),
    "manager:reads-csv": get({PRIVACY}),
    "manager:setup": get({MANAGER}),
    "manager:new-site": both({MANAGER}),
    "manager:site": both({MANAGER}),
    "manager:site-hours": both({MANAGER}),
    "manager:site-leave": post({MANAGER}),
    "manager:holidays": both({MANAGER}),
    "manager:load-holidays": post({MANAGER}),
    "manager:holiday": both({MANAGER}),
    "manager:remove-holiday": post({MANAGER}),
    "manager:new-resource": both({MANAGER}),
    "manager:resource": both({MANAGER}),
    "manager:retire-resource": post({MANAGER}),
    "manager:restore-resource": post({MANAGER}),
    "manager:resource-hours": both({MANAGER}),
    "manager:resource-leave": post({MANAGER}),
    "manager:follow-site": post({MANAGER}),
    "manager:remove-leave": post({MANAGER}),
    "manager:capabilities": both({MANAGER}),
    "manager:capability": both({MANAGER}),
    "manager:remove-capability": post({MANAGER}),
    "manager:visit-types": get({MANAGER}),
    "manager:new-visit-type": both({MANAGER}),
    "manager:visit-type": both({MANAGER}),
    "manager:retire-visit-type": post({MANAGER}),
    "manager:restore-visit-type": post({MANAGER}),
    "manager:catalogue": get({MANAGER}),
    "manager:new-catalogue-entry": both({MANAGER}),
    "manager:catalogue-entry": both({MANAGER}),
    "manager:retire-catalogue-entry": post({MANAGER}),
    "manager:restore-catalogue-entry": post({MANAGER}),
    "manager:reports": get({MANAGER}),
    "manager:report-csv": get({MANAGER}),
    "physician:diagnosis-codes": get(CLINICIANS),
    "api:catalogue-entries": Rule(get=CLINICIANS | {MANAGER}, post={MANAGER}),
    "api:catalogue-entry": Rule(get=CLINICIANS | {MANAGER}, patch={MANAGER}, delete={MANAGER}),
    "api:diagnosis-codes": get(CLINICIANS),
    "account:clock": both(EVERYBODY),
    "account:tokens": both(KEYS),
    "account:revoke": post(KEYS, HIDDEN),
    "api:patients": Rule(get=AT_THE_DESK | {THERAPIST, PRIVACY}, post={DESK}),
    "api:patient": get(STAFF),
    "api:sites": Rule(get=AT_THE_DESK, post={MANAGER}),
    "api:site": Rule(get=AT_THE_DESK, patch={MANAGER}, others=HIDDEN),
    "api:resources": both({MANAGER}),
    "api:resource": Rule(get={MANAGER}, patch={MANAGER}, delete={MANAGER}),
    "api:capabilities": both({MANAGER}),
    "api:capability": Rule(get={MANAGER}, patch={MANAGER}, delete={MANAGER}),
    "api:working-hours": both({MANAGER}),
    "api:time-offs": both({MANAGER}),
    "api:time-off": Rule(get={MANAGER}, patch={MANAGER}, delete={MANAGER}),
    "api:holidays": both({MANAGER}),
    "api:holiday": Rule(get={MANAGER}, patch={MANAGER}, delete={MANAGER}),
    "api:worklist": get(AT_THE_DESK),
    "api:keep": post(BOOKING, HIDDEN),
    "api:report": get({MANAGER}),
    "api:visit-type": Rule(get={MANAGER}, patch={MANAGER}, delete={MANAGER}),
    "api:clinicians": get(AT_THE_DESK, HIDDEN),
    "api:visit-types": Rule(get=AT_THE_DESK, post={MANAGER}),
    "api:slots": get(AT_THE_DESK),
    "api:board-views": both(AT_THE_DESK),
    "api:board-view": Rule(get=AT_THE_DESK, put=AT_THE_DESK, delete=AT_THE_DESK, others=HIDDEN),
    "api:appointments": Rule(get=AT_THE_DESK, post=BOOKING),
    "api:appointment": Rule(get=AT_THE_DESK, patch=BOOKING, others=HIDDEN),
    "api:appointment-assign": post(BOOKING | {THERAPIST}, HIDDEN),
    "api:walk-ins": post(BOOKING),
    "api:overbookings": both({DESK, PHYSICIAN}),
    "api:series-list": Rule(get=AT_THE_DESK, post=BOOKING),
    "api:series-proposals": post(BOOKING),
    "api:series": Rule(get=AT_THE_DESK, patch=BOOKING, others=HIDDEN),
    "api:series-visits": post(BOOKING, HIDDEN),
    "api:series-cancel": post({DESK}, HIDDEN),
    "api:holds": Rule(get=AT_THE_DESK, post=BOOKING),
    "api:hold": Rule(get=AT_THE_DESK, delete=BOOKING, others=HIDDEN),
    "api:hold-book": post(BOOKING, HIDDEN),
    "api:appointment-steps": post(BOOKING, HIDDEN),
    "api:appointment-move": post(BOOKING, HIDDEN),
    "api:check-in-links": post({DESK, NURSE, PHYSICIAN, THERAPIST}, HIDDEN),
    "api:queue": get(AT_THE_DESK, HIDDEN),
    "api:site-delays": get(AT_THE_DESK, HIDDEN),
    "api:displays": both(AT_THE_DESK, HIDDEN),
    "api:display": Rule(delete=AT_THE_DESK, others=HIDDEN),
    "api:clinician-delays": post(AT_THE_DESK | {THERAPIST}, HIDDEN),
    "api:delay-messages": post(AT_THE_DESK | {THERAPIST}, HIDDEN),
    "api:clinician-blocks": both(AT_THE_DESK | {THERAPIST}, HIDDEN),
    "api:block": Rule(
        get=AT_THE_DESK | {THERAPIST}, delete=AT_THE_DESK | {THERAPIST}, others=HIDDEN
    ),
    "api:calendar-links": both({THERAPIST, PHYSICIAN}),
    "api:calendar-link": Rule(delete={THERAPIST, PHYSICIAN}, others=HIDDEN),
    "api:waitlist": Rule(get=AT_THE_DESK, post=BOOKING),
    "api:waitlist-entry": Rule(get=AT_THE_DESK, patch=BOOKING, others=HIDDEN),
    "api:waitlist-withdraw": post(BOOKING, HIDDEN),
    "api:waitlist-offers": post(BOOKING, HIDDEN),
    "api:waitlist-offer-withdraw": post(BOOKING, HIDDEN),
    "schema": get(EVERYBODY),
    "docs": get(EVERYBODY),
}

# Open to strangers, each for a reason.
OPEN = {
    "home": "sends everybody to their first page, or to sign in",
    "livez": "for the load balancer; says nothing about anybody",
    "readyz": "for the load balancer; says nothing about anybody",
    "/^api/": "answers 404 to everything else under /api/",
    "public:check-in": "the signed token is for one visit, for a quarter of an hour",
    "public:arrive": "the signed token on the screen; what is typed says who arrives",
    "public:place": "the signed token was given to the phone that has checked in",
    "public:waiting": "the secret is the screen's; it shows numbers and no names",
    "public:calendar": "the secret is a calendar's; it shows nothing clinical",
    "public:offer": "the link in the message; its secret is the key to one offered time",
    "account_login": "signing in",
    "account_logout": "signing out",
    "account_inactive": "says that a sign-in was disabled",
    "account_signup": "says that nobody signs up alone",
    "account_reset_password": "a forgotten password",
    "account_reset_password_done": "says to look into the mailbox",
    "account_reset_password_from_key": "the link in the mail; its key is the secret",
    "account_reset_password_from_key_done": "says that the password was changed",
    "account_email_verification_sent": "says to look into the mailbox",
    "account_confirm_email": "the link in the mail; its key is the secret",
    "account_confirm_login_code": "switched off",
    "mfa_authenticate": "the second step of signing in; needs the first",
    "mfa_login_webauthn": "signing in with a passkey",
}

# django-allauth's pages about one's own sign-in: for everybody who has signed in.
OWN = {
    "account_reauthenticate",
    "account_email",
    "account_change_password",
    "account_set_password",
    "mfa_index",
    "mfa_reauthenticate",
    "mfa_activate_totp",
    "mfa_deactivate_totp",
    "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes",
    "mfa_download_recovery_codes",
    "mfa_list_webauthn",
    "mfa_add_webauthn",
    "mfa_reauthenticate_webauthn",
    "mfa_remove_webauthn",
    "mfa_edit_webauthn",
    "usersessions_list",
}
