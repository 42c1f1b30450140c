"""Phone numbers as digits, so that the same number is found however it was written."""

import phonenumbers
from phonenumbers import ValidationResult

LONGEST = 20


def phone_digits(value: str, region: str = "US") -> str:
    """The digits by which a number is compared; "" if `value` holds none.

    A number that is possible in `region` (or in the country it names) becomes its E.164 digits
    without the plus sign. Any other keeps its digits as typed, in ASCII: at most the last
    `LONGEST`, because numbers are compared from their end. Extensions of possible numbers are left
    out.
    """
    as_typed: str = phonenumbers.normalize_digits_only(value)[-LONGEST:]
    if not as_typed:
        return ""
    try:
        number = phonenumbers.parse(value, region)
    except phonenumbers.NumberParseException:
        return as_typed
    # A local number (seven digits) lacks its area code: country code in front would be wrong.
    if phonenumbers.is_possible_number_with_reason(number) != ValidationResult.IS_POSSIBLE:
        return as_typed
    e164: str = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return e164.removeprefix("+")


def is_dialled(digits: str) -> bool:
    """Whether a network can reach a number by these digits with a plus sign in front of them."""
    try:
        return bool(phonenumbers.is_possible_number(phonenumbers.parse(f"+{digits}", None)))
    except phonenumbers.NumberParseException:
        return False
