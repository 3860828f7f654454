"""Settings of sellers, their people and their delivery; and the pick among several sellers."""

from django.urls import path

from sellers import api
from sellers.views import choosing, delivery, members, sellers

OF_SELLER = "settings/sellers/<str:code>/"

seller_urls = [
    path("choose/", choosing.ChooseSeller.as_view(), name="choose"),
    path("settings/users/", members.MembersOfSeller.as_view(), name="settings_users"),
    path("settings/users/<int:pk>/rank/", members.MemberRank.as_view(), name="settings_user_rank"),
    path("settings/users/<int:pk>/end/", members.MemberEnd.as_view(), name="settings_user_end"),
    path("settings/delivery/", delivery.DeliveryChoice.as_view(), name="settings_delivery"),
]
owner_urls = [
    path("settings/sellers/", sellers.SellerList.as_view(), name="settings_sellers"),
    path("settings/new-seller/", sellers.SellerCreate.as_view(), name="settings_seller_new"),
    path(OF_SELLER, sellers.SellerEdit.as_view(), name="settings_seller"),
    path(f"{OF_SELLER}users/", members.MembersForOwner.as_view(), name="settings_seller_users"),
    path(
        f"{OF_SELLER}users/<int:pk>/rank/",
        members.MemberRank.as_view(),
        name="settings_seller_user_rank",
    ),
    path(
        f"{OF_SELLER}users/<int:pk>/end/",
        members.MemberEnd.as_view(),
        name="settings_seller_user_end",
    ),
    path("settings/delivery/", delivery.DeliveryList.as_view(), name="settings_delivery"),
    path(
        "settings/delivery/companies/new/",
        delivery.CompanyPage.as_view(),
        name="settings_company_new",
    ),
    path(
        "settings/delivery/companies/<int:pk>/",
        delivery.CompanyPage.as_view(),
        name="settings_company",
    ),
    path(
        "settings/delivery/options/new/", delivery.OptionPage.as_view(), name="settings_option_new"
    ),
    path(
        "settings/delivery/options/<int:pk>/", delivery.OptionPage.as_view(), name="settings_option"
    ),
]
api_urls = [
    path("sellers/", api.SellerList.as_view(), name="seller_list"),
    path("sellers/<str:code>/", api.SellerDetail.as_view(), name="seller_detail"),
    path("delivery-options/", api.DeliveryOptionList.as_view(), name="delivery_option_list"),
]
