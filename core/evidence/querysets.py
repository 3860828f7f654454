from django.db import models


class StoredFileQuerySet(models.QuerySet):
    def unheld(self):
        """Files that no row shows to anybody (yet), whichever app such a row would be of."""
        for relation in self.model._meta.get_fields(include_hidden=True):
            if relation.auto_created and not relation.concrete:
                holders = relation.related_model._base_manager
                held = holders.filter(**{relation.remote_field.name: models.OuterRef("pk")})
                self = self.exclude(models.Exists(held))
        return self
