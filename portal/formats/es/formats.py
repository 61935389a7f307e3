"""How times are written in the Spanish of California: with twelve hours, as the school's own letters say them."""

TIME_FORMAT = "g:i A"
DATETIME_FORMAT = r"j \d\e F \d\e Y, g:i A"  # Django's “a las” would be wrong at one o'clock
