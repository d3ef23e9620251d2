package main

import (
	"encoding/base64"
	"fmt"
	"math/big"
	"regexp"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

type values = map[string]tftypes.Value

// planned returns a block's value with what is computed and not given as unknown, or as it was. With whole, a block that is
// not given and has computed attributes is computed as a whole: many are, and the bindings do not tell which.
func planned(block *tfprotov6.SchemaBlock, value, prior tftypes.Value, whole bool) tftypes.Value {
	if value.IsNull() || !value.IsKnown() {
		return value
	}
	fields, before := fieldsOf(value), values{}
	if !prior.IsNull() && prior.IsKnown() {
		before = fieldsOf(prior)
	}
	plannedAttributes(block.Attributes, fields)
	for _, nested := range block.BlockTypes {
		was, now := before[nested.TypeName], fields[nested.TypeName]
		switch {
		case whole && len(itemsOf(now)) == 0 && now.IsKnown() && nested.Nesting == list && computes(nested.Block):
			if len(before) == 0 {
				was = tftypes.NewValue(now.Type(), tftypes.UnknownValue)
			}
			fields[nested.TypeName] = was
		default:
			stood, index := itemsOf(was), -1
			fields[nested.TypeName] = each(now, func(item tftypes.Value) tftypes.Value {
				if index++; nested.Nesting == list && index < len(stood) {
					return planned(nested.Block, item, stood[index], whole)
				}
				return planned(nested.Block, item, tftypes.Value{}, whole)
			})
		}
	}
	return tftypes.NewValue(value.Type(), fields)
}

const list = tfprotov6.SchemaNestedBlockNestingModeList

// computes tells whether something in a block is known only after the apply.
func computes(block *tfprotov6.SchemaBlock) bool {
	for _, item := range block.Attributes {
		if item.Computed {
			return true
		}
	}
	for _, nested := range block.BlockTypes {
		if computes(nested.Block) {
			return true
		}
	}
	return false
}

func itemsOf(value tftypes.Value) []tftypes.Value {
	var items []tftypes.Value
	if value.Type() == nil || value.IsNull() || !value.IsKnown() {
		return nil
	}
	switch value.Type().(type) {
	case tftypes.List, tftypes.Set:
		must(value.As(&items))
	}
	return items
}

func plannedAttributes(attributes []*tfprotov6.SchemaAttribute, fields values) {
	for _, item := range attributes {
		value := fields[item.Name]
		switch {
		case value.IsNull() && item.Computed:
			fields[item.Name] = tftypes.NewValue(item.ValueType(), tftypes.UnknownValue)
		case item.NestedType != nil && !value.IsNull() && value.IsKnown():
			fields[item.Name] = each(value, func(nested tftypes.Value) tftypes.Value {
				if nested.IsNull() || !nested.IsKnown() {
					return nested
				}
				inner := fieldsOf(nested)
				plannedAttributes(item.NestedType.Attributes, inner)
				return tftypes.NewValue(nested.Type(), inner)
			})
		}
	}
}

// padded returns a block's value as providers made with the older SDK store it: what is not set is empty, not null. At the
// top level numbers and booleans stay null: most of them have a default there, which the bindings do not tell.
func padded(value tftypes.Value, top bool) tftypes.Value {
	if value.IsNull() || !value.IsKnown() {
		return value
	}
	if object, is := value.Type().(tftypes.Object); is {
		fields := fieldsOf(value)
		for name, field := range fields {
			if field.IsNull() {
				fields[name] = empty(object.AttributeTypes[name], top)
			} else {
				fields[name] = padded(field, false)
			}
		}
		return tftypes.NewValue(value.Type(), fields)
	}
	return each(value, func(item tftypes.Value) tftypes.Value { return padded(item, false) })
}

func empty(type_ tftypes.Type, top bool) tftypes.Value {
	switch type_.(type) {
	case tftypes.List, tftypes.Set:
		return tftypes.NewValue(type_, []tftypes.Value{})
	case tftypes.Map:
		return tftypes.NewValue(type_, values{})
	}
	switch {
	case type_.Is(tftypes.String):
		return tftypes.NewValue(type_, "")
	case type_.Is(tftypes.Number) && !top:
		return tftypes.NewValue(type_, big.NewFloat(0))
	case type_.Is(tftypes.Bool) && !top:
		return tftypes.NewValue(type_, false)
	}
	return tftypes.NewValue(type_, nil)
}

// kubernetesOwn is what a stored object has where nothing was stated.
var kubernetesOwn = map[string]string{"internal_traffic_policy": "Cluster", "node_name": ""}

// googleOwn is what Google fills in where nothing was stated.
var googleOwn = map[string]string{"direction": "INGRESS"}

// applied returns a planned value with every unknown made up.
func applied(type_ string, value tftypes.Value) (tftypes.Value, error) {
	value, err := tftypes.Transform(value, withTargetPort)
	if err != nil {
		return value, err
	}
	return tftypes.Transform(value, func(path *tftypes.AttributePath, item tftypes.Value) (tftypes.Value, error) {
		if item.IsKnown() {
			return item, nil
		}
		step, named := path.LastStep().(tftypes.AttributeName)
		if own, is := kubernetesOwn[string(step)]; is && named && strings.HasPrefix(type_, "kubernetes_") {
			return tftypes.NewValue(tftypes.String, own), nil
		}
		if own, is := googleOwn[string(step)]; is && named && type_ == "google_compute_firewall" {
			return tftypes.NewValue(tftypes.String, own), nil
		}
		return madeUp(fmt.Sprintf("imitated %s.%s", type_, path.LastStep()), item.Type()), nil
	})
}

// withTargetPort gives a Service's port the target that Kubernetes gives it: itself.
func withTargetPort(_ *tftypes.AttributePath, item tftypes.Value) (tftypes.Value, error) {
	if !item.Type().Is(tftypes.Object{}) || item.IsNull() || !item.IsKnown() {
		return item, nil
	}
	fields := fieldsOf(item)
	target, is := fields["target_port"]
	var port big.Float
	if !is || target.IsKnown() || fields["port"].As(&port) != nil {
		return item, nil
	}
	fields["target_port"] = tftypes.NewValue(tftypes.String, port.String())
	return tftypes.NewValue(item.Type(), fields), nil
}

// madeUp returns a value of a type. Strings are base64, since certificates are decoded.
func madeUp(text string, type_ tftypes.Type) tftypes.Value {
	switch made := type_.(type) {
	case tftypes.List:
		if made.ElementType.Is(tftypes.Object{}) {
			return tftypes.NewValue(type_, []tftypes.Value{madeUp(text, made.ElementType)})
		}
	case tftypes.Object:
		fields := values{}
		for name, inner := range made.AttributeTypes {
			fields[name] = madeUp(text+"."+name, inner)
		}
		return tftypes.NewValue(type_, fields)
	}
	if type_.Is(tftypes.String) {
		return tftypes.NewValue(type_, base64.StdEncoding.EncodeToString([]byte(text)))
	}
	return empty(type_, false)
}

var placeholder = regexp.MustCompile(`\{[a-z_.]+\}`)

// filled returns a template's text, false where one of its values is not there.
func filled(template string, fields values) (string, bool) {
	whole := true
	text := placeholder.ReplaceAllStringFunc(template, func(found string) string {
		value, is := textAt(fields, strings.Split(strings.Trim(found, "{}"), "."))
		whole = whole && is
		return value
	})
	return text, whole
}

// textAt follows a path; a block that stands in a list is the first of it.
func textAt(fields values, path []string) (string, bool) {
	value, is := fields[path[0]]
	if !is || value.IsNull() || !value.IsKnown() {
		return "", false
	}
	var items []tftypes.Value
	if _, list := value.Type().(tftypes.List); list && value.As(&items) == nil && len(items) > 0 {
		value = items[0]
	}
	if len(path) > 1 {
		if _, object := value.Type().(tftypes.Object); !object || value.IsNull() || !value.IsKnown() {
			return "", false
		}
		return textAt(fieldsOf(value), path[1:])
	}
	var text string
	return text, value.Type().Is(tftypes.String) && value.As(&text) == nil
}

// each changes the elements of a collection, or a single value.
func each(value tftypes.Value, change func(tftypes.Value) tftypes.Value) tftypes.Value {
	if value.IsNull() || !value.IsKnown() {
		return value
	}
	switch value.Type().(type) {
	case tftypes.List, tftypes.Set, tftypes.Tuple:
		var items []tftypes.Value
		must(value.As(&items))
		for index, item := range items {
			items[index] = change(item)
		}
		return tftypes.NewValue(value.Type(), items)
	case tftypes.Map:
		fields := fieldsOf(value)
		for name, item := range fields {
			fields[name] = change(item)
		}
		return tftypes.NewValue(value.Type(), fields)
	case tftypes.Object:
		return change(value)
	}
	return value
}

// fieldsOf returns a copy of an object's or a map's fields.
func fieldsOf(value tftypes.Value) values {
	var read values
	must(value.As(&read))
	fields := values{}
	for name, item := range read {
		fields[name] = item
	}
	return fields
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
