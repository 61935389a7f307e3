"""How times are written in Korean: the half of the day comes before the hour (오후 4:30)."""

TIME_FORMAT = "A g:i"
DATETIME_FORMAT = "Y년 n월 j일 A g:i"
