package config

import (
	"flag"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the shipped YAML files from the code")

func TestShippedFilesHoldEveryParameterWithItsDefault(t *testing.T) {
	for _, c := range All() {
		path, want := c.Kind()+".yaml", WriteYAML(c)
		if *update {
			if err := os.WriteFile(path, want, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		got, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), string(got)); diff != "" {
			t.Errorf("%s differs from the code (go test ./config -update writes it):\n%s", path, diff)
		}
	}
}

func TestShippedFilesLoadBackAsTheDefaults(t *testing.T) {
	for i, fresh := range All() {
		c := All()[i]
		for _, p := range c.Params() { // what the file says must overwrite this
			if v, ok := p.Value().(float64); ok {
				p.set(v + 1)
			}
		}
		src := Source{Node: "/robot/" + c.Kind(), ParamsFiles: []string{c.Kind() + ".yaml"}}
		if err := Load(c, src); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(fresh, c); diff != "" {
			t.Errorf("%s: %s", c.Kind(), diff)
		}
	}
}

func TestDefaultsAreValid(t *testing.T) {
	for _, c := range All() {
		if err := c.Validate(); err != nil {
			t.Errorf("%s: %v", c.Kind(), err)
		}
	}
}

func TestEveryParameterSaysWhatItIs(t *testing.T) {
	for _, c := range All() {
		seen := map[string]bool{}
		for _, p := range c.Params() {
			if seen[p.Name] {
				t.Errorf("%s declares %s twice", c.Kind(), p.Name)
			}
			seen[p.Name] = true
			if p.Description == "" {
				t.Errorf("%s.%s has no description", c.Kind(), p.Name)
			}
			if p.Type == Float && p.Unit == "" {
				t.Errorf("%s.%s has no unit", c.Kind(), p.Name)
			}
		}
	}
}
