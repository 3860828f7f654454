"""`manage.py add_owner EMAIL`: let the first person into a new installation's owner console."""

from django.core.management.base import BaseCommand, CommandError

from core.accounts.models import MemberRank
from core.accounts.operations import add_staff_member
from core.actors import SYSTEM, Via
from core.errors import DomainError


class Command(BaseCommand):
    help = "Adds a person of the marketplace owner. They sign in by a code sent to the address."

    def add_arguments(self, parser):
        parser.add_argument("email")
        parser.add_argument("--name", default="")
        parser.add_argument("--rank", choices=MemberRank.values, default=MemberRank.ADMIN)

    def handle(self, *args, email, name, rank, **options):
        try:
            member = add_staff_member(
                email=email, name=name, rank=rank, actor=SYSTEM.through(Via.COMMAND)
            )
        except DomainError as refusal:
            raise CommandError(str(refusal))
        self.stdout.write(f"{member.user.email} may enter the owner console as {member.rank}.")
