"""The sandbox's PowerSchool Enrollment: `vendor.py` is the door, docs/sandbox.md tells what it does.

Written from PowerSchool's own document. It shares no code with the client, or it would prove nothing.
"""
