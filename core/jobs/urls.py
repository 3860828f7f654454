from django.urls import path

from core.jobs import api, views

seller_urls = [
    path("jobs/", views.JobList.as_view(), name="job_list"),
    path("jobs/<str:number>/", views.JobDetail.as_view(), name="job_detail"),
    path("jobs/<str:number>/cancellation/", views.JobCancellation.as_view(), name="job_cancel"),
]
owner_urls = [*seller_urls]
my_urls: list = []
api_urls = [
    path("jobs/", api.JobList.as_view(), name="job_list"),
    path("jobs/<str:number>/", api.JobDetail.as_view(), name="job_detail"),
    path("jobs/<str:number>/rows/", api.JobRows.as_view(), name="job_rows"),
]
