from django.urls import path

from scorereports.views import asking, family, history, staff

urlpatterns = [
    path("staff/outcomes/", staff.outcome_list, name="outcome-list"),
    path("students/<uuid:student_uuid>/", family.student_detail, name="student-detail"),
    path("students/<uuid:student_uuid>/purpose/", asking.purpose_choose, name="purpose-choose"),
    path("students/<uuid:student_uuid>/openings/", history.opening_list, name="opening-list"),
    path("students/<uuid:student_uuid>/reports/<str:key>/", family.report_detail, name="report-detail"),
    path(
        "students/<uuid:student_uuid>/reports/<str:key>/content/",
        family.report_content,
        name="report-content",
    ),
]
