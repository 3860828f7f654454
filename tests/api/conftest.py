import pytest

from tests.api import sample


@pytest.fixture
def sample_endpoints(settings):
    """The endpoints of tests/api/sample.py; the list of acts that were done."""
    settings.ROOT_URLCONF = "tests.api.sample"
    sample.acts.clear()
    return sample.acts
