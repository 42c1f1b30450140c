"""Users: one person, one sign-in, one role."""

from typing import Any, ClassVar, Final

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower, Now
from rules import has_perm

from clinic.accounts.roles import ROLES, STAFF, Role, RoleSheet
from clinic.accounts.sign_in_names import shown
from clinic.shared.history import keep_history


class UserManager(BaseUserManager["User"]):
    """Creates users by e-mail address."""

    def create_user(
        self,
        *,
        email: str,
        name: str,
        role: Role,
        password: str | None,
        is_email_verified: bool = False,
        pk: int | None = None,
    ) -> "User":
        """A user with a hashed password; without a password the account cannot sign in yet.

        Nobody signs in before their address is verified: by the link in the mail that invites them,
        or because whoever makes the account says that it is. `pk` is one that was kept for them.
        """
        user = self.model(pk=pk, email=email.strip().lower(), name=name, role=role)
        user.set_password(password)
        user.save()
        addresses: Any = user
        addresses.emailaddress_set.create(
            email=user.email, primary=True, verified=is_email_verified
        )
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


@keep_history(without=["password", "last_login"])
class User(AbstractBaseUser):
    """A person who can sign in. What they may do follows from `role` alone (`roles.py`)."""

    # A number stands here as an address (`sign_in_names`).
    email = models.EmailField(max_length=254, unique=True)
    name = models.CharField(max_length=150)
    role = models.TextField(choices=Role)
    is_active = models.BooleanField(default=True)
    # Who reset it is in the version of this row.
    second_factor_reset_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name", "role"]

    objects: ClassVar[UserManager] = UserManager()

    # Set while a program acts with a token: what the token may do of what the person may.
    token_scopes: frozenset[str] | None = None

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(Lower("email"), name="user_email_is_unique"),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="user_role_is_known"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def role_sheet(self) -> RoleSheet:
        """The row of the role table that says what this person may do."""
        return ROLES[Role(self.role)]

    @property
    def is_staff_member(self) -> bool:
        """Whether this person works for the clinic."""
        return self.role in STAFF

    @property
    def sign_in_name(self) -> str:
        """With what they sign in, as people write it: an e-mail address or a number."""
        return shown(self.email)

    def has_perm(self, permission: str, obj: object = None) -> bool:
        """Whether the table of roles grants it. There are no groups and no superuser: one place."""
        if self.token_scopes is not None and permission not in self.token_scopes:
            return False
        return self.is_active and has_perm(permission, self, obj)

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name


# Who asks: queries take a viewer, who may be nobody.
Viewer = User | AnonymousUser

# The clinic itself, when something is due and nobody sits before it. The few doors that let it
# through compare with this very object; to every other it is nobody.
THE_CLINIC: Final = AnonymousUser()


def as_user(viewer: Any) -> User | None:
    """The signed-in user, or None for anybody else."""
    return viewer if isinstance(viewer, User) and viewer.is_active else None
