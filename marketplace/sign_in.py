"""Signing in: allauth's flows with our rules.

There is no sign-up. Members are invited; a customer asks for a code with the e-mail address of an
order, and gets an account by that. The page says the same to everybody, known or not.
"""

from functools import cache
from uuid import uuid4

from allauth.account import forms
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend as EmailBackend
from allauth.account.models import EmailAddress
from django.utils import timezone
from django.utils.translation import get_language

from core.accounts.actors import memberships_around, remember_memberships
from core.accounts.models import User
from core.accounts.operations import find_or_create_user
from core.notifications.operations import mail
from core.statements import columns_of, facts_of, fetched, row_from
from orders.operations.customers import knows_email, link_customers

# allauth's mails by ours in templates/emails/; what is not here goes out as allauth writes it.
MAILS = {
    "account/email/login_code": "sign_in_code",
    "account/email/email_confirmation": "email_code",
    "account/email/email_confirmation_signup": "email_code",
    "account/email/password_reset_key": "password_reset",
    "account/email/unknown_account": "unknown_account",
}


class AuthenticationBackend(EmailBackend):
    """allauth's, which finds who is signed in by a statement of our own: every page asks."""

    def get_user(self, user_id: int) -> User | None:
        rows = fetched(_reader(), {"id": user_id, "now": timezone.now()}, often=True)
        if not rows:
            return None
        split = len(facts_of(User))
        user = row_from(User, rows[0][:split])
        if not self.user_can_authenticate(user):
            return None
        remember_memberships(user, [row[split:] for row in rows])
        return user


@cache
def _reader() -> str:
    """The statement of a user and of all that they may act as: a row for each."""
    held = memberships_around("reader.id")
    return f"""
        SELECT {columns_of(User, "reader")}, held.*
        FROM accounts_user reader LEFT JOIN LATERAL ({held}) AS held ON true
        WHERE reader.id = %(id)s"""  # noqa: S608 - columns and sources are ours


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request) -> bool:
        return False

    def login(self, request, user) -> None:
        """After a sign-in the orders of the verified addresses are this person's."""
        super().login(request, user)
        verified = EmailAddress.objects.filter(user=user, verified=True)
        link_customers(user=user, emails=list(verified.values_list("email", flat=True)))

    def send_mail(self, template_prefix: str, email: str, context: dict) -> None:
        """Through our own outbox, in the language of the page."""
        template = MAILS.get(template_prefix)
        if template is None:
            super().send_mail(template_prefix, email, context)
            return
        words = {
            "email": email,
            "code": context.get("code", ""),
            "url": context.get("password_reset_url", ""),
        }
        mail(
            to=email,
            template=template,
            context=words,
            language=get_language() or "en",
            dedupe_key=f"{template}:{uuid4()}",  # each one asked for is a mail of its own
        )


class RequestLoginCodeForm(forms.RequestLoginCodeForm):
    """Asking for a code makes the account of an address that an order knows. It has no password,
    and its address counts as verified only once the code is entered."""

    def clean_email(self) -> str:
        email = self.cleaned_data["email"]
        if knows_email(email):
            find_or_create_user(email=email)
        return super().clean_email()
