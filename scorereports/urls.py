from django.urls import path

from scorereports.views import asking, class_sets, family, history, overviews, runs, staff

urlpatterns = [
    path("staff/outcomes/", staff.outcome_list, name="outcome-list"),
    path("staff/runs/", runs.run_list, name="run-list"),
    path("staff/runs/new/", runs.run_start, name="run-start"),
    path("staff/runs/<uuid:run_uuid>/", runs.run_detail, name="run-detail"),
    path("staff/runs/<uuid:run_uuid>/results/", runs.run_results, name="run-results"),
    path("staff/runs/<uuid:run_uuid>/export/", class_sets.run_export, name="run-export"),
    path("staff/runs/<uuid:run_uuid>/class-set/", class_sets.class_set, name="class-set"),
    path("staff/runs/<uuid:run_uuid>/print/<int:number>/", class_sets.print_volume, name="print-volume"),
    path("staff/schools/", overviews.school_list, name="school-list"),
    path("staff/schools/<uuid:school_uuid>/overview/", overviews.school_overview, name="school-overview"),
    path(
        "staff/schools/<uuid:school_uuid>/students/<slug:which>/",
        overviews.school_students,
        name="school-students",
    ),
    path(
        "staff/districts/<uuid:district_uuid>/students/<slug:which>/",
        overviews.district_students,
        name="district-students",
    ),
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
