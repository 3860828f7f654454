"""Telling people: mail, and the bell of the pages. Rows are promises, written in the caller's
transaction; a worker sends mail after the commit.

    mail(to=customer.email, template="cancellation_received", context={…}, language="de",
         dedupe_key=f"cancellation.received:{case.pk}", order_id=…, seller_id=…)
    notify(user_ids=[…], role=Role.SELLER, seller_id=…, template="cancel_requested", url=…,
           data={…}, dedupe_key=…)

Both stand in `core.notifications.operations`; the texts in `templates/emails/` and
`templates/notifications/`.
"""
