"""The ledger of the owner and of each seller: balance, movements, and a download."""

from django.core.exceptions import PermissionDenied
from django.http import StreamingHttpResponse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from core.actors import Rank, Role
from core.web import CURSOR, ScopedListView
from finance.models import Account, LedgerEntry
from refunds import ledger


class LedgerPage(ScopedListView):
    """What moved the reader's accounts, newest first."""

    model = LedgerEntry
    page_size = 50
    template_name = "finance/ledger.html"

    @cached_property
    def kind(self) -> str:
        return ledger.account_kind(self.request.GET.get("account", ""), self.request.actor)

    @property
    def filterset_class(self):
        is_owner = self.request.actor.role is Role.OWNER
        return ledger.LedgerFilter if is_owner else ledger.SellerLedgerFilter

    def get_queryset(self):
        return ledger.entries_of(self.request.actor, self.kind)

    def get_context_data(self, **kwargs):
        actor, asked = self.request.actor, self.request.GET
        kept = asked.copy()
        kept.pop(CURSOR, None)
        return super().get_context_data(
            is_owner=actor.role is Role.OWNER,
            is_balance=self.kind == Account.Kind.SELLER_PENDING,
            account=Account.Kind(self.kind),
            balances=ledger.balances_of(actor, self.kind, self._seller()),
            movements=ledger.movements(self.page.rows, actor),
            may_download=actor.has_rank(Rank.MANAGER),
            query=kept.urlencode(),
            narrowed=any(kept.values()),
            **kwargs,
        )

    def _seller(self) -> str:
        return self.request.GET.get("seller", "") if self.filter.form.fields.get("seller") else ""


class LedgerDownload(LedgerPage):
    """The same movements with the same filters as CSV, streamed; exporting is for Managers."""

    http_method_names = ["get"]

    def get(self, request, *args, **kwargs):
        if not request.actor.has_rank(Rank.MANAGER):
            raise PermissionDenied(_("Downloads are for Managers and Admins."))
        lines = ledger.csv_lines(self.filtered(), request.actor)
        return StreamingHttpResponse(
            lines,
            content_type="text/csv; charset=utf-8",
            headers={
                "Content-Disposition": 'attachment; filename="ledger.csv"',
                "Cache-Control": "private, no-store",
            },
        )
