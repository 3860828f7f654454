from django.urls import path

from marketplace.deadlines import views

owner_urls = [
    path("settings/deadlines/", views.DeadlineList.as_view(), name="settings_deadlines"),
    path(
        "settings/deadlines/calendars/new/",
        views.CalendarPage.as_view(),
        name="settings_calendar_new",
    ),
    path(
        "settings/deadlines/calendars/<int:pk>/",
        views.CalendarPage.as_view(),
        name="settings_calendar",
    ),
    path("settings/deadlines/<str:step>/", views.DeadlinePage.as_view(), name="settings_deadline"),
]
