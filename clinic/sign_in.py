"""allauth's forms at the door: what is typed is an e-mail address, or the number of a phone."""

from typing import Any

from allauth.account.forms import LoginForm, ResetPasswordForm

from patients.forms.sign_in_name import SignInNameField


class SignInForm(LoginForm):
    """Has the focus as the page opens: the desk signs in without touching the mouse."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = SignInNameField()
        field.widget.attrs["autofocus"] = True
        # In the place of allauth's.
        self.fields["login"] = field


class NewPasswordForm(ResetPasswordForm):
    """Whom a link to a new password is for. It goes to the address or the number itself."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"] = SignInNameField()
