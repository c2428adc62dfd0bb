"""The catalogue of the datasets in RDF (DCAT), small but valid in each format that udata speaks."""

import json
from collections.abc import Iterator
from xml.etree import ElementTree as ET

from django.http import HttpResponse

from curation.sandbox.answers import Call, Refused, endpoint
from curation.sandbox.models import Dataset
from curation.sandbox.seed import SITE_TITLE
from curation.sandbox.shapes import Links, moment

PAGE_SIZE = 100

_NAMESPACES = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "hydra": "http://www.w3.org/ns/hydra/core#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
}
_CONTEXT = {
    "@vocab": _NAMESPACES["dcat"],
    **_NAMESPACES,
    "dataset": {"@id": "dcat:dataset", "@type": "@id"},
    "title": "dct:title",
    "description": "dct:description",
    "issued": {"@id": "dct:issued", "@type": "http://www.w3.org/2001/XMLSchema#dateTime"},
    "modified": {"@id": "dct:modified", "@type": "http://www.w3.org/2001/XMLSchema#dateTime"},
    "language": "dct:language",
    "identifier": "dct:identifier",
    "homepage": {"@id": "foaf:homepage", "@type": "@id"},
    "publisher": {"@id": "dct:publisher", "@type": "@id"},
    "name": "foaf:name",
    "totalItems": "hydra:totalItems",
}
_RDF = _NAMESPACES["rdf"]

_TYPES = {
    "xml": "application/rdf+xml",
    "rdf": "application/rdf+xml",
    "ttl": "application/x-turtle",
    "n3": "text/n3",
    "nt": "application/n-triples",
    "trig": "application/trig",
    "json": "application/ld+json",
    "jsonld": "application/ld+json",
}
# What a caller may accept, and the format it gets; the first stands for "anything".
_ACCEPTED = {
    "application/rdf+xml": "xml",
    "application/xml": "xml",
    "text/xml": "xml",
    "text/n3": "n3",
    "application/x-turtle": "ttl",
    "text/turtle": "ttl",
    "application/n-triples": "nt",
    "application/ld+json": "json",
    "application/json": "json",
    "application/trig": "trig",
}


class Iri(str):
    """A node of the graph; any other text is a literal."""


Triple = tuple[Iri, Iri, str]


def _catalog(call: Call) -> HttpResponse:
    accepted = call.request.get_preferred_type(list(_ACCEPTED))
    return _found(call, _ACCEPTED.get(accepted or "", "json"))


def _data(call: Call, extension: str) -> HttpResponse:
    return _found(call, extension)


def _found(call: Call, extension: str) -> HttpResponse:
    before, _, _ = call.request.path.rpartition("/")
    return HttpResponse(status=302, headers={"Location": f"{before}/catalog.{extension}"})


