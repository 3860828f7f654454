import pytest

from core.exports.sources import SOURCES
from core.jobs.models import Job
from core.jobs.operations import continue_job
from tests.exports import sample
from tests.factories import make_owner


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    """A folder for files of this test's own."""
    settings.PRIVATE_FILES_DIR = str(tmp_path / "files")
    return tmp_path / "files" / "exports"


@pytest.fixture(autouse=True)
def sample_source():
    before = dict(SOURCES)
    sample.register_sample()
    yield
    SOURCES.clear()
    SOURCES.update(before)


@pytest.fixture
def owner(db):
    return make_owner()


@pytest.fixture
def start(owner):
    """`start(columns=[…], format="xlsx")` promises an export of the sample's rows."""
    from core.exports.operations import start_export

    def begin(**wish):
        wish = {
            "source": sample.NAME,
            "format": "csv",
            "columns": ["label", "position"],
            "query": "",
            "actor": owner,
            "zone": "Europe/Berlin",
            "language": "en",
        } | wish
        return start_export(**wish)

    return begin


@pytest.fixture
def made():
    """`made(export)`: the same export, after a worker has done all steps of its job."""

    def work(export):
        while continue_job(job_id=export.job_id):
            pass
        export.refresh_from_db()
        export.job = Job.objects.get(pk=export.job_id)
        return export

    return work
