"""Every IRI of a release answers below the service's root, as the document about it or with the reason why not."""

from kg import release as releases
from kg.names import BASE
from kg.store import open_current
from service.app import create_app
from service.settings import Settings


def iris_of(store) -> list[str]:
    """Every IRI below the base that stands in any quad, without its fragment, which clients do not send."""
    terms = {term for quad in store for term in (quad.subject, quad.predicate, quad.object, quad.graph_name)}
    values = {getattr(term, "value", "") for term in terms if type(term).__name__ == "NamedNode"}
    # The endpoint describes itself by the address at which it was asked.
    return sorted({value.partition("#")[0] for value in values if value.startswith(BASE)} - {BASE, BASE + "sparql"})


def faults(client, iris: list[str]) -> list[tuple[str, int]]:
    """The IRIs that do not lead to a document that speaks of them, with the status at which the way ends."""
    found = []
    for iri in iris:
        answer = client.get("/" + iri.removeprefix(BASE), headers={"Accept": "application/n-quads, application/n-triples;q=0.9"}, follow_redirects=True)
        if answer.status_code != 200 or not (iri.encode() in answer.data or iri.startswith(f"{BASE}dump/")):
            found.append((iri, answer.status_code))
    return found


def test_every_iri_of_a_release_leads_to_its_document(tiny):
    releases.make(tiny)
    release = open_current(tiny.releases)
    app = create_app(release, Settings(workers=1, warm=False), find_text=lambda source: None)
    try:
        iris = iris_of(release.store)
        assert len(iris) > 100
        assert [found for found in faults(app.test_client(), iris) if found[1] != 410] == []  # withdrawn things are gone
    finally:
        app.extensions["caretrace"].close()
