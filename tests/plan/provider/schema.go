package main

import (
	"encoding/json"
	"fmt"
	"os"
	"sort"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// schema is what the provider knows about itself.
type schema struct {
	name        string
	provider    *tfprotov6.Schema
	resources   map[string]*tfprotov6.Schema
	dataSources map[string]*tfprotov6.Schema
	// Computed attributes whose value follows from others, as templates: `{account_id}@{project}...`.
	knownAtPlan map[string]map[string]string
	afterApply  map[string]map[string]string
	// Resource types not made with Terraform's older SDK: their values come back exactly as they were planned.
	strict map[string]bool
	// The types of the resources' values: putting one together takes longer than all else.
	types map[string]tftypes.Type
	// Blocks that are not given may be computed as a whole.
	wholeBlocks bool
}

type file struct {
	Name        string                       `json:"name"`
	Provider    block                        `json:"provider"`
	Resources   map[string]block             `json:"resource_schemas"`
	DataSources map[string]block             `json:"data_source_schemas"`
	KnownAtPlan map[string]map[string]string `json:"known_at_plan"`
	AfterApply  map[string]map[string]string `json:"after_apply"`
	Strict      []string                     `json:"strict"`
	WholeBlocks bool                         `json:"whole_blocks"`
}

type block struct {
	Attributes map[string]attribute   `json:"attributes"`
	BlockTypes map[string]nestedBlock `json:"block_types"`
}

type attribute struct {
	Type       json.RawMessage `json:"type"`
	NestedType *nestedType     `json:"nested_type"`
	Required   bool            `json:"required"`
	Optional   bool            `json:"optional"`
	Computed   bool            `json:"computed"`
}

type nestedType struct {
	NestingMode string               `json:"nesting_mode"`
	Attributes  map[string]attribute `json:"attributes"`
}

type nestedBlock struct {
	NestingMode string `json:"nesting_mode"`
	Block       block  `json:"block"`
	MinItems    int64  `json:"min_items"`
	MaxItems    int64  `json:"max_items"`
}

func readSchema(path string) (*schema, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var read file
	if err := json.Unmarshal(text, &read); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	found := &schema{
		name:        read.Name,
		resources:   map[string]*tfprotov6.Schema{},
		dataSources: map[string]*tfprotov6.Schema{},
		knownAtPlan: read.KnownAtPlan,
		afterApply:  read.AfterApply,
		strict:      map[string]bool{},
		types:       map[string]tftypes.Type{},
		wholeBlocks: read.WholeBlocks,
	}
	for _, name := range read.Strict {
		found.strict[name] = true
	}
	if found.provider, err = schemaOf(read.Provider); err != nil {
		return nil, err
	}
	for name, item := range read.Resources {
		if found.resources[name], err = schemaOf(item); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		found.types[name] = found.resources[name].ValueType()
	}
	for name, item := range read.DataSources {
		if found.dataSources[name], err = schemaOf(item); err != nil {
			return nil, fmt.Errorf("data.%s: %w", name, err)
		}
	}
	return found, nil
}

func schemaOf(read block) (*tfprotov6.Schema, error) {
	made, err := blockOf(read)
	return &tfprotov6.Schema{Block: made}, err
}

func blockOf(read block) (*tfprotov6.SchemaBlock, error) {
	attributes, err := attributesOf(read.Attributes)
	if err != nil {
		return nil, err
	}
	made := &tfprotov6.SchemaBlock{Attributes: attributes}
	for _, name := range sorted(read.BlockTypes) {
		item := read.BlockTypes[name]
		inner, err := blockOf(item.Block)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		made.BlockTypes = append(made.BlockTypes, &tfprotov6.SchemaNestedBlock{
			TypeName: name,
			Block:    inner,
			Nesting:  blockNesting[item.NestingMode],
			MinItems: item.MinItems,
			MaxItems: item.MaxItems,
		})
	}
	return made, nil
}

func attributesOf(read map[string]attribute) ([]*tfprotov6.SchemaAttribute, error) {
	var made []*tfprotov6.SchemaAttribute
	for _, name := range sorted(read) {
		item := read[name]
		one := &tfprotov6.SchemaAttribute{
			Name: name, Required: item.Required, Optional: item.Optional, Computed: item.Computed,
		}
		if item.NestedType != nil {
			inner, err := attributesOf(item.NestedType.Attributes)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			one.NestedType = &tfprotov6.SchemaObject{
				Attributes: inner, Nesting: objectNesting[item.NestedType.NestingMode],
			}
		} else {
			type_, err := tftypes.ParseJSONType(item.Type)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			one.Type = type_
		}
		made = append(made, one)
	}
	return made, nil
}

var blockNesting = map[string]tfprotov6.SchemaNestedBlockNestingMode{
	"single": tfprotov6.SchemaNestedBlockNestingModeSingle,
	"list":   tfprotov6.SchemaNestedBlockNestingModeList,
	"set":    tfprotov6.SchemaNestedBlockNestingModeSet,
	"map":    tfprotov6.SchemaNestedBlockNestingModeMap,
}

var objectNesting = map[string]tfprotov6.SchemaObjectNestingMode{
	"single": tfprotov6.SchemaObjectNestingModeSingle,
	"list":   tfprotov6.SchemaObjectNestingModeList,
	"set":    tfprotov6.SchemaObjectNestingModeSet,
	"map":    tfprotov6.SchemaObjectNestingModeMap,
}

func sorted[V any](of map[string]V) []string {
	var names []string
	for name := range of {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}
