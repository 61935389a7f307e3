import pytest

from integrations.ets.hosts import ETS_API_POLICY, ETS_LINK_POLICY
from integrations.http import HostPolicy, VendorMisconfigured, host_of
from tests.integrations.http.hostile_urls import EXTRA, HOSTILE, WELCOME_API, WELCOME_LINKS
from tests.integrations.http.servers import CountingBreaker, client, http, serving

API = ETS_API_POLICY.with_extra(EXTRA)
LINKS = ETS_LINK_POLICY.with_extra(EXTRA)


def is_refused(policy: HostPolicy, url: str) -> bool:
    try:
        policy.check(url)
    except VendorMisconfigured as error:
        return error.reason == "host-not-allowed"
    return False


def test_the_corpus_is_large_and_has_no_twins():
    assert len(HOSTILE) >= 60
    assert len(set(HOSTILE)) == len(HOSTILE)


@pytest.mark.promise("S3")
@pytest.mark.parametrize("policy", [API, LINKS], ids=["api", "links"])
def test_every_hostile_address_is_refused_at_check(policy):
    assert [url for url in HOSTILE if not is_refused(policy, url)] == []


@pytest.mark.promise("S3")
def test_every_hostile_address_is_refused_at_call_before_the_breaker_is_asked():
    breaker = CountingBreaker()
    calling = client(policy=LINKS, breaker=breaker)
    for url in HOSTILE:
        for call in (calling.get_json, calling.open_stream):
            with pytest.raises(VendorMisconfigured, match="host-not-allowed"):
                call(url)
    assert breaker.asked == 0


@pytest.mark.promise("S3")
def test_welcome_addresses_pass():
    assert [url for url in WELCOME_API if is_refused(API, url)] == []
    assert [url for url in WELCOME_LINKS if is_refused(LINKS, url)] == []


def test_s3_is_for_links_alone():
    assert is_refused(API, "https://bucket.s3.us-west-2.amazonaws.com/key")


def test_without_extra_hosts_loopback_is_refused():
    assert is_refused(ETS_API_POLICY, "http://localhost:8001/")
    assert is_refused(ETS_API_POLICY, "http://127.0.0.1:8001/")


def test_an_extra_host_without_port_takes_any_port():
    policy = HostPolicy(extra=("localhost",))
    assert not is_refused(policy, "http://localhost/")
    assert not is_refused(policy, "http://localhost:8001/")
    assert is_refused(policy, "http://127.0.0.1:8001/")


@pytest.mark.parametrize(
    "entry",
    [
        "",
        "*",
        "*.ets.org",
        ".amazonaws.com",
        "http://localhost",
        "localhost:",
        "localhost:x",
        "a b",
        "a/b",
        "x@y",
    ],
)
def test_a_malformed_extra_host_is_an_error_at_start(entry):
    with pytest.raises(ValueError, match="host:port"):
        HostPolicy(extra=(entry,))


@pytest.mark.parametrize("suffix", ["ets.org", ".", "", ".ETS.org", ".*"])
def test_a_malformed_suffix_is_an_error_at_start(suffix):
    with pytest.raises(ValueError, match="suffix"):
        HostPolicy(suffixes=(suffix,))


def test_host_of_names_the_host_and_never_raises():
    assert (
        host_of("https://Bucket.S3.us-west-2.amazonaws.com/secret?x=y") == "bucket.s3.us-west-2.amazonaws.com"
    )
    assert host_of("https://x@y/") == ""
    assert all(isinstance(host_of(url), str) for url in HOSTILE)


@pytest.mark.promise("S3")
def test_a_redirect_is_refused_and_not_followed():
    with serving(http(200, b"[]")) as inner:
        for status in (301, 302, 303, 307, 308, 304, 300):
            with serving(http(status, b"x", f"Location: {inner.url}/")) as outer:
                for call in (client().get_json, client().open_stream):
                    with pytest.raises(VendorMisconfigured, match="redirected"):
                        call(outer.url)
                assert len(outer.requests) == 2  # not retried either
        assert inner.requests == []
