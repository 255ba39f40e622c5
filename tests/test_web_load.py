"""What the site costs when much is asked of it: queries of every page with long lists of everything, and many visitors at once."""

import sys
from pathlib import Path

import pytest

import web_budget
from web_addresses import PAGES, public_paths

sys.path.insert(0, str(Path(__file__).parent.parent))
from benchmarks import web_requests

PER_SECOND, SECONDS = 50, 10


@pytest.fixture
def counted(db):
    return web_budget.queries(*web_budget.full_site())


def test_no_page_asks_more_than_fifteen_queries_however_long_the_lists_are(counted):
    assert {page: number for page, number in counted.items() if number > web_budget.BUDGET} == {}
    assert len(counted) == sum(len(page.roles) for page in PAGES)
    assert min(counted.values()) < max(counted.values())


@pytest.mark.load
def test_fifty_visitors_a_second_find_every_public_page_without_a_fault(site):
    paths = public_paths(site)
    web_requests.offered(site.url, paths, per_second=10, seconds=len(paths) / 10)
    answers = web_requests.offered(site.url, paths, per_second=PER_SECOND, seconds=SECONDS)
    assert answers.faults == []
    assert len(answers.seconds) == PER_SECOND * SECONDS
