"""The sign-in form: allauth's, ready to be typed into."""

from typing import Any

from allauth.account.forms import LoginForm


class SignInForm(LoginForm):
    """Has the focus as the page opens: the desk signs in without touching the mouse."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].widget.attrs["autofocus"] = True
