package main

import (
	"bytes"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

func TestCommittedFilesAreWhatTheDefinitionsGive(t *testing.T) {
	set, err := load(os.DirFS("../def"))
	if err != nil {
		t.Fatal(err)
	}
	files, err := generate(set, "hyt/msgs")
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range files {
		if got, err := os.ReadFile("../" + name); err != nil || !bytes.Equal(got, want) {
			t.Errorf("msgs/%s is out of date: run go generate in msgs", name)
		}
	}
	committed, err := generatedFiles(os.DirFS(".."))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range committed {
		if files[name] == nil {
			t.Errorf("msgs/%s has no definition any more: run go generate in msgs", name)
		}
	}
}

// fromText generates one message pkg/msg/Type.
func fromText(t *testing.T, text string) string {
	t.Helper()
	set, err := load(fstest.MapFS{
		"pkg/msg/Type.msg":  {Data: []byte(text)},
		"pkg/msg/Point.msg": {Data: []byte("float64 x 1\nstring<=3 s\n")},
		"pkg/msg/None.msg":  {Data: nil},
	})
	if err != nil {
		t.Fatal(err)
	}
	files, err := generate(set, "m")
	if err != nil {
		t.Fatal(err)
	}
	return string(files["pkg/type.gen.go"])
}

func TestGeneratedStatements(t *testing.T) {
	for _, c := range []struct {
		text string
		want []string
	}{
		{"uint8 A=1", []string{"Type_A uint8 = 1", "type Type struct{}", "w.Uint8(0)", `r.Uint8("structure_needs_at_least_one_member")`}},
		{"string<=5 s", []string{`w.CheckBound("s", len(m.S), 5)`, `r.CheckBound("s", len(m.S), 5)`}},
		{"string<=5[<=2] s", []string{`w.CheckBound("s", len(m.S), 2)`, `r.CheckBound("s", len(m.S[i]), 5)`}},
		{"Point[3] p", []string{"P [3]Point", `cdr.StructArray(r, "p", m.P[:])`, "m.P[i] = *NewPoint()"}},
		{"Point[<=3] p", []string{"P []Point", `cdr.Structs[Point](r, "p", 12)`, `w.CheckBound("p", len(m.P), 3)`}},
		{"None[] n", []string{`cdr.Structs[None](r, "n", 1)`}},
		{"int32[2] a [1, 2]", []string{"m.A = [2]int32{1, 2}", "w.Int32Array(m.A[:])"}},
		{"int32[] a [1, 2]", []string{"m.A = []int32{1, 2}", "w.Int32s(m.A)"}},
		{"char[] a\nint8 b", []string{"A []byte", "w.Uint8s(m.A)"}},
		{"byte[] a", []string{"A []byte", "SplitCDR(w *cdr.Writer) []byte", "w.Len(len(m.A))\n\treturn m.A"}},
		{"string type_name", []string{"TypeName_ string"}},
	} {
		text := fromText(t, c.text)
		for _, want := range c.want {
			if !strings.Contains(text, want) {
				t.Errorf("%q: %q is missing in\n%s", c.text, want, text)
			}
		}
	}
}

func TestOnlyTrailingByteSequencesAreSplit(t *testing.T) {
	for _, text := range []string{"uint8[] a\nint8 b", "int8[] a", "uint8[4] a", ""} {
		if strings.Contains(fromText(t, text), "SplitCDR") {
			t.Errorf("%q has a SplitCDR", text)
		}
	}
}

func TestLoadRefusesWhatCannotBeGenerated(t *testing.T) {
	for _, c := range []struct {
		name  string
		files map[string]string
		want  string
	}{
		{"unknown type", map[string]string{"p/msg/A.msg": "B b"}, "p/msg/A: field b: there is no type p/msg/B"},
		{"a type inside itself", map[string]string{"p/msg/A.msg": "B b", "p/msg/B.msg": "A[] a"},
			"p/msg/A contains itself: p/msg/A > p/msg/B > p/msg/A"},
		{"a file out of place", map[string]string{"p/A.msg": ""}, "p/A.msg: interface files lie at PACKAGE/KIND/NAME.KIND"},
		{"a wrong ending", map[string]string{"p/msg/A.srv": ""}, "p/msg/A.srv: interface files lie at PACKAGE/KIND/NAME.KIND"},
	} {
		files := fstest.MapFS{}
		for name, text := range c.files {
			files[name] = &fstest.MapFile{Data: []byte(text)}
		}
		if _, err := load(files); err == nil || err.Error() != c.want {
			t.Errorf("%s: error is %v, want %s", c.name, err, c.want)
		}
	}
}

func TestRunWritesFilesAndRemovesStaleOnes(t *testing.T) {
	def, out := t.TempDir(), t.TempDir()
	write := func(dir, name, text string) {
		t.Helper()
		path := dir + "/" + name
		if err := os.MkdirAll(path[:strings.LastIndexByte(path, '/')], 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	write(def, "p/msg/A.msg", "int32 x\n")
	write(out, "p/old.gen.go", mark+"\npackage p\n")
	write(out, "p/other.gen.go", "package p // by another generator\n")
	if err := run(def, out, "m"); err != nil {
		t.Fatal(err)
	}
	got, err := generatedFiles(os.DirFS(out))
	want := []string{"p/a.gen.go", "p/doc.gen.go", "types/types.gen.go"}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("generated files are %v (%v), want %v", got, err, want)
	}
	if _, err := os.Stat(out + "/p/other.gen.go"); err != nil {
		t.Errorf("another generator's file was removed: %v", err)
	}
}
