"""Synthesized Terraform JSON as Terraform would read it: references, outputs and remote states resolved.

Serves the proof and the review; pure Python, needs neither Terraform nor cdktf.
"""

from egress.terraform.errors import TerraformError
from egress.terraform.resolution import Resource, Unread, resolve
from egress.terraform.stack_files import StackFile, read_stacks
from egress.terraform.values import Unknown

__all__ = ["Resource", "StackFile", "TerraformError", "Unknown", "Unread", "read_stacks", "resolve"]
