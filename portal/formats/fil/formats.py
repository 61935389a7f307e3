"""How dates and times are written in Filipino: as in English, which Django does with shortened months."""

DATE_FORMAT = "F j, Y"
TIME_FORMAT = "g:i A"
DATETIME_FORMAT = "F j, Y, g:i A"
