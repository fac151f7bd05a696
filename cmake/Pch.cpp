// Holds the precompiled header, whose contents Shardc.cmake lists.
