"""The verb `synth`: from a configuration to Terraform JSON. cdktf is loaded when it is certain to be needed."""
