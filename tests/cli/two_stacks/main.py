"""Two stacks of our outputs contract that need no provider, so that `cdktf deploy` can be tried for real.

The contract: a frozen outputs dataclass, handed on as a keyword argument; the state where `declare_backend` puts it.
"""

import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[3]
sys.path += [str(ROOT), str(ROOT / "constructs")]

import lazy_bindings  # noqa: E402 - after the source roots

lazy_bindings.install()

from cdktf import App, DataResource, TerraformOutput, TerraformStack  # noqa: E402
from constructs import Construct  # noqa: E402

from egress_constructs.state_backend import declare_backend  # noqa: E402


@dataclass(frozen=True, kw_only=True)
class ProducerOutputs:
    """What the consumer reads."""

    greeting: str


class Producer(TerraformStack):
    """A value that only an apply can tell."""

    def __init__(self, scope: Construct, id_: str) -> None:
        super().__init__(scope, id_)
        declare_backend(self, None, "two-stacks")
        greeting = DataResource(self, "greeting", input={"text": "hello from the producer"})
        self.outputs = ProducerOutputs(greeting=greeting.get_string_attribute("output.text"))


class Consumer(TerraformStack):
    """A resource made from that value."""

    def __init__(self, scope: Construct, id_: str, *, producer: ProducerOutputs) -> None:
        super().__init__(scope, id_)
        declare_backend(self, None, "two-stacks")
        heard = DataResource(self, "heard", input={"text": producer.greeting})
        TerraformOutput(self, "answer", value=heard.get_string_attribute("output.text"), sensitive=True)


app = App()
producer = Producer(app, "producer")
Consumer(app, "consumer", producer=producer.outputs)
app.synth()
