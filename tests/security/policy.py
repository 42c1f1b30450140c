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
    "desk:visits": get(AT_THE_DESK),
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
    "physician:day": get({THERAPIST, PHYSICIAN}),
    "physician:step": post({THERAPIST, PHYSICIAN}, HIDDEN),
    "physician:visits": get(CLINICIANS),
    "physician:people": get(CLINICIANS),
    "physician:emergency": both({PHYSICIAN}),
    "physician:chart": get(CLINICIANS, CLOSED),
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
    "account:clock": both(EVERYBODY),
    "account:tokens": both(KEYS),
    "account:revoke": post(KEYS, HIDDEN),
    "api:patients": Rule(get=AT_THE_DESK | {THERAPIST, PRIVACY}, post={DESK}),
    "api:patient": get(STAFF),
    "api:sites": get(AT_THE_DESK),
    "api:clinicians": get(AT_THE_DESK, HIDDEN),
    "api:visit-types": get(AT_THE_DESK),
    "api:slots": get(AT_THE_DESK),
    "api:board-views": both(AT_THE_DESK),
    "api:board-view": Rule(get=AT_THE_DESK, put=AT_THE_DESK, delete=AT_THE_DESK, others=HIDDEN),
    "api:appointments": Rule(get=AT_THE_DESK, post=BOOKING),
    "api:appointment": get(AT_THE_DESK, HIDDEN),
    "api:appointment-steps": post(BOOKING, HIDDEN),
    "api:appointment-move": post(BOOKING, HIDDEN),
    "schema": get(EVERYBODY),
    "docs": get(EVERYBODY),
}

# Open to strangers, each for a reason.
OPEN = {
    "home": "sends everybody to their first page, or to sign in",
    "livez": "for the load balancer; says nothing about anybody",
    "readyz": "for the load balancer; says nothing about anybody",
    "/^api/": "answers 404 to everything else under /api/",
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
