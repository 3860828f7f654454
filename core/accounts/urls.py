"""Settings of people and tokens; the users of a seller are in `sellers.urls`."""

from django.urls import path

from core.accounts import views

shared = [
    path("settings/", views.SettingsStart.as_view(), name="settings"),
    path("settings/tokens/", views.TokensPage.as_view(), name="settings_tokens"),
    path(
        "settings/tokens/<int:pk>/revoke/",
        views.TokenRevoke.as_view(),
        name="settings_token_revoke",
    ),
]
seller_urls = shared
owner_urls = [
    *shared,
    path("settings/users/", views.StaffPage.as_view(), name="settings_users"),
    path("settings/users/<int:pk>/rank/", views.StaffRank.as_view(), name="settings_user_rank"),
    path("settings/users/<int:pk>/end/", views.StaffEnd.as_view(), name="settings_user_end"),
]
