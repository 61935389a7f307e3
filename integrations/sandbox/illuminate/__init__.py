"""The sandbox's Illuminate: `vendor.py` is the door, docs/sandbox.md tells what it does.

Written from Illuminate's own document. It shares no code with the client, or it would prove nothing.
"""
