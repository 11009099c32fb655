"""Compiled loops of the algorithms beside Lloyd's: neighborhoods, hierarchies, spanning trees."""
