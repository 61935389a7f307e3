"""Illuminate's API as its document describes it, for the sandbox's district.

It owns the answers under `/illuminate/live/`: who may ask, pages, limits, statuses. `server.py` hands it requests;
the portal meets it only over HTTP. If it is kinder than Illuminate, a district's first night finds that out.
"""

import json
import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, unquote

from integrations.sandbox.clock import SandboxClock
from integrations.sandbox.exchange import Call, Reply, Request, json_reply
from integrations.sandbox.illuminate import catalogue, samples
from integrations.sandbox.illuminate.catalogue import Endpoint
from integrations.sandbox.illuminate.feed import Feed
from integrations.sandbox.illuminate.kept import KeptPages
from integrations.sandbox.illuminate.listing import Listing
from integrations.sandbox.illuminate.night import Night
from integrations.sandbox.illuminate.oauth import Doorkeeper
from integrations.sandbox.illuminate.sessions import BadRequestError
from integrations.sandbox.world import World

_API = "/live/rest_server.php/Api/"
_TOKEN = ("/live/", "OAuth2_AccessToken")
# What a question without `limit` gets; the document does not say.
DEFAULT_ROWS = 50
_LISTINGS_REMEMBERED = 64
_BLANK_PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n"
    b"trailer<</Root 1 0 R>>\nstartxref\n0\n%%EOF\n"
)


