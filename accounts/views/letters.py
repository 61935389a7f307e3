"""Letters with codes, to be printed: first the school, then which of its students, then the letters themselves."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.forms.letters import LettersForm
from accounts.models import School
from accounts.requests import SignedInRequest
from accounts.rights import Right
from accounts.services import letters, staff_roles
from portal.base import streaming


@require_http_methods(["GET", "POST"])
@login_required
@never_cache
def letter_print(request: SignedInRequest) -> HttpResponseBase:
    if not staff_roles.holds_anywhere(request.user, Right.LINK_FAMILIES):
        raise Http404("No such page.")
    mine = list(letters.schools(request.user))
    school = _chosen(request, mine)
    if school is None:
        return render(request, "accounts/letter_print.html", {"schools": mine})
    form = LettersForm(school, request.POST if "print" in request.POST else None)
    if form.is_valid():
        links = letters.choose(user=request.user, school=school, **form.cleaned_data)
        if problem := _problem(len(links)):
            form.add_error(None, problem)
        else:
            return _printed(request, letters.Printing(school, links, request.user))
    return render(request, "accounts/letter_print.html", {"schools": mine, "school": school, "form": form})


def _chosen(request: SignedInRequest, mine: list[School]) -> School | None:
    if len(mine) == 1:
        return mine[0]
    wanted = request.POST.get("school") or request.GET.get("school")
    if not wanted:
        return None
    try:
        named = uuid.UUID(wanted)
    except ValueError:
        raise Http404("No such page.") from None
    found = next((school for school in mine if school.uuid == named), None)
    if found is None:
        raise Http404("No such page.")
    return found


def _problem(number: int) -> str:
    if number == 0:
        return _(
            "No letter is due: these adults have an account or a letter that still works, or may not see the reports."
        )
    if number > letters.MOST:
        text = ngettext(
            "That would be %(number)d letter, more than one print can hold. Choose a grade or a section.",
            "That would be %(number)d letters, more than one print can hold. Choose a grade or a section.",
            number,
        )
        return text % {"number": number}
    return ""


def _printed(request: SignedInRequest, printing: letters.Printing) -> HttpResponseBase:
    slot = streaming.take()
    if slot is None:
        messages.warning(request, _("The portal is busy. No letter was made. Try again in a minute."))
        return redirect("letter-print")
    stream = streaming.GuardedStream(printing, printing.chunks(), slot=slot, on_finish=printing.finished)
    answer: HttpResponse | StreamingHttpResponse = StreamingHttpResponse(stream)
    return answer
