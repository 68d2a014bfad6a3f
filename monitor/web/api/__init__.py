"""The JSON interface under ``/api/v1``: the pages' own functions, told to programs."""
