from django.urls import path

from core.notifications import views

my_urls = [
    path("notifications/", views.NotificationList.as_view(), name="notification_list"),
    path("notifications/read/", views.MarkRead.as_view(), name="notifications_read"),
    path("notifications/<int:pk>/", views.OpenNotification.as_view(), name="notification"),
]
seller_urls = [*my_urls]
owner_urls = [*my_urls]
api_urls: list = []

# Outside of all surfaces; outside demo mode these pages do not exist.
site_urls = [
    path("demo/mail/", views.DemoMailList.as_view(), name="demo_mail"),
    path("demo/mail/<int:pk>/", views.DemoMail.as_view(), name="demo_mail_detail"),
    path("demo/mail/<int:pk>/html/", views.DemoMailHtml.as_view(), name="demo_mail_html"),
]
