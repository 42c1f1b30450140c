"""Clocks with two halves and a point before decimals, as in the United States and Mexico.

Django's own Spanish is that of Spain: 19:00 and 2,7. What is not said here is taken from there.
"""

TIME_FORMAT = "g:i a"
DATETIME_FORMAT = r"j \d\e F \d\e Y, g:i a"
DECIMAL_SEPARATOR = "."
THOUSAND_SEPARATOR = ","
