// Command imitation is a Terraform provider without a service behind it: google, kubernetes or helm, by the schema.json
// beside it. What it is given it plans and stores; what the schema calls computed is known after the apply.
package main

import (
	"log"
	"os"
	"path/filepath"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"
)

func main() {
	binary, err := os.Executable()
	if err != nil {
		log.Fatal(err)
	}
	schema, err := readSchema(filepath.Join(filepath.Dir(binary), "schema.json"))
	if err != nil {
		log.Fatal(err)
	}
	serve := func() tfprotov6.ProviderServer { return &provider{schema: schema} }
	if err := tf6server.Serve("registry.terraform.io/hashicorp/"+schema.name, serve); err != nil {
		log.Fatal(err)
	}
}
