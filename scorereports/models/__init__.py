"""What a district sets up for its score reports."""

from scorereports.models.configuration import Configuration, SchoolOverride

__all__ = ["Configuration", "SchoolOverride"]
