"""Jobs for programs: what a 202 pointed at. Read only; who started a job by POST stops it on the
page. Below `core.api` in the house, so the scope is asked here."""

from django.shortcuts import get_object_or_404
from rest_framework import generics, serializers
from rest_framework.permissions import BasePermission

from core.jobs.models import Job, JobRow


class ReadsOrders(BasePermission):
    """Jobs are about orders: their rows name them."""

    def has_permission(self, request, view) -> bool:
        actor = getattr(request, "actor", None)
        return actor is not None and actor.has_scope("orders:read")


class JobSerializer(serializers.ModelSerializer):
    label = serializers.CharField()  # type: ignore[assignment]  # of the job, not of the field
    cancel_requested = serializers.SerializerMethodField()

    class Meta:
        model = Job
        fields = [
            "number",
            "kind",
            "label",
            "status",
            "total",
            "done",
            "failed",
            "created_at",
            "started_at",
            "finished_at",
            "cancel_requested",
        ]
        read_only_fields = fields

    def get_cancel_requested(self, job) -> bool:
        return job.cancel_requested_at is not None


class JobRowSerializer(serializers.ModelSerializer):
    class Meta:
        model = JobRow
        fields = ["position", "label", "status", "message"]
        read_only_fields = fields


class JobList(generics.ListAPIView):
    permission_classes = [ReadsOrders]
    read_scope = "orders:read"
    serializer_class = JobSerializer
    keyset = ("-id",)
    update_keyset = ("updated_at", "id")
    queryset = Job.objects.none()

    def get_queryset(self):
        if getattr(self, "swagger_fake_view", False):
            return self.queryset
        return Job.objects.visible_to(self.request.actor)


class JobDetail(generics.RetrieveAPIView):
    permission_classes = [ReadsOrders]
    read_scope = "orders:read"
    serializer_class = JobSerializer
    lookup_field = "number"
    filter_backends = []
    queryset = Job.objects.none()

    def get_queryset(self):
        if getattr(self, "swagger_fake_view", False):
            return self.queryset
        return Job.objects.visible_to(self.request.actor)


class JobRows(generics.ListAPIView):
    """What became of each row that has something to tell, in order."""

    permission_classes = [ReadsOrders]
    read_scope = "orders:read"
    serializer_class = JobRowSerializer
    keyset = ("position",)
    update_keyset = ("position",)
    queryset = JobRow.objects.none()

    def get_queryset(self):
        if getattr(self, "swagger_fake_view", False):
            return self.queryset
        jobs = Job.objects.visible_to(self.request.actor)
        return get_object_or_404(jobs, number=self.kwargs["number"]).rows.all()
