"""Values that only exist after an apply."""


class Unknown(str):
    """A computed attribute; as text it reads `(known after apply: ADDRESS.ATTRIBUTE)`.

    Two references to one attribute are equal, so that a firewall's target and a node pool's service account
    still meet although neither is known.
    """

    __slots__ = ()

    @classmethod
    def of(cls, reference: str) -> "Unknown":
        """Return the unknown value of a reference such as `google_compute_network.vpc.id`."""
        return cls(f"(known after apply: {reference})")

    @property
    def reference(self) -> str:
        """The reference whose value this is."""
        return self.removeprefix("(known after apply: ").removesuffix(")")
