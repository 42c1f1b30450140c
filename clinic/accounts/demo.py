"""The people who sign in to the demo clinic, one for each role."""

from dataclasses import dataclass

from clinic.accounts.roles import Role

DEMO_PASSWORD = "a-spine-in-november"  # noqa: S105 - shown on the demo's sign-in page on purpose


@dataclass(frozen=True)
class DemoLogin:
    """A sign-in as the sign-in page and `make run` show it."""

    role: Role
    name: str
    email: str
    password: str = DEMO_PASSWORD


DEMO_LOGINS = [
    DemoLogin(Role.FRONT_DESK, "Frances Doyle", "desk@dorsa.example"),
    DemoLogin(Role.NURSE, "Noor Haddad", "nurse@dorsa.example"),
    DemoLogin(Role.THERAPIST, "Theo Lindqvist", "therapist@dorsa.example"),
    DemoLogin(Role.PHYSICIAN, "Dr. Amara Okafor", "physician@dorsa.example"),
    DemoLogin(Role.MANAGER, "Maya Castellanos", "manager@dorsa.example"),
    DemoLogin(Role.PRIVACY_OFFICER, "Priya Raman", "privacy@dorsa.example"),
    DemoLogin(Role.PATIENT, "Peter Novak", "patient@dorsa.example"),
]
