"""The document's samples, as it prints them but for its typing slips."""

BATCH = """
{"id": "11fdbe9d-801a-4b8e-bc12-a2d8f7ac8cdc", "date": "2012-10-08T02:10:53Z", "records": [
  {"id": 123, "submitted": "2011-10-13T16:50:53Z", "data": {
    "student": {"studentID": "33765833", "firstName": "Alice", "lastName": "Smith", "grade": "4", "gender": "F"},
    "parent1": {"studentID": "33765833", "relationship": "Father", "firstName": "John", "lastName": "Smith",
      "homePhone": "444-444-4444", "email": "john@smith.com"},
    "parent2": {"studentID": "33765833", "relationship": "Mother", "firstName": "Jane", "lastName": "Smith",
      "homePhone": "444-444-4444", "email": "jane@smith.com"}}}]}
"""
EMPTY_BATCH = '{"id": "11fdbe9d-801a-4b8e-bc12-a2d8f7ac8cdc", "date": "2012-10-08T02:10:53Z", "records": []}'
BATCHES = """
[{"id": "a0ae7615-aa9a-4f39-b186-3014455dc794", "date": "2012-04-22T13:15:30Z", "records": []},
 {"id": "7a67ba88-2cae-42f9-af54-ece0193800cc", "date": "2012-04-24T11:20:12Z", "records": []}]
"""
HEALTH = """
{"Status": "Healthy", "SoftwareVersion": "19.5.1.0", "DateTimeNow": "7/15/2019 2:40:48 PM (Eastern Standard Time)"}
"""
ACTIONS = """
[{"id": 123, "title": "Enrollment", "academicYear": "2008-2009"},
 {"id": 456, "title": "Registration", "academicYear": "2009-2010"}]
"""
SCHEMAS = """
[{"id": 1, "title": "Sample Schema", "fields": ["FirstName", "MiddleName", "LastName", "DOB", "EmailAddress"]},
 {"id": 2, "title": "Another Schema", "fields": ["stu_FirstName", "stu_LastName"]}]
"""
TARGETS = '[{"id": 123, "title": "Title here"}, {"id": 456, "title": "Title here"}]'
CHECKLIST = """
[{"id": 123, "title": "My Checklist", "academicYear": "2013-2014", "items": [
  {"id": "83838", "itemType": "Photo", "externalID": "232323", "name": "Photo", "description": "School photo."}]}]
"""
ENTRIES = """
[{"id": 12345, "externalStudentID": "34343", "familyMemberFirstName": "John", "familyMemberLastName": "Doe",
  "grade": "8", "familyEmailAddress": "janedoe@acme.com", "checklistItems": [
  {"checklistItemID": "83838", "status": "Completed", "dateCompleted": "02/03/2015", "adminNote": "Hello",
   "publicNote": "World"}]}]
"""
RECORD = """
[{"id": 12345, "status": "PendingApproval", "firstName": "Jane", "lastName": "Doe",
  "dateOfBirth": "2000-04-15T00:00:00", "externalStudentID": "123", "externalFamilyID": "456",
  "household": "Primary", "school": "Cedar Park", "grade": "3", "enrollStatus": "Enrolled",
  "imported": "2011-04-13T08:40:19", "started": "2011-06-08T16:53:05", "submitted": "2011-06-08T16:53:33",
  "tags": ["2nd Grader", "Polished"],
  "dataItems": {"stu_FirstName": "Jane", "stu_LastName": "Doe", "AnotherFieldName": "Another Value Here"}}]
"""
PAGE = '[{"metadata": {"page": 1, "pageSize": 25, "pageCount": 3, "recordCount": 62}, "records": []}]'
LINK = (
    "https://regsigdevstorage.blob.core.windows.net/secure-uploadeddocuments-832/832775f6-6d82-4ead-9f13-b7c2fb406b48"
    "?sv=2019-02-02&st=2020-06-19T07%3A17%3A00Z&se=2020-06-19T07%3A19%3A00Z&sr=b&sp=r"
    "&sig=4%2B5CZ4wZ8ivPoJQf%2F8Pt0XsbBYJIirItCxQINFVOFKc%3D"
)
