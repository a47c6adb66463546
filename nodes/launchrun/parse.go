package launchrun

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
)

// element is one XML element of a launch file.
type element struct {
	name     string
	attrs    map[string]string
	children []*element
	parent   string // name of the element around it
	file     string
	line     int
}

// errorf is an error at the element's place.
func (e *element) errorf(format string, args ...any) error {
	return fmt.Errorf("%s:%d: <%s>: %w", e.file, e.line, e.name, fmt.Errorf(format, args...))
}

// parseFile reads a launch file.
func parseFile(path string) (*element, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("launch file: %w", err)
	}
	defer f.Close()
	return parse(f, path)
}

func parse(r io.Reader, file string) (*element, error) {
	d := xml.NewDecoder(r)
	var root *element
	var open []*element
	for {
		token, err := d.Token()
		line, _ := d.InputPos()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("%s:%d: not XML: %w", file, line, err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			e := newElement(t, file, line)
			if len(open) > 0 {
				parent := open[len(open)-1]
				parent.children = append(parent.children, e)
				e.parent = parent.name
			} else if root == nil {
				root = e
			}
			open = append(open, e)
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			if text := strings.TrimSpace(string(t)); text != "" && len(open) > 0 {
				return nil, open[len(open)-1].errorf("holds the text %q; launch files have elements and attributes only", text)
			}
		}
	}
	if root == nil || root.name != "launch" {
		return nil, fmt.Errorf("%s: a launch file starts with <launch>", file)
	}
	return root, nil
}

func newElement(t xml.StartElement, file string, line int) *element {
	e := &element{name: t.Name.Local, attrs: map[string]string{}, file: file, line: line}
	for _, a := range t.Attr {
		e.attrs[a.Name.Local] = a.Value
	}
	return e
}

// known refuses attributes that are not among these; if and unless always are.
func (e *element) known(names ...string) error {
	return e.only(append(names, "if", "unless")...)
}

// part is known for what stands inside a <node>, <executable>, <arg> or <include>:
// ROS 2 takes no conditions there.
func (e *element) part(names ...string) error {
	for _, name := range []string{"if", "unless"} {
		if _, has := e.attrs[name]; has {
			return e.errorf("ROS 2 takes no %s here; put the condition on the <%s> around it", name, e.parent)
		}
	}
	return e.only(names...)
}

func (e *element) only(names ...string) error {
	for _, name := range slices.Sorted(maps.Keys(e.attrs)) {
		if !slices.Contains(names, name) {
			return e.errorf("unknown attribute %q; it may have %s", name, strings.Join(names, ", "))
		}
	}
	return nil
}

// leaf refuses children.
func (e *element) leaf() error {
	if len(e.children) > 0 {
		return e.errorf("must be empty, and holds <%s>", e.children[0].name)
	}
	return nil
}

// need is the attribute's raw text.
func (e *element) need(name string) (string, error) {
	v, ok := e.attrs[name]
	if !ok {
		return "", e.errorf("needs the attribute %s", name)
	}
	return v, nil
}