def _catalog_as(call: Call, extension: str) -> HttpResponse:
    if extension not in _TYPES:
        raise Refused(404)
    try:
        page = int(call.request.GET.get("page", 1))
    except ValueError as error:
        raise Refused(400, str(error)) from error
    visible = Dataset.objects.filter(private=False, archived=None, deleted=None)
    datasets = (
        visible.select_related("organization")[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
        if page > 0
        else []
    )
    if not datasets and page != 1:
        raise Refused(404)
    triples = list(_triples(call.links, list(datasets), visible.count()))
    match _TYPES[extension]:
        case "application/rdf+xml":
            text = _xml(triples)
        case "application/ld+json":
            text = _json_ld(triples)
        case _:
            text = _n_triples(triples)  # which is Turtle, N3 and TriG as well
    return HttpResponse(text, content_type=_TYPES[extension])


def _context(call: Call) -> HttpResponse:
    return HttpResponse(json.dumps(_CONTEXT), content_type="application/ld+json")


catalog = endpoint(get=_catalog)
catalog_as = endpoint(get=_catalog_as)
context = endpoint(get=_context)
data_as = endpoint(get=_data)


def _triples(links: Links, datasets: list[Dataset], total: int) -> Iterator[Triple]:
    portal = Iri(links.api("site/catalog"))
    yield portal, _term("rdf:type"), _term("dcat:Catalog")
    yield portal, _term("dct:title"), SITE_TITLE
    yield portal, _term("dct:description"), SITE_TITLE
    yield portal, _term("dct:language"), "fr"
    yield portal, _term("foaf:homepage"), Iri(f"{links.root}/")
    yield portal, _term("hydra:totalItems"), str(total)
    for dataset in datasets:
        node = Iri(links.page("datasets", dataset.id))
        yield portal, _term("dcat:dataset"), node
        yield node, _term("rdf:type"), _term("dcat:Dataset")
        yield node, _term("dct:identifier"), dataset.id
        yield node, _term("dct:title"), dataset.title
        yield node, _term("dct:description"), dataset.description
        yield node, _term("dct:issued"), moment(dataset.created_at) or ""
        yield node, _term("dct:modified"), moment(dataset.last_update) or ""
        yield node, _term("dcat:landingPage"), Iri(links.page("datasets", dataset.slug))
        for tag in dataset.tags:
            yield node, _term("dcat:keyword"), tag
        if dataset.organization:
            yield (
                node,
                _term("dct:publisher"),
                Iri(links.page("organizations", dataset.organization.id)),
            )
    for organization in {dataset.organization for dataset in datasets if dataset.organization}:
        publisher = Iri(links.page("organizations", organization.id))
        yield publisher, _term("rdf:type"), _term("foaf:Organization")
        yield publisher, _term("foaf:name"), organization.name


def _term(name: str) -> Iri:
    prefix, _, local = name.partition(":")
    return Iri(_NAMESPACES[prefix] + local)


def _short(term: Iri) -> str:
    """Return the term's prefix and name."""
    for prefix, namespace in _NAMESPACES.items():
        if term.startswith(namespace):
            return f"{prefix}:{term.removeprefix(namespace)}"
    return term


def _n_triples(triples: list[Triple]) -> str:
    def term(text: str) -> str:
        return f"<{text}>" if isinstance(text, Iri) else json.dumps(text, ensure_ascii=False)

    return "".join(f"{term(s)} {term(p)} {term(o)} .\n" for s, p, o in triples)


def _xml(triples: list[Triple]) -> str:
    for prefix, namespace in _NAMESPACES.items():
        ET.register_namespace(prefix, namespace)
    rdf = ET.Element(f"{{{_RDF}}}RDF")
    nodes: dict[Iri, ET.Element] = {}
    for subject, predicate, value in triples:
        if subject not in nodes:
            nodes[subject] = ET.SubElement(rdf, f"{{{_RDF}}}Description")
            nodes[subject].set(f"{{{_RDF}}}about", subject)
        prefix, _, local = _short(predicate).partition(":")
        tag = f"{{{_NAMESPACES[prefix]}}}{local}"
        if isinstance(value, Iri):
            ET.SubElement(nodes[subject], tag).set(f"{{{_RDF}}}resource", value)
        else:
            ET.SubElement(nodes[subject], tag).text = value
    return ET.tostring(rdf, encoding="unicode", xml_declaration=True)


def _json_ld(triples: list[Triple]) -> str:
    nodes: dict[Iri, dict[str, object]] = {}
    for subject, predicate, value in triples:
        node = nodes.setdefault(subject, {"@id": subject})
        if predicate == _term("rdf:type"):
            node["@type"] = _short(Iri(value))
            continue
        name = _short(predicate).partition(":")[2]
        plain: object = value
        if isinstance(value, Iri) and not isinstance(_CONTEXT.get(name), dict):
            plain = {"@id": value}
        values = node.setdefault(name, [])
        assert isinstance(values, list)  # noqa: S101  for the type checker
        values.append(plain)
    return json.dumps({"@context": _CONTEXT, "@graph": list(nodes.values())}, ensure_ascii=False)
