"""ETS, which keeps California's student score reports. See README.md; import from the modules inside."""
