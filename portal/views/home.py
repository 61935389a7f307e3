"""The first page: a family's children, and for staff the students of their scope."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts import access, sessions
from accounts.access_rules import STAFF_RULES
from accounts.models import User
from accounts.requests import SignedInRequest
from accounts.rights import Right
from accounts.services import account_questions, concerns, reviews, staff_roles
from integrations.services import checklists, enrollment_pages, submission_pages

PAGE_SIZE = 50


@require_GET
@login_required
@never_cache
def home(request: SignedInRequest) -> HttpResponse:
    is_staff_member = sessions.is_staff(request)
    students = None
    if is_staff_member:
        visible = access.students_visible_to(request.user, rules=STAFF_RULES)
        students = Paginator(visible, PAGE_SIZE).get_page(request.GET.get("page"))
    user = request.user
    may_review = is_staff_member and staff_roles.holds_anywhere(user, Right.REVIEW_LINKS)
    page = {
        "children": access.list_children(request.user),
        "students": students,
        "is_staff_member": is_staff_member,
        "may_run": is_staff_member and staff_roles.holds_anywhere(user, Right.RUN_REPORTS),
        "may_restrict": is_staff_member and staff_roles.holds_anywhere(request.user, Right.RESTRICT_ACCESS),
        "may_review": may_review,
        **_front_desk(user, is_staff_member),
        "concerns": concerns.of_family(user),
        "asks_whose_account": account_questions.is_open(user),
        "may_sync": is_staff_member and staff_roles.districts_with(user, Right.RUN_SYNC).exists(),
        **_registrations(user, is_staff_member),
        "reviews_waiting": reviews.waiting(user) if may_review else 0,
    }
    return render(request, "portal/home.html", page)


def _front_desk(user: User, is_staff_member: bool) -> dict[str, object]:
    may_answer = is_staff_member and staff_roles.holds_anywhere(user, Right.ANSWER_FAMILIES)
    return {
        "may_answer": may_answer,
        "concerns_waiting": concerns.waiting(user).count() if may_answer else 0,
        "may_overview": is_staff_member and staff_roles.holds_anywhere(user, Right.SEE_OVERVIEW),
        "may_invite": is_staff_member and staff_roles.holds_anywhere(user, Right.LINK_FAMILIES),
    }


def _registrations(user: User, is_staff_member: bool) -> dict[str, object]:
    may_enroll = is_staff_member and enrollment_pages.districts_of(user).exists()
    return {
        "may_enroll": may_enroll,
        "may_check": is_staff_member and checklists.may_see_any(user),
        "may_read": is_staff_member and submission_pages.may_see_any(user),
        "batches_lost": enrollment_pages.lost_anywhere(user) if may_enroll else 0,
    }
