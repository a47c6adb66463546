package sdf

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
)

// Limits on a document, so that a hostile one costs little.
const (
	maxBytes = 4 << 20
	maxDepth = 32
)

// node is one XML element with its path, which every error names.
type node struct {
	tag      string
	path     string // "/sdf/world[tabletop]/model[table]"
	attrs    map[string]string
	text     string
	children []*node
}

// readTree turns the bytes into nodes.
func readTree(data []byte) (*node, error) {
	if len(data) > maxBytes {
		return nil, fmt.Errorf("sdf: %d bytes is more than the limit of %d", len(data), maxBytes)
	}
	dec := xml.NewDecoder(bytes.NewReader(data))
	var root *node
	var stack []*node
	for {
		token, err := dec.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("sdf: not well-formed XML: %w", err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			if len(stack) == maxDepth {
				return nil, fmt.Errorf("sdf: %s: nested deeper than %d elements", stack[maxDepth-1].path, maxDepth)
			}
			n := newNode(stack, t)
			switch {
			case len(stack) > 0:
				top := stack[len(stack)-1]
				top.children = append(top.children, n)
			case root == nil:
				root = n
			default:
				return nil, fmt.Errorf("sdf: a second top element <%s>", n.tag)
			}
			stack = append(stack, n)
		case xml.EndElement:
			stack = stack[:len(stack)-1]
		case xml.CharData:
			if len(stack) > 0 {
				stack[len(stack)-1].text += string(t)
			}
		}
	}
	if root == nil {
		return nil, fmt.Errorf("sdf: empty document")
	}
	return root, nil
}

func newNode(stack []*node, t xml.StartElement) *node {
	n := &node{tag: t.Name.Local, attrs: make(map[string]string, len(t.Attr))}
	for _, a := range t.Attr {
		n.attrs[a.Name.Local] = a.Value
	}
	if len(stack) > 0 {
		n.path = stack[len(stack)-1].path
	}
	n.path += "/" + n.tag
	if name := n.attrs["name"]; name != "" {
		n.path += "[" + name + "]"
	}
	return n
}

// errorf is an error at this element.
func (n *node) errorf(format string, args ...any) error {
	return fmt.Errorf("sdf: %s: %s", n.path, fmt.Sprintf(format, args...))
}

// only fails on a child that is neither read nor known to be harmless here.
func (n *node) only(tags string) error {
	for _, c := range n.children {
		if !strings.Contains(" "+tags+" ", " "+c.tag+" ") {
			return n.errorf("<%s> is not supported here (supported: %s)", c.tag, tags)
		}
	}
	return nil
}

// child returns the only child of that tag, nil when there is none.
func (n *node) child(tag string) (*node, error) {
	var found *node
	for _, c := range n.children {
		if c.tag != tag {
			continue
		}
		if found != nil {
			return nil, n.errorf("two <%s> where one is allowed", tag)
		}
		found = c
	}
	return found, nil
}

// need is child, but a missing one is an error.
func (n *node) need(tag string) (*node, error) {
	c, err := n.child(tag)
	if err == nil && c == nil {
		err = n.errorf("<%s> is missing", tag)
	}
	return c, err
}

// name returns the name attribute, which must be there.
func (n *node) name() (string, error) {
	if n.attrs["name"] == "" {
		return "", n.errorf("attribute name is missing")
	}
	return n.attrs["name"], nil
}

// placed returns what everything with a place has: its name attribute and its pose.
func (n *node) placed() (name string, p Pose, err error) {
	if name, err = n.name(); err != nil {
		return name, p, err
	}
	p, err = n.pose()
	return name, p, err
}

// numbers reads exactly len(into) finite numbers.
func (n *node) numbers(into []float64) error {
	fields := strings.Fields(n.text)
	if len(fields) != len(into) {
		return n.errorf("%d numbers expected, %q has %d", len(into), strings.TrimSpace(n.text), len(fields))
	}
	for i, f := range fields {
		v, err := strconv.ParseFloat(f, 64)
		if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
			return n.errorf("%q is not a finite number", f)
		}
		into[i] = v
	}
	return nil
}

// number reads the child tag's number; missing, it leaves v as it is.
func (n *node) number(tag string, v *float64) error {
	c, err := n.child(tag)
	if err != nil || c == nil {
		return err
	}
	var one [1]float64
	if err := c.numbers(one[:]); err != nil {
		return err
	}
	*v = one[0]
	return nil
}

// positive is number, but it must be there and above zero.
func (n *node) positive(tag string, v *float64) error {
	c, err := n.need(tag)
	if err != nil {
		return err
	}
	var one [1]float64
	if err := c.numbers(one[:]); err != nil {
		return err
	}
	if one[0] <= 0 {
		return c.errorf("%g must be above zero", one[0])
	}
	*v = one[0]
	return nil
}

// flag reads the child tag as a boolean; missing, it leaves v as it is.
func (n *node) flag(tag string, v *bool) error {
	c, err := n.child(tag)
	if err != nil || c == nil {
		return err
	}
	switch strings.TrimSpace(c.text) {
	case "true", "1":
		*v = true
	case "false", "0":
		*v = false
	default:
		return c.errorf("%q is neither true nor false", strings.TrimSpace(c.text))
	}
	return nil
}
