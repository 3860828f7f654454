"""Who reads which messages, files and notes; and who writes them."""

import pytest

from core.actors import Actor, Rank, Role
from core.deadlines.operations import handle_passed
from core.errors import InvalidInput, NotAllowed
from core.events.models import Event
from core.evidence.models import StoredFile
from orders.presenters import OrderDetail
from orders.timeline import timeline_of
from returns.dispute_policies import NotInDispute
from returns.models import Decision, Dispute, ReturnEvidence, ReturnMessage
from returns.operations import (
    appeal,
    write_message,
)
from returns.reading import return_now
from returns.serializers.told import whole
from tests.factories import make_customer, make_member, make_seller
from tests.returns.acts import (
    delivered_order,
    let_time_pass,
    stored_file,
)
from tests.returns.disputes.acts import now, rule

pytestmark = pytest.mark.django_db


EVERYBODY = {"customer", "seller", "owner"}


READERS = {
    ("customer", True, True): EVERYBODY,
    ("customer", True, False): {"customer", "owner"},
    ("customer", False, False): {"customer", "owner"},
    ("seller", True, True): EVERYBODY,
    ("seller", False, True): {"seller", "owner"},
    ("seller", False, False): {"seller", "owner"},
    ("owner", True, True): EVERYBODY,
    ("owner", True, False): {"customer", "owner"},
    ("owner", False, True): {"seller", "owner"},
    ("owner", False, False): {"owner"},
}


@pytest.fixture
def parties(dispute, customer, owner) -> dict[str, Actor]:
    return {"customer": customer, "seller": make_member(dispute.seller), "owner": owner}


def told(dispute: Dispute, actor: Actor) -> list[str]:
    """What this reader's timeline tells of."""
    return [entry.type for entry in timeline_of(OrderDetail(dispute.order, actor))]


@pytest.mark.parametrize(
    ("written", "readers"), READERS.items(), ids=[" ".join(map(str, key)) for key in READERS]
)
def test_messages_files_and_their_record_are_read_by_whom_they_are_for(
    dispute, parties, written, readers
):
    role, for_customer, for_seller = written
    writer = parties[role]
    write_message(
        dispute.case,
        text="What I have to say.",
        files=[stored_file(writer)],
        for_customer=for_customer,
        for_seller=for_seller,
        actor=writer,
    )
    for model in (ReturnMessage, ReturnEvidence):
        seen = {name for name, actor in parties.items() if model.objects.visible_to(actor).exists()}
        assert seen == readers
    listed = {
        name for name, actor in parties.items() if "return.message_written" in told(dispute, actor)
    }
    assert listed == readers
    record = Event.objects.get(type="return.message_written")
    assert set(record.data["hidden_from"]) == EVERYBODY - readers
    assert "say" not in str(record.data)


def test_strangers_read_nothing(dispute, parties):
    write_message(dispute.case, text="Hello.", actor=parties["owner"])
    strangers = [
        make_customer(delivered_order()),
        make_member(make_seller()),
        Actor(Role.CARRIER, user_id=1),
    ]
    for model in (Dispute, ReturnMessage, ReturnEvidence, Decision):
        for stranger in strangers:
            assert not model.objects.visible_to(stranger).exists()
    with pytest.raises(NotAllowed):
        write_message(dispute.case, text="Let me in.", actor=strangers[1])


def test_the_record_holds_no_words_of_a_decision(heard, owner):
    rule(heard, "none", owner, note="For both.", internal_note="They always do this.")
    told = str(list(Event.objects.filter(order_id=heard.order_id).values_list("data", flat=True)))
    assert "always" not in told
    assert "For both" not in told


def test_notes_of_a_decision_are_read_by_the_owner_alone(heard, parties, owner):
    rule(heard, "none", owner, note="For both.", internal_note="They always do this.")
    for name, actor in parties.items():
        answer = whole(return_now(heard.case_id, actor), actor)
        assert ("They always do this." in str(answer)) is (name == "owner")
        assert "For both." in str(answer)
        assert "dispute.decided" in told(heard, actor)


def test_each_act_locks_the_order_first(heard, owner, customer, locks_first):
    with locks_first():
        write_message(heard.case, text="Hello.", actor=customer)
    with locks_first():
        rule(heard, "partial", owner, 100)
    with locks_first():
        appeal(now(heard), text="More.", actor=customer)


def test_who_writes_and_until_when(heard, parties, owner):
    with pytest.raises(NotAllowed):
        write_message(heard.case, text="Hi.", actor=make_member(heard.seller, Rank.EMPLOYEE))
    rule(heard, "none", owner)
    let_time_pass("return.appeal")
    handle_passed()
    for name in ("customer", "seller"):
        with pytest.raises(NotInDispute, match="over"):
            write_message(heard.case, text="One more thing.", actor=parties[name])
    write_message(heard.case, text="Kept for the file.", actor=owner, for_seller=False)


def test_a_file_is_given_once_and_by_its_giver(dispute, customer, owner):
    photo = stored_file(customer)
    with pytest.raises(InvalidInput):
        write_message(dispute.case, text="Mine.", files=[photo], actor=owner)
    write_message(dispute.case, text="Mine.", files=[photo], actor=customer)
    with pytest.raises(InvalidInput):
        write_message(dispute.case, text="Again.", files=[photo], actor=customer)
    assert StoredFile.objects.unheld().count() == 0


def test_so_many_files_and_no_more(dispute, customer, owner, monkeypatch):
    files = [stored_file(customer) for _file in range(11)]
    with pytest.raises(InvalidInput) as refused:
        write_message(dispute.case, text="All of them.", files=files, actor=customer)
    assert (refused.value.field, refused.value.allowed) == ("files", ["10"])
    monkeypatch.setattr("returns.dispute_policies.MOST_FILES_OF_SIDE", 12)
    write_message(dispute.case, text="Most of them.", files=files[:10], actor=customer)
    more = [*files[10:], stored_file(customer), stored_file(customer)]
    with pytest.raises(InvalidInput) as refused:
        write_message(dispute.case, text="The rest.", files=more, actor=customer)
    assert refused.value.allowed == ["2"]
    write_message(dispute.case, text="The rest.", files=more[:2], actor=customer)
    write_message(dispute.case, text="Ours.", files=[stored_file(owner)], actor=owner)
    write_message(dispute.case, text="No more files.", actor=customer)
