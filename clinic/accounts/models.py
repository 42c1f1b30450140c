"""Users: one person, one sign-in, one role."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower, Now
from rules import has_perm

from clinic.accounts.roles import ROLES, Role, RoleSheet


class UserManager(BaseUserManager["User"]):
    """Creates users by e-mail address."""

    def create_user(self, *, email: str, name: str, role: Role, password: str | None) -> "User":
        """A user with a hashed password; without a password the account cannot sign in yet."""
        user = self.model(email=email.strip().lower(), name=name, role=role)
        user.set_password(password)
        user.save()
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


class User(AbstractBaseUser):
    """A person who can sign in. What they may do follows from `role` alone (`roles.py`)."""

    email = models.EmailField(max_length=254, unique=True)
    name = models.CharField(max_length=150)
    role = models.TextField(choices=Role)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name", "role"]

    objects: ClassVar[UserManager] = UserManager()

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

    def has_perm(self, permission: str, obj: object = None) -> bool:
        """Whether the table of roles grants it. There are no groups and no superuser: one place."""
        return self.is_active and has_perm(permission, self, obj)

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name


# Who asks: queries take a viewer, who may be nobody.
Viewer = User | AnonymousUser


def as_user(viewer: Any) -> User | None:
    """The signed-in user, or None for anybody else."""
    return viewer if isinstance(viewer, User) and viewer.is_active else None
