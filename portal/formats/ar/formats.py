"""How a date with its time is written in Arabic, which Django leaves as in English."""

DATETIME_FORMAT = "j F، Y g:i A"
