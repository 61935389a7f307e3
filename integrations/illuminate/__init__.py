"""Illuminate, a student information system: who people are and how they belong together. See README.md."""
