"""The addresses of saved views and of how a list looks, the same for sellers and the owner."""

from django.urls import path

from core.lists import look_views, views

seller_urls = [
    path("looks/<str:list>/", look_views.ListLookChoice.as_view(), name="list_look"),
    path("views/<str:list>/", views.ViewSave.as_view(), name="view_save"),
    path("saved-views/<int:pk>/name/", views.ViewRename.as_view(), name="view_rename"),
    path("saved-views/<int:pk>/address/", views.ViewUpdate.as_view(), name="view_update"),
    path("saved-views/<int:pk>/deletion/", views.ViewDelete.as_view(), name="view_delete"),
]
owner_urls = [*seller_urls]
