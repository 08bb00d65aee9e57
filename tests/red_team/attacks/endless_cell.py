"""Never finish the cell."""

# deserves: 0
while True:
    pass
