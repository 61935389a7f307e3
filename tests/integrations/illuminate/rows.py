"""Rows in the document's own spelling, made up, with some fields changed."""

from __future__ import annotations

from typing import Any

Row = dict[str, Any]


def site(**changed: Any) -> Row:
    return {
        "site_id": 2,
        "site_name": "Alder Elementary",
        "state_school_id": 1234025612300,
        "parent_site_id": 1,
        "zip": 90000,
    } | changed


def student(**changed: Any) -> Row:
    return {
        "student_id": 1234,
        "district_student_id": 123456,
        "state_student_id": 9123456789,
        "last_name": "Doe",
        "first_name": "Jo",
        "birth_date": "2015-05-11",
        "email": " Jo@students.example.org",
        "aka_first_name": "NULL",
    } | changed


def contact(**changed: Any) -> Row:
    return {
        "student_id": "1234",
        "district_student_id": "123456",
        "site_id": "2",
        "correspondence_language_code": "EN",
        "contact_id": "98765",
        "contact_first_name": "Mo",
        "contact_last_name": "Doe",
        "contact_name_suffix": "",
        "relationship": "Mother",
        "email_address": "mo.doe@example.org",
        "home_phone_2": None,
        "resides_with": "t",
        "legal_guardian": "t",
    } | changed


def enrollment(**changed: Any) -> Row:
    return {
        "student_id": 1234,
        "district_student_id": 123456,
        "site_id": 4,
        "entry_date": "2026-08-12",
        "leave_date": "2027-06-11",
        "grade_level_id": 2,
        "academic_year": 2027,
        "is_primary_ada": "t",
    } | changed


def term(**changed: Any) -> Row:
    return {
        "term_id": 259,
        "site_id": 6,
        "start_date": "2026-08-12",
        "end_date": "2027-06-11",
        "session_type": "Normal",
        "academic_year": 2027,
    } | changed


def user(**changed: Any) -> Row:
    return {
        "user_id": 12345,
        "last_name": "Roe",
        "first_name": "Ali",
        "email1": "a.roe@example.org",
        "active": "t",
        "exit_date": None,
    } | changed


def user_role(**changed: Any) -> Row:
    return {
        "user_id": 12345,
        "site_id": "567",
        "term_id": "1",
        "role_id": "2",
        "role_name": "Teacher",
    } | changed


def section(**changed: Any) -> Row:
    return {
        "section_id": 1695,
        "site_id": 3,
        "user_id": 416788,
        "period": "All Day",
        "user_start_date": "2026-08-12",
        "user_end_date": "2027-06-11",
        "section_name": "",
    } | changed


def place(**changed: Any) -> Row:
    return {
        "district_student_id": 123456,
        "section_id": 1843,
        "entry_date": "2026-08-12",
        "leave_date": "2027-06-11",
    } | changed


def counselor(**changed: Any) -> Row:
    return {
        "district_student_id": 123456,
        "counselor_id": 789,
        "counselor_email": "c@example.org",
        "start_date": "2026-09-05",
        "end_date": None,
    } | changed
