"""Where the palette asks, per surface; without scripts the same address is a search page."""

from django.urls import path

from marketplace.palette.views import Palette

my_urls = seller_urls = owner_urls = [path("palette/", Palette.as_view(), name="palette")]
