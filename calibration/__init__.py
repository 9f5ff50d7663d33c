"""Pixels and the street: whether a camera still looks where its zones were drawn."""
