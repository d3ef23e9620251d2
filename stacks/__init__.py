"""The four stacks. They only wire: `egress_constructs` builds and `egress` decides."""
