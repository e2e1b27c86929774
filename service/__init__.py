"""The web service: a SPARQL endpoint, pages and linked data over one release."""
