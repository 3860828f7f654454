from typing import Any

from django.db import models


class StoredFileQuerySet(models.QuerySet):
    def unheld(self):
        """Files that no row shows to anybody (yet), whichever app such a row would be of."""
        found = self
        relations: list[Any] = self.model._meta.get_fields(include_hidden=True)
        for relation in relations:
            if relation.auto_created and not relation.concrete:
                holders = relation.related_model._base_manager
                held = holders.filter(**{relation.remote_field.name: models.OuterRef("pk")})
                found = found.exclude(models.Exists(held))
        return found
