from django.urls import path

from integrations.views import (
    checklists,
    csv_files,
    documents,
    enrollment_ties,
    enrollments,
    rosters,
    submissions,
    syncs,
)

urlpatterns = [
    path("staff/rosters/", rosters.roster_list, name="roster-list"),
    path("staff/rosters/<uuid:schema_uuid>/", rosters.roster_errors, name="roster-errors"),
    path("staff/submissions/", submissions.submission_list, name="submission-list"),
    path("staff/submissions/forms/", submissions.submission_forms, name="submission-forms"),
    path(
        "staff/submissions/<uuid:submission_uuid>/", submissions.submission_detail, name="submission-detail"
    ),
    path(
        "students/<uuid:student_uuid>/documents/<str:key>/",
        documents.document_detail,
        name="document-detail",
    ),
    path(
        "students/<uuid:student_uuid>/documents/<str:key>/content/",
        documents.document_content,
        name="document-content",
    ),
    path(
        "students/<uuid:student_uuid>/registration/",
        checklists.registration_detail,
        name="registration-detail",
    ),
    path("staff/checklists/", checklists.checklist_list, name="checklist-list"),
    path("staff/checklists/<uuid:item_uuid>/", checklists.checklist_item, name="checklist-item"),
    path("staff/registrations/", enrollments.enrollment_list, name="enrollment-list"),
    path("staff/registrations/waiting/", enrollments.enrollment_waiting, name="enrollment-waiting"),
    path(
        "staff/registrations/records/<uuid:record_uuid>/",
        enrollment_ties.enrollment_record,
        name="enrollment-record",
    ),
    path(
        "staff/registrations/records/<uuid:record_uuid>/tie/<uuid:student_uuid>/",
        enrollment_ties.enrollment_tie,
        name="enrollment-tie",
    ),
    path(
        "staff/registrations/records/<uuid:record_uuid>/untie/",
        enrollment_ties.enrollment_untie,
        name="enrollment-untie",
    ),
    path("staff/registrations/<uuid:batch_uuid>/", enrollments.enrollment_batch, name="enrollment-batch"),
    path("staff/registrations/<uuid:batch_uuid>/lost/", enrollments.enrollment_lost, name="enrollment-lost"),
    path("staff/syncs/", syncs.sync_list, name="sync-list"),
    path("staff/syncs/csv/", csv_files.csv_files, name="csv-files"),
    path("staff/syncs/csv/<slug:name>/", csv_files.csv_template, name="csv-template"),
    path("staff/syncs/<uuid:run_uuid>/", syncs.sync_detail, name="sync-detail"),
    path("staff/syncs/<uuid:run_uuid>/problems/<slug:reason>/", syncs.sync_problems, name="sync-problems"),
    path("staff/syncs/<uuid:run_uuid>/preview/", syncs.sync_preview, name="sync-preview"),
    path("staff/syncs/<uuid:run_uuid>/preview/<slug:part>/", syncs.sync_changes, name="sync-changes"),
    path(
        "staff/syncs/<uuid:run_uuid>/preview/<slug:part>/<uuid:school_uuid>/",
        syncs.sync_changes,
        name="sync-changes-at-school",
    ),
]
