"""Bare Django views with SQL by hand: the limit that our own figures are a ratio of.

No sign-in, no scoping, no rules, no history worth reading: only the statements that the same
answer or the same rows need. The answer is kept under the Idempotency-Key, but nobody asks whether
there was one before; and nothing is published.
"""

import hashlib
import json
import os

import orjson
from django.core.wsgi import get_wsgi_application
from django.db import connection, transaction
from django.http import HttpResponse
from django.urls import path

from tests.load import floor_pages, floor_reads
from tests.load.floor_reads import DETAIL, LIST
from tests.load.floor_writes import cancel, place


def answer(rows, status=200) -> HttpResponse:
    return HttpResponse(
        orjson.dumps(rows, default=str), status=status, content_type="application/json"
    )


def kept(cursor, request, told) -> HttpResponse:
    """The answer to a POST, written down under its key."""
    made = answer(told, 201)
    cursor.execute(
        """INSERT INTO accounts_idempotencyrecord
             (principal, key, request_hash, status, body, headers, created_at)
           VALUES ('floor', %s, %s, 201, %s, '{"Content-Type": "application/json"}', now())""",
        [
            request.headers["Idempotency-Key"],
            hashlib.sha256(request.body).hexdigest(),
            made.content.decode(),
        ],
    )
    return made


def order_list(request, seller_id):
    with connection.cursor() as cursor:
        cursor.execute(LIST, [seller_id, request.GET["status"]])
        return answer(cursor.fetchall())


def order_detail(request, number):
    with connection.cursor() as cursor:
        cursor.execute(DETAIL, [number])
        return answer(cursor.fetchone())


@transaction.atomic
def order_create(request):
    given = json.loads(request.body)
    with connection.cursor() as cursor:
        place(cursor, given)
        return kept(cursor, request, {"number": given["number"]})


@transaction.atomic
def order_cancel(request, number):
    wanted = json.loads(request.body)["items"][0]["item"]
    with connection.cursor() as cursor:
        return kept(cursor, request, {"case": cancel(cursor, number, wanted)})


urlpatterns = [
    path("orders/", order_create),
    path("sellers/<int:seller_id>/orders/", order_list),
    path("orders/<str:number>/", order_detail),
    path("orders/<str:number>/cancellations/", order_cancel),
    *floor_reads.urlpatterns,
    *floor_pages.urlpatterns,
]

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.load.floor_settings")
application = get_wsgi_application()
