from django.urls import path

from core.exports import api

api_urls = [
    path("exports/", api.ExportList.as_view(), name="export_list"),
    path("exports/<str:number>/", api.ExportDetail.as_view(), name="export_detail"),
    path("exports/<str:number>/file/", api.ExportFile.as_view(), name="export_file"),
    path(
        "exports/<str:number>/cancellation/",
        api.ExportCancellation.as_view(),
        name="export_cancellation",
    ),
    path(
        "exports/<str:number>/repetition/", api.ExportRepetition.as_view(), name="export_repetition"
    ),
]
