"""With what somebody signs in: an e-mail address, or the number of their mobile phone.

A user has one name to sign in with, and all that signs people in takes it for an e-mail address. So
a number stands there as one, below a domain that can never be anybody's (RFC 2606): it is unique
like any other, and what would be mailed to it goes to the phone (`clinic/adapter.py`).
"""

_NUMBERS = "@phone.invalid"


def of_number(digits: str) -> str:
    """The name of somebody who signs in with a number, by its E.164 digits without the plus."""
    return f"{digits}{_NUMBERS}"


def number_in(name: str) -> str:
    """The number that a name stands for, as +15125550100; "" if it is an e-mail address."""
    is_number = name.endswith(_NUMBERS)
    return f"+{name.removesuffix(_NUMBERS)}" if is_number else ""


def shown(name: str) -> str:
    """A name as people write it."""
    return number_in(name) or name
