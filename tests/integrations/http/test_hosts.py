import pytest

from integrations.ets.hosts import ETS_API_POLICY, ETS_LINK_POLICY
from integrations.http import HostPolicy, VendorMisconfigured, host_of
from integrations.powerschool.hosts import POWERSCHOOL_API_POLICY, POWERSCHOOL_LINK_POLICY
from tests.integrations.http.hostile_urls import EXTRA, HOSTILE, WELCOME_API, WELCOME_LINKS
from tests.integrations.http.servers import CountingBreaker, client, http, serving

POWERSCHOOL = POWERSCHOOL_API_POLICY.with_extra(EXTRA)
DOCUMENTS = POWERSCHOOL_LINK_POLICY.with_extra(EXTRA)
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
@pytest.mark.parametrize(
    "policy", [API, LINKS, POWERSCHOOL, DOCUMENTS], ids=["api", "links", "powerschool", "documents"]
)
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


BLOB = "https://regsigstorage.blob.core.windows.net"


@pytest.mark.promise("S3")
@pytest.mark.parametrize(
    "url",
    [
        "https://blob.core.windows.net/x",
        "https://a.b.blob.core.windows.net/x",
        "https://ab.blob.core.windows.net/x",
        "https://an-account.blob.core.windows.net/x",
        "https://account.blob.core.windows.net:8443/x",
        "http://account.blob.core.windows.net/x",
        "https://account.blob.core.windows.net.evil.example/x",
        "https://account.file.core.windows.net/x",
        "https://account.blob.core.chinacloudapi.cn/x",
        f"https://{'a' * 25}.blob.core.windows.net/x",
        "https://bucket.s3.us-west-2.amazonaws.com/key",
        "https://secure.infosnap.com/x",
    ],
)
def test_documents_come_from_one_account_of_azures_blobs_and_nowhere_else(url):
    assert is_refused(DOCUMENTS, url)
    assert not is_refused(DOCUMENTS, f"{BLOB}/container/832775f6?sv=2019-02-02&sig=4%2B5CZ4")


@pytest.mark.promise("S3")
@pytest.mark.parametrize(
    "url",
    [
        f"{BLOB}/api/v1",
        "https://infosnap.com/api/v1",
        "https://x.secure.infosnap.com/api/v1",
        "https://powerschool.com/api/v1",
        "https://evil.powerschool.com/api/v1",
        "https://registration.powerschool.com.evil.example/api/v1",
    ],
)
def test_powerschools_api_is_on_its_own_hosts_alone(url):
    assert is_refused(POWERSCHOOL, url)
    for own in ("secure.infosnap.com", "registration.powerschool.com", "dev1.registration.powerschool.com"):
        assert not is_refused(POWERSCHOOL, f"https://{own}/api/v1/checklists")


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
