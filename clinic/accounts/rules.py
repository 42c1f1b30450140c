"""Hands the table of roles to `rules`, so that `User.has_perm` answers from it."""

from rules import add_perm, predicate
from rules.predicates import Predicate

from clinic.accounts.models import User
from clinic.accounts.roles import PERMISSIONS, is_granted


def _granted(permission: str) -> Predicate:
    def holds(user: User) -> bool:
        return is_granted(user.role, permission)

    return predicate(holds, name=permission)


for _name in PERMISSIONS:
    add_perm(_name, _granted(_name))
