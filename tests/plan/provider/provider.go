package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

const (
	// dataVariable names a file with what data sources answer: attributes by type.
	dataVariable = "IMITATION_DATA"
	// lessVariable leaves what recent releases know at plan time unknown until the apply, as earlier ones did.
	lessVariable = "IMITATION_KNOWS_LESS"
	// worldVariable names a file with the objects that are there already: attributes by type and import id.
	worldVariable = "IMITATION_WORLD"
	// keepsVariable names a resource type of which nothing can be deleted.
	keepsVariable = "IMITATION_KEEPS"
)

// inherited are the provider's arguments that stand in for a resource's own of the same name.
var inherited = []string{"project", "region", "zone"}

// provider answers what Terraform 1.11 asks of a provider with resources and data sources; the interface that is
// embedded stands for the calls that it never makes of such a one.
type provider struct {
	tfprotov6.ProviderServer
	schema *schema
	given  values
}

func (p *provider) GetProviderSchema(context.Context, *tfprotov6.GetProviderSchemaRequest) (*tfprotov6.GetProviderSchemaResponse, error) {
	return &tfprotov6.GetProviderSchemaResponse{
		Provider:          p.schema.provider,
		ResourceSchemas:   p.schema.resources,
		DataSourceSchemas: p.schema.dataSources,
	}, nil
}

func (p *provider) GetResourceIdentitySchemas(context.Context, *tfprotov6.GetResourceIdentitySchemasRequest) (*tfprotov6.GetResourceIdentitySchemasResponse, error) {
	return &tfprotov6.GetResourceIdentitySchemasResponse{}, nil
}

func (p *provider) ValidateProviderConfig(_ context.Context, asked *tfprotov6.ValidateProviderConfigRequest) (*tfprotov6.ValidateProviderConfigResponse, error) {
	return &tfprotov6.ValidateProviderConfigResponse{PreparedConfig: asked.Config}, nil
}

func (p *provider) ConfigureProvider(_ context.Context, asked *tfprotov6.ConfigureProviderRequest) (*tfprotov6.ConfigureProviderResponse, error) {
	value, err := asked.Config.Unmarshal(p.schema.provider.ValueType())
	if err != nil {
		return nil, err
	}
	p.given = fieldsOf(value)
	return &tfprotov6.ConfigureProviderResponse{}, nil
}

func (p *provider) StopProvider(context.Context, *tfprotov6.StopProviderRequest) (*tfprotov6.StopProviderResponse, error) {
	return &tfprotov6.StopProviderResponse{}, nil
}

func (p *provider) ValidateResourceConfig(context.Context, *tfprotov6.ValidateResourceConfigRequest) (*tfprotov6.ValidateResourceConfigResponse, error) {
	return &tfprotov6.ValidateResourceConfigResponse{}, nil
}

func (p *provider) ValidateDataResourceConfig(context.Context, *tfprotov6.ValidateDataResourceConfigRequest) (*tfprotov6.ValidateDataResourceConfigResponse, error) {
	return &tfprotov6.ValidateDataResourceConfigResponse{}, nil
}

func (p *provider) UpgradeResourceState(_ context.Context, asked *tfprotov6.UpgradeResourceStateRequest) (*tfprotov6.UpgradeResourceStateResponse, error) {
	type_ := p.schema.types[asked.TypeName]
	value, err := asked.RawState.Unmarshal(type_)
	if err != nil {
		return nil, err
	}
	state, err := tfprotov6.NewDynamicValue(type_, value)
	return &tfprotov6.UpgradeResourceStateResponse{UpgradedState: &state}, err
}

func (p *provider) ReadResource(_ context.Context, asked *tfprotov6.ReadResourceRequest) (*tfprotov6.ReadResourceResponse, error) {
	return &tfprotov6.ReadResourceResponse{NewState: asked.CurrentState, Private: asked.Private}, nil
}

// ImportResourceState finds an object by its id in the world; an id that nothing there has is refused, as by the real ones.
func (p *provider) ImportResourceState(_ context.Context, asked *tfprotov6.ImportResourceStateRequest) (*tfprotov6.ImportResourceStateResponse, error) {
	text, err := os.ReadFile(os.Getenv(worldVariable))
	if err != nil {
		return nil, err
	}
	var world map[string]map[string]json.RawMessage
	if err = json.Unmarshal(text, &world); err != nil {
		return nil, err
	}
	found, is := world[asked.TypeName][asked.ID]
	if !is {
		return nil, fmt.Errorf("no %s has the id %s", asked.TypeName, asked.ID)
	}
	type_ := p.schema.types[asked.TypeName]
	value, err := (&tfprotov6.RawState{JSON: found}).Unmarshal(type_)
	if err != nil {
		return nil, err
	}
	state, err := tfprotov6.NewDynamicValue(type_, value)
	imported := &tfprotov6.ImportedResource{TypeName: asked.TypeName, State: &state}
	return &tfprotov6.ImportResourceStateResponse{ImportedResources: []*tfprotov6.ImportedResource{imported}}, err
}

