"""Whether a graph is what its ontology says: columnar rules on all of it, SHACL on a part."""