class IlluminateVendor:
    """The API of one district. The two pairs are a consumer's key and secret, and a user's token and secret."""

    prefix = "/illuminate"
    base_path = "/illuminate/live/rest_server.php"
    endpoints: tuple[str, ...] = ("oauth2_token", "unknown", *catalogue.NAMES)

    def __init__(self, world: World, clock: SandboxClock, *, credentials: Mapping[str, str]) -> None:
        self.world = world
        self.door = Doorkeeper(clock, **credentials)
        self.kept = KeptPages()
        self._lock = threading.RLock()
        self._first_night = Night(today=world.today)
        self._one_class_each = False
        self.be(self._first_night)

    # The night

    @property
    def night(self) -> Night:
        return self._feed.night

    def be(self, night: Night, *, one_class_each: bool | None = None) -> None:
        """Answer as on this night from now on."""
        with self._lock:
            if one_class_each is not None:
                self._one_class_each = one_class_each
            self._feed = Feed(self.world, night, one_class_each=self._one_class_each)
            self._listings: OrderedDict[tuple[Any, ...], Listing] = OrderedDict()
            self.kept.use((self.world.size, self.world.seed, self.world.today, self._one_class_each, night))

    def change(self, **parts: Any) -> None:
        """The same night but for these parts of it."""
        self.be(replace(self.night, **parts))

    def reset(self) -> None:
        """The first night again, as it was started; pages kept in a folder that was named stay."""
        self.kept.reset()
        self.be(self._first_night, one_class_each=False)
        self.door.revoke_tokens()
        self.door.token_seconds = 3600

    @property
    def feed(self) -> Feed:
        return self._feed

    # Requests

    def route(self, request: Request) -> Call:
        path = unquote(request.path.removeprefix(self.prefix))
        if (path, request.query.partition("&")[0].rstrip("=")) == _TOKEN:
            return Call("oauth2_token", None, partial(self._token, request))
        found, parts = catalogue.find(path.removeprefix(_API)) if path.startswith(_API) else ([], {})
        if not found:
            return Call("unknown", None, partial(self._refuse, request, 404))
        endpoint = found[0]
        if request.method != endpoint.method:
            return Call(endpoint.name, None, partial(self._refuse, request, 405))
        parameters = dict(parse_qsl(request.query, keep_blank_values=True))
        page = parameters.get("page", "1")
        return Call(
            endpoint.name,
            None,
            partial(self._answer, request, endpoint, {**parts, **parameters}),
            request.base_url,
            page=int(page) if page.isdigit() else None,
            turn=lambda other: self._page(endpoint, {**parameters, "page": str(other)}),
        )

    def nowhere(self) -> Reply:
        return Reply(404)

    def sample_pdf(self) -> bytes:
        return _BLANK_PDF

    def _token(self, request: Request) -> Reply:
        return self.door.give_token(request) if request.method == "POST" else Reply(405)

    def _refuse(self, request: Request, status: int) -> Reply:
        return Reply(status if self.door.admits(request) else 401)

    def _answer(self, request: Request, endpoint: Endpoint, parameters: dict[str, str]) -> Reply:
        if not self.door.admits(request):
            return Reply(401)
        missing = [name for name in endpoint.required if not parameters.get(name)]
        if missing:
            return _bad_request(f"{missing[0]} is required.")
        try:
            if endpoint.shape == catalogue.OBJECT:
                return self._object(request, endpoint, parameters)
            return self._page(endpoint, parameters)
        except BadRequestError as problem:
            return _bad_request(str(problem))

    # Pages

    def _page(self, endpoint: Endpoint, parameters: dict[str, str]) -> Reply:
        """One page, from those kept if it is among them; BadRequestError for a parameter that is none."""
        given = {name: value for name, value in parameters.items() if value}
        page = _whole(given.pop("page", "1"), "page")
        limit = min(_whole(given.pop("limit", str(DEFAULT_ROWS)), "limit"), endpoint.most_rows)
        question = (endpoint.name, limit, tuple(sorted(given.items())))
        kept = self.kept.get(question, page)
        if kept is not None:
            return Reply(200, kept)
        with self._lock:
            feed, kept_for = self._feed, self.kept.epoch
        body = self._render(endpoint, self._listing(feed, endpoint.name, given), page, limit)
        self.kept.put(question, page, body, epoch=kept_for)
        return Reply(200, body)

    def _listing(self, feed: Feed, name: str, given: dict[str, str]) -> Listing:
        key = (id(feed), name, tuple(sorted(given.items())))
        with self._lock:
            listing = self._listings.get(key)
            if listing is None:
                listing = self._listings[key] = feed.listing(name, given)
                if len(self._listings) > _LISTINGS_REMEMBERED:
                    self._listings.popitem(last=False)
            return listing

    def _render(self, endpoint: Endpoint, listing: Listing, page: int, limit: int) -> bytes:
        if endpoint.shape == catalogue.LIST:
            return _dumped(list(listing.slice(0, listing.total)))
        total, results = listing.total, list[Any](listing.slice((page - 1) * limit, page * limit))
        pages = -(-total // limit)
        if endpoint.shape == catalogue.GRADEBOOK:
            # One object where a list is meant, as all of the document's samples have it.
            total = pages = 1
            sample = samples.gradebook(self.world.student(0).local_id)
            return _dumped(
                {"page": page, "num_pages": 1, "num_results": 1, "results": sample if page == 1 else []}
            )
        told = str(total) if endpoint.text_total else total
        return _dumped({"page": page, "num_pages": pages, "num_results": told, "results": results})

    def make_ahead(self, name: str, parameters: dict[str, str]) -> int:
        """Make and keep every page that answers a question; how many there are."""
        endpoint = next((one for one in catalogue.ENDPOINTS if one.name == name), None)
        if endpoint is None or endpoint.shape not in (catalogue.PAGES, catalogue.LIST):
            raise BadRequestError(f"There are no pages of {name}.")
        first = json.loads(self._page(endpoint, {**parameters, "page": "1"}).body)
        pages = first["num_pages"] if isinstance(first, dict) else 1
        for page in range(2, pages + 1):
            self._page(endpoint, {**parameters, "page": str(page)})
        return max(1, int(pages))

    # Plain objects

    def _object(self, request: Request, endpoint: Endpoint, parameters: dict[str, str]) -> Reply:
        if endpoint.name == "CreateUserApiKeys":
            error = {"code": "invalid_credentials", "message": "Invalid User Credentials"}
            return json_reply(400, {"error": error})
        if endpoint.name == "SchoolFocusPermissions":
            return json_reply(200, samples.permissions())
        if endpoint.name == "SchoolFocusSites":
            return json_reply(200, {school.site_id: school.name for school in self.world.schools})
        if endpoint.name == "AssessmentView":
            view = samples.assessment_view(parameters["assessment_id"], self.world.school_year)
            return json_reply(200, view)
        try:
            body = json.loads(request.body)
        except ValueError:
            return _bad_request("The body is not JSON.")
        return json_reply(
            200, {"success": True} if endpoint.name == "RepositoryData" else samples.saved(body)
        )


def _whole(text: str, name: str) -> int:
    if not (text.isascii() and text.isdigit()) or int(text) < 1:
        raise BadRequestError(f"{name} is a number from 1 on.")
    return int(text)


def _bad_request(text: str) -> Reply:
    return json_reply(400, {"error": {"code": "invalid_request", "message": text}})


def _dumped(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
