"""PowerSchool Enrollment: families who register, before the student information system knows them. See README.md."""
