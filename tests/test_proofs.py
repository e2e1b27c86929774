"""Ontology and real data together: OWL 2 DL by the OWL API's profile checker, consistent by HermiT."""

import pytest

from kg import data, names, release


@pytest.mark.java
def test_ontology_and_data_are_owl_2_dl_and_consistent():
    project = names.project()
    found = list(release.reasoned(project, release.built(project, data.load(project))))
    assert not found, "\n".join(map(str, found))
