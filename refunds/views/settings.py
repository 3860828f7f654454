"""How much one person of the marketplace may pay back: a setting of its Admins."""

from django.utils.translation import gettext as _

from core.accounts.views import AdminOnly
from core.web import OperationFormView
from refunds.forms import ApprovalRuleForm
from refunds.models import RefundApprovalRule
from refunds.operations import set_approval_rule


class RefundApproval(AdminOnly, OperationFormView):
    """The rules in force, and the form that sets one."""

    form_class = ApprovalRuleForm
    template_name = "refunds/approval_rules.html"

    def perform(self, data):
        return set_approval_rule(**data, actor=self.request.actor)

    def get_success_message(self) -> str:
        return _("The rule for %(currency)s was saved.") % {"currency": self.result.currency}

    def get_success_url(self) -> str:
        return self.request.path

    def get_context_data(self, **kwargs):
        rules = RefundApprovalRule.objects.visible_to(self.request.actor).order_by("currency")
        return super().get_context_data(rules=rules, **kwargs)
