from django.urls import path

from sellers.views import choosing

seller_urls = [
    path("choose/", choosing.ChooseSeller.as_view(), name="choose"),
]
owner_urls: list = []
