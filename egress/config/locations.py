"""Regions, zones and machine types, by the form of their names: whether one exists today Google alone knows.

Sources: Compute Engine, "Regions and zones" and "Machine families resource and comparison guide" (`FAMILY-SHAPE-VCPUS`,
the shared-core types of E2, and custom types).
"""

from typing import Annotated

from egress.source.patterns import matching

_REGION = (
    r"(africa|asia|australia|europe|me|northamerica|southamerica|us)-"
    r"(central|east|north|northeast|northwest|south|southeast|southwest|west)[1-9][0-9]?"
)

Region = Annotated[str, matching(rf"^{_REGION}$", "a region, such as us-central1")]
Zone = Annotated[str, matching(rf"^{_REGION}-[a-z]$", "a zone, such as us-central1-a")]

MachineType = Annotated[
    str,
    matching(
        r"^([a-z][0-9][a-z]{0,2}-(standard|highmem|highcpu|megamem|hypermem|ultramem|highgpu|megagpu|ultragpu|edgegpu|"
        r"maxgpu|highlssd|standardlssd)(-[1-9][0-9]{0,3}g?)(-(lssd|metal|nolssd|standardlssd|highlssd|vm))?|e2-(micro|small|medium)|"
        r"([a-z][0-9][a-z]{0,2}-)?custom-(micro-|small-|medium-)?([1-9][0-9]{0,2}-)?[1-9][0-9]{2,6}(-ext)?)$",
        "a machine type, such as e2-standard-4",
    ),
]
