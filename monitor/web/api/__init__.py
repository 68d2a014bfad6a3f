"""The JSON interface under ``/api/v1``: the same functions as the pages."""
