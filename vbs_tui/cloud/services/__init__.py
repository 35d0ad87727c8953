"""The services that every provider needs: identity (projects, catalog), volumes, paged lists."""
