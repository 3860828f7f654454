"""`manage.py services start|stop|status`: the embedded PostgreSQL and Valkey of this checkout."""

import os

from django.core.management.base import BaseCommand, CommandError

from marketplace.demo import embedded


class Command(BaseCommand):
    help = "Start, stop or show the PostgreSQL and Valkey that this checkout brings with it."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("action", choices=["start", "stop", "status"])

    def handle(self, *args, action, **options):
        own = {
            "postgres": os.environ.get("DATABASE_URL"),
            "valkey": os.environ.get("REDIS_URL"),
        }
        for name, variable in (("postgres", "DATABASE_URL"), ("valkey", "REDIS_URL")):
            if own[name]:
                self.stdout.write(f"{name:9} the server that {variable} names is used")
        try:
            getattr(self, action)([name for name in own if not own[name]])
        except embedded.ServicesError as error:
            raise CommandError(str(error)) from error

    def start(self, ours):
        started = embedded.start(postgres="postgres" in ours, valkey="valkey" in ours)
        for name, address in embedded.of_this_checkout().status().items():
            if name in ours:
                word = "started" if name in started else "was running"
                self.stdout.write(f"{name:9} {word}: {address}")

    def stop(self, ours):
        stopped = embedded.stop()
        for name in ours:
            word = "stopped" if name in stopped else "was not running"
            self.stdout.write(f"{name:9} {word}")

    def status(self, ours):
        for name, address in embedded.of_this_checkout().status().items():
            if name in ours:
                self.stdout.write(f"{name:9} {address or 'not running'}")
