from django.db import models
from django.db.models.functions import Now

from core.scoping import ScopedQuerySet


class DeadlineQuerySet(ScopedQuerySet):
    SELLER_PATH = "seller_id"  # a customer sees a deadline through their case

    def open(self):
        return self.filter(handled_at=None)

    def of(self, subject):
        """The deadlines of one recorded row."""
        return self.filter(subject_type=subject.EVENT, subject_id=subject.pk)

    def passed(self):
        """Open and over, by the database's clock."""
        return self.open().filter(due_at__lte=Now())

    def next_due(self):
        return self.open().order_by("due_at", "pk")


class DeadlineRuleQuerySet(models.QuerySet):
    def with_calendar(self):
        return self.select_related("calendar").prefetch_related("calendar__holidays")