func (p *provider) PlanResourceChange(_ context.Context, asked *tfprotov6.PlanResourceChangeRequest) (*tfprotov6.PlanResourceChangeResponse, error) {
	schema, type_ := p.schema.resources[asked.TypeName], p.schema.types[asked.TypeName]
	proposed, err := asked.ProposedNewState.Unmarshal(type_)
	if err != nil {
		return nil, err
	}
	prior, err := asked.PriorState.Unmarshal(type_)
	if err != nil {
		return nil, err
	}
	if proposed.IsNull() {
		return &tfprotov6.PlanResourceChangeResponse{PlannedState: asked.ProposedNewState}, nil
	}
	legacy := !p.schema.strict[asked.TypeName]
	fields := fieldsOf(proposed)
	p.inherit(schema.Block, fields)
	if manifest, is := fields["manifest"]; is && asked.TypeName == "kubernetes_manifest" {
		fields["object"] = manifest
	}
	value := planned(schema.Block, tftypes.NewValue(proposed.Type(), fields), prior, p.schema.wholeBlocks)
	if os.Getenv(lessVariable) == "" {
		value = p.derived(p.schema.knownAtPlan[asked.TypeName], value)
	}
	if legacy && !prior.IsNull() {
		value = padded(value, true)
	}
	state, err := tfprotov6.NewDynamicValue(type_, value)
	return &tfprotov6.PlanResourceChangeResponse{
		PlannedState:                &state,
		RequiresReplace:             renamed(prior, value),
		UnsafeToUseLegacyTypeSystem: legacy,
	}, err
}

func (p *provider) ApplyResourceChange(_ context.Context, asked *tfprotov6.ApplyResourceChangeRequest) (*tfprotov6.ApplyResourceChangeResponse, error) {
	type_ := p.schema.types[asked.TypeName]
	value, err := asked.PlannedState.Unmarshal(type_)
	if err != nil {
		return nil, err
	}
	if value.IsNull() {
		if os.Getenv(keepsVariable) == asked.TypeName {
			told := &tfprotov6.Diagnostic{Severity: tfprotov6.DiagnosticSeverityError, Summary: "it cannot be deleted"}
			return &tfprotov6.ApplyResourceChangeResponse{
				NewState: asked.PriorState, Diagnostics: []*tfprotov6.Diagnostic{told},
			}, nil
		}
		return &tfprotov6.ApplyResourceChangeResponse{NewState: asked.PlannedState}, nil
	}
	value = p.derived(p.schema.afterApply[asked.TypeName], value)
	if value, err = applied(asked.TypeName, value); err != nil {
		return nil, err
	}
	legacy := !p.schema.strict[asked.TypeName]
	if legacy {
		value = padded(value, true)
	}
	state, err := tfprotov6.NewDynamicValue(type_, value)
	return &tfprotov6.ApplyResourceChangeResponse{NewState: &state, UnsafeToUseLegacyTypeSystem: legacy}, err
}

func (p *provider) ReadDataSource(_ context.Context, asked *tfprotov6.ReadDataSourceRequest) (*tfprotov6.ReadDataSourceResponse, error) {
	schema := p.schema.dataSources[asked.TypeName]
	value, err := asked.Config.Unmarshal(schema.ValueType())
	if err != nil {
		return nil, err
	}
	answers, err := answersOf(asked.TypeName)
	if err != nil {
		return nil, err
	}
	fields := fieldsOf(value)
	for name, text := range answers {
		if fields[name], err = tftypes.ValueFromJSON(text, fields[name].Type()); err != nil {
			return nil, fmt.Errorf("%s.%s: %w", asked.TypeName, name, err)
		}
	}
	read, err := applied(asked.TypeName, planned(schema.Block, tftypes.NewValue(value.Type(), fields), tftypes.Value{}, false))
	if err != nil {
		return nil, err
	}
	state, err := tfprotov6.NewDynamicValue(schema.ValueType(), read)
	return &tfprotov6.ReadDataSourceResponse{State: &state}, err
}

func answersOf(type_ string) (map[string]json.RawMessage, error) {
	path := os.Getenv(dataVariable)
	if path == "" {
		return nil, nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var answers map[string]map[string]json.RawMessage
	err = json.Unmarshal(text, &answers)
	return answers[type_], err
}

// inherit fills in the provider's project, region and zone where a resource has none of its own.
func (p *provider) inherit(block *tfprotov6.SchemaBlock, fields values) {
	for _, item := range block.Attributes {
		for _, name := range inherited {
			given, is := p.given[name]
			if item.Name == name && item.Computed && fields[name].IsNull() && is && !given.IsNull() {
				fields[name] = given
			}
		}
	}
}

// derived fills in computed attributes that follow from others.
func (p *provider) derived(templates map[string]string, value tftypes.Value) tftypes.Value {
	fields := fieldsOf(value)
	for name, template := range templates {
		if text, whole := filled(template, fields); whole && !fields[name].IsKnown() {
			fields[name] = tftypes.NewValue(tftypes.String, text)
		}
	}
	return tftypes.NewValue(value.Type(), fields)
}

// names are where a resource keeps its name, and the attribute that is then replaced.
var names = []struct {
	path     string
	replaced *tftypes.AttributePath
}{
	{"name", tftypes.NewAttributePath().WithAttributeName("name")},
	{"account_id", tftypes.NewAttributePath().WithAttributeName("account_id")},
	{
		"metadata.name",
		tftypes.NewAttributePath().WithAttributeName("metadata").WithElementKeyInt(0).WithAttributeName("name"),
	},
	{"manifest.metadata.name", tftypes.NewAttributePath().WithAttributeName("manifest")},
}

// renamed tells which change makes another object of it: that of its name.
func renamed(prior, planned tftypes.Value) []*tftypes.AttributePath {
	if prior.IsNull() {
		return nil
	}
	var paths []*tftypes.AttributePath
	for _, name := range names {
		steps := strings.Split(name.path, ".")
		was, stood := textAt(fieldsOf(prior), steps)
		is, stands := textAt(fieldsOf(planned), steps)
		if stood && stands && was != is {
			paths = append(paths, name.replaced)
		}
	}
	return paths
}
