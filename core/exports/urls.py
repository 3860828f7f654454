from django.urls import path

from core.exports.api_urls import api_urls
from core.exports.views import asking, centre, presets, schedules

seller_urls = [
    path("exports/", centre.ExportList.as_view(), name="export_list"),
    path("exports/new/", asking.ExportNew.as_view(), name="export_new"),
    path("exports/presets/", presets.PresetKeep.as_view(), name="export_preset_keep"),
    path(
        "exports/presets/<int:pk>/name/",
        presets.PresetRename.as_view(),
        name="export_preset_rename",
    ),
    path(
        "exports/presets/<int:pk>/removal/",
        presets.PresetDelete.as_view(),
        name="export_preset_delete",
    ),
    path("exports/schedules/", schedules.ScheduleList.as_view(), name="export_schedule_list"),
    path("exports/schedules/new/", schedules.ScheduleNew.as_view(), name="export_schedule_new"),
    path(
        "exports/schedules/<int:pk>/pause/",
        schedules.SchedulePause.as_view(),
        name="export_schedule_pause",
    ),
    path(
        "exports/schedules/<int:pk>/resumption/",
        schedules.ScheduleResume.as_view(),
        name="export_schedule_resume",
    ),
    path(
        "exports/schedules/<int:pk>/removal/",
        schedules.ScheduleDelete.as_view(),
        name="export_schedule_delete",
    ),
    path("exports/<str:number>/", centre.ExportDetail.as_view(), name="export_detail"),
    path("exports/<str:number>/download/", centre.ExportDownload.as_view(), name="export_download"),
    path("exports/<str:number>/file/", centre.ExportFile.as_view(), name="export_file"),
    path("exports/<str:number>/cancellation/", centre.ExportCancel.as_view(), name="export_cancel"),
    path("exports/<str:number>/retry/", centre.ExportRetry.as_view(), name="export_retry"),
]
owner_urls = [*seller_urls]

__all__ = ["api_urls", "owner_urls", "seller_urls"]
